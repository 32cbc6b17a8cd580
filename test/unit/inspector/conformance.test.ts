import { inspect } from "edgewater/inspector";
import { inspectionCases } from "edgewater/testing";
import { describe, it } from "vitest";

describe("inspect()", () => {
  it.each(inspectionCases())("$name", ({ run }) => run({ open: (repository) => inspect(repository) }));
});
