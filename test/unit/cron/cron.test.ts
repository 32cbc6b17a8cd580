import { cronPartitions } from "edgewater/cron";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PartitionMapping } from "../../../src/partition/mapping/partition-mapping.ts";
import { type PartitionLoadingContext, sameDefinition } from "../../../src/partition/partitions-definition.ts";
import { dailyPartitions } from "../../../src/partition/time-partitions.ts";

const loadingContext: PartitionLoadingContext = { now: "2024-03-12T05:00:00", dynamicKeys: () => [] };

describe("cronPartitions", () => {
  it.each([
    ["Mondays", { start: "2024-02-20", cron: "0 6 * * MON", format: "%Y-%m-%d" }, ["2024-02-26", "2024-03-04", "2024-03-11"]],
    ["the start itself", { start: "2024-03-11T06:00", cron: "0 6 * * *" }, ["2024-03-11T06:00:00"]],
    ["months", { start: "2023-12-01", cron: "0 0 1 * *", format: "%Y-%m" }, ["2023-12", "2024-01", "2024-02", "2024-03"]],
    ["leap days", { start: "2019-01-01", end: "2025-01-01", cron: "0 0 29 2 *", format: "%Y-%m-%d" }, ["2020-02-29", "2024-02-29"]],
    [
      "the end of a year",
      { start: "2023-12-31T23:00", end: "2024-01-01T01:00", cron: "*/30 * * * *", format: "%dT%H%M-%Y-%m" },
      ["31T2300-2023-12", "31T2330-2023-12", "01T0000-2024-01", "01T0030-2024-01"],
    ],
    [
      "the hours of a switch to summer time",
      { start: "2023-03-26T01:30", end: "2023-03-26T03:30", cron: "*/30 * * * *", format: "%Y-%m-%dT%H:%M" },
      ["2023-03-26T01:30", "2023-03-26T02:00", "2023-03-26T02:30", "2023-03-26T03:00"],
    ],
    ["seconds", { start: "2024-03-12T04:59:58", cron: "* * * * * *" }, ["2024-03-12T04:59:58", "2024-03-12T04:59:59"]],
  ])("enumerates %s", (_, options, expected) => {
    const definition = cronPartitions(options);
    expect(definition.keys(loadingContext).map(String)).toEqual(expected);
    expect(expected.every((key) => definition.has(key, loadingContext))).toBe(true);
  });

  it("has time windows from one time to the next", () => {
    const months = cronPartitions({ start: "2023-12-01", cron: "0 0 1 * *", format: "%Y-%m" });
    expect(months.timeWindow("2024-02")).toEqual({ start: "2024-02-01T00:00:00", end: "2024-03-01T00:00:00" });
    expect(months.timeWindow("2023-12")?.end).toBe("2024-01-01T00:00:00");
    expect(months.describe(loadingContext)).toBe('the times of "0 0 1 * *" from "2023-12" to "2024-03"');
  });

  it("contains exactly its keys, and its time windows have no gaps", () => {
    const expressions = fc.constantFrom("*/7 * * * *", "0 */5 * * *", "15 6 * * 1-5", "0 0 1,15 * *", "0 12 L * *");
    const start = fc
      .integer({ min: Date.UTC(1970, 0) / 3_600_000, max: Date.UTC(2040, 0) / 3_600_000 })
      .map((hour) => new Date(hour * 3_600_000));
    fc.assert(
      fc.property(expressions, start, fc.integer({ min: 1, max: 72 }), fc.nat({ max: 72 * 60 }), (cron, from, hours, minute) => {
        const definition = cronPartitions({ start: from, end: new Date(from.getTime() + hours * 3_600_000), cron });
        const later = { ...loadingContext, now: "2050-01-01" };
        const keys = definition.keys(later);
        const windows = keys.map((key) => definition.timeWindow(key));
        for (const [index, window] of windows.entries()) if (index > 0) expect(window?.start).toBe(windows[index - 1]?.end);
        const moment = new Date(from.getTime() + minute * 60_000).toISOString().slice(0, 19);
        expect(definition.has(moment, later)).toBe(keys.some((key) => String(key) === moment));
      }),
      { numRuns: 50 },
    );
  });

  it("maps by its own windows", () => {
    const weeks = cronPartitions({ start: "2024-01-01", cron: "0 0 * * MON", format: "%Y-%m-%d" });
    const days = dailyPartitions({ start: "2024-01-01" });
    const edge = { downstream: weeks, upstream: weeks, owner: "report", input: "weeks", loadingContext, key: weeks.keyAt("2024-02-28") };
    expect(PartitionMapping.timeWindow({ offset: -1 }).resolve(edge)).toMatchObject({ keys: [{ values: ["2024-02-19"] }] });
    expect(PartitionMapping.timeWindow({ from: 0, to: 6 }).resolve({ ...edge, upstream: days })).toMatchObject({
      arity: "many",
      keys: ["26", "27", "28", "29", "01", "02", "03"].map((day) => ({ values: [`2024-${day > "25" ? "02" : "03"}-${day}`] })),
    });
  });

  it("equals another definition with the same expression", () => {
    const weekly = cronPartitions({ start: "2024-01-01", cron: "0 0 * * MON" });
    expect(sameDefinition(weekly, cronPartitions({ start: "2024-01-01T00:00:00", cron: "0 0 * * MON" }))).toBe(true);
    expect(sameDefinition(weekly, cronPartitions({ start: "2024-01-01", cron: "0 0 * * TUE" }))).toBe(false);
  });

  it("refuses a format without the year", () => {
    const make = (): unknown => cronPartitions({ start: "2024-01-01", cron: "0 0 L * *", format: "%m-%d" });
    expect(make).toThrow(expect.objectContaining({ code: "PartitionError" }));
  });

  it.each([
    ["text that is not an expression", "whenever"],
    ["too few fields", "* * *"],
    ["an invalid minute", "61 * * * *"],
    ["a day that never comes", "0 0 30 2 *"],
    ["a number", 5 as never],
  ])("refuses %s", (_, cron) => {
    expect(() => cronPartitions({ start: "2024-01-01", cron })).toThrow(expect.objectContaining({ code: "PartitionError" }));
  });
});
