import type { Repository } from "edgewater";
import { connectInspection, type Inspection, inspect, openReport, writeReport } from "edgewater/inspector";
import { inspectionCases } from "edgewater/testing";
import { describe, it } from "vitest";
import { serveInspection } from "../../../src/inspector/server/handler.ts";
import { everything } from "../../support/inspection/everything.ts";

describe("inspect()", () => {
  it.each(inspectionCases())("$name", ({ run }) => run({ open: (repository) => inspect(repository) }));
});

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

describe("openReport()", () => {
  const report = async (repository: Repository): Promise<Inspection> => {
    const inspection = inspect(repository);
    const text = await writeReport(inspection, { values: "preview" });
    await inspection.close();
    return openReport(text);
  };
  // A report is of one moment, and has the newest values only: what happens after it, and older values, is not for it.
  const others = /^(?:tells |serves several |shows a (?:table|text) |compares two )/;
  it.each(inspectionCases().filter(({ name }) => !others.test(name)))("$name", ({ run }) => run({ open: report }));
});
