import { connectInspection, inspect } from "edgewater/inspector";
import { inspectionCases } from "edgewater/testing";
import { describe, it } from "vitest";
import { serveInspection } from "../../../../src/inspector/server/handler.ts";
import { everything } from "../../../support/inspection/everything.ts";

describe("connectInspection()", () => {
  it.each(inspectionCases())("$name", ({ run }) =>
    run({
      open: (repository) => {
        const handler = serveInspection(inspect(repository), everything);
        return connectInspection("http://inspector.test/", { fetch: (input, init) => handler(new Request(input, init)) });
      },
    }),
  );
});
