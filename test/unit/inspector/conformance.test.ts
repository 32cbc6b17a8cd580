import type { Repository } from "edgewater";
import { type Inspection, inspect, openReport, writeReport } from "edgewater/inspector";
import { inspectionCases } from "edgewater/testing";
import { describe, it } from "vitest";

describe("inspect()", () => {
  it.each(inspectionCases())("$name", ({ run }) => run({ open: (repository) => inspect(repository) }));
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
