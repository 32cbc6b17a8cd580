import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIso, parseIso, type WallClockTime } from "../../../src/encoding/wall-clock.ts";
import { dailyPartitions, hourlyPartitions, intervalPartitions } from "../../../src/partition/interval-partitions.ts";
import type { PartitionLoadingContext } from "../../../src/partition/partitions-definition.ts";
import { sameDefinition } from "../../../src/partition/partitions-definition.ts";
import { compileFormat } from "../../../src/partition/strftime.ts";

const at = (now: string | Date): PartitionLoadingContext => ({ now, dynamicKeys: () => [] });
const loadingContext = at("2024-03-02T05:00:00");
const refused = (message = ""): unknown => expect.objectContaining({ code: "PartitionError", message: expect.stringContaining(message) });
const moment = fc
  .integer({ min: Date.UTC(1900, 0, 1) / 1000, max: Date.UTC(2100, 0, 1) / 1000 })
  .map((seconds): WallClockTime => seconds * 1000);

describe("naive time", () => {
  it.each([
    ["2024-02-29", "2024-02-29T00:00:00"],
    ["2024-02-29T23:59", "2024-02-29T23:59:00"],
    ["2024-02-29 06:00:01.500", "2024-02-29T06:00:01"],
    ["0001-01-01", "0001-01-01T00:00:00"],
    ["2024-03-31T02:30", "2024-03-31T02:30:00"],
  ])("reads %s", (text, written) => expect(formatIso(parseIso(text) ?? Number.NaN)).toBe(written));

  it.each([
    "2023-02-29",
    "2024-02-30",
    "2024-13-01",
    "2024-00-01",
    "2024-01-01T24:00",
    "2024-01-01T00:60",
    "2024-01-01T00:00:00Z",
    "2024-1-1",
    "",
  ])("does not read %o", (text) => expect(parseIso(text)).toBeUndefined());
});

describe("formats", () => {
  const leapNight = Date.UTC(2024, 1, 29, 23, 5, 9);
  it.each([
    ["%Y-%m-%dT%H:%M:%S", "2024-02-29T23:05:09"],
    ["%j of %y at 100%% (%H.%M.%S)", "060 of 24 at 100% (23.05.09)"],
    ["%d/%m/%Y[%H]+%M?%S", "29/02/2024[23]+05?09"],
  ])("%s writes and reads", (pattern, text) => {
    const format = compileFormat(pattern);
    expect(format.format(leapNight)).toBe(text);
    expect(format.parse(text)).toBe(leapNight);
  });

  it.each([
    ["%Y-%m-%d", "2023-02-29"],
    ["%Y-%m-%d", "2024-2-29"],
    ["%Y-%m-%d", "2024-02-29 "],
    ["%Y-%j", "2023-366"],
    ["%Y-%j", "2023-000"],
    ["%d%d%m%Y", "0102022024"],
    ["%Y.", "2024x"],
  ])("%s does not read %o", (pattern, text) => expect(compileFormat(pattern).parse(text)).toBeUndefined());

  it.each(["%Y-%b", "%", "%Y|%m", "%Y,%m", "", "%é"])("refuses %o", (pattern) => expect(() => compileFormat(pattern)).toThrow(refused()));

  it("names the directive it does not know", () => expect(() => compileFormat("%Y-%b")).toThrow(refused('"%b"')));

  it("are read back as they were written", () => {
    const patterns = fc.constantFrom("%Y-%m-%dT%H:%M:%S", "%Y%j%H%M%S", "%S%M%H%d%m%Y");
    fc.assert(fc.property(moment, patterns, (time, pattern) => compileFormat(pattern).parse(compileFormat(pattern).format(time)) === time));
  });
});

describe("partitions over time", () => {
  it.each([
    ["a leap day", dailyPartitions({ start: "2024-02-28", end: "2024-03-02" }), ["2024-02-28", "2024-02-29", "2024-03-01"]],
    ["no leap day", dailyPartitions({ start: "2023-02-28", end: "2023-03-02" }), ["2023-02-28", "2023-03-01"]],
    ["a year's end", dailyPartitions({ start: "2023-12-31", end: "2024-01-02" }), ["2023-12-31", "2024-01-01"]],
    ["a start and end in the format", dailyPartitions({ start: "31.12.2023", end: "01.01.2024", format: "%d.%m.%Y" }), ["31.12.2023"]],
    [
      "Dates",
      dailyPartitions({ start: new Date("2024-01-01T00:00:00Z"), end: new Date("2024-01-02T00:00:01Z") }),
      ["2024-01-01", "2024-01-02"],
    ],
    ["a day that begins at six", dailyPartitions({ start: "2024-01-01T06:00", end: "2024-01-03" }), ["2024-01-01", "2024-01-02"]],
    [
      "hours that a zone would skip",
      hourlyPartitions({ start: "2024-03-31T01:00", end: "2024-03-31T04:00" }),
      ["2024-03-31T01:00", "2024-03-31T02:00", "2024-03-31T03:00"],
    ],
    [
      "an interval from its start on",
      intervalPartitions({ start: "2024-02-29T23:50", end: "2024-03-01T00:20:01", every: 15 * 60 }),
      ["2024-02-29T23:50:00", "2024-03-01T00:05:00", "2024-03-01T00:20:00"],
    ],
    ["what has started by now", dailyPartitions({ start: "2024-03-01" }), ["2024-03-01", "2024-03-02"]],
    ["nothing yet", dailyPartitions({ start: "2024-03-03" }), []],
    ["what is still to come, with an end", dailyPartitions({ start: "2030-01-01", end: "2030-01-02" }), ["2030-01-01"]],
  ])("have %s", (_, definition, expected) => expect(definition.keys(loadingContext).map(String)).toEqual(expected));

  it("take now as exclusive, from text and from a Date's UTC fields", () => {
    const daily = dailyPartitions({ start: "2024-03-01" });
    expect(daily.keys(at("2024-03-02")).map(String)).toEqual(["2024-03-01"]);
    expect(daily.keys(at(new Date("2024-03-02T00:00:00.001Z"))).map(String)).toEqual(["2024-03-01", "2024-03-02"]);
    expect(daily.has("2024-03-02", at(new Date("2024-03-02T00:00:00.001Z")))).toBe(true);
    expect(daily.has("2024-03-02", at("2024-03-02"))).toBe(false);
    expect(() => daily.keys(at("today"))).toThrow(refused("now"));
  });

  it.each(["2024-02-27", "2024-02-30", "2024-03-03", "2024-2-28", "x", "", "2024-02-28,2024-02-29", "a|b"])("do not have %o", (key) => {
    expect(dailyPartitions({ start: "2024-02-28" }).has(key, loadingContext)).toBe(false);
  });

  it("have the window of a key, half open", () => {
    expect(dailyPartitions({ start: "2024-02-28" }).timeWindow("2024-02-29")).toEqual({
      start: "2024-02-29T00:00:00",
      end: "2024-03-01T00:00:00",
    });
    expect(dailyPartitions({ start: "2024-01-01T06:00" }).timeWindow("2024-12-31")).toEqual({
      start: "2024-12-31T06:00:00",
      end: "2025-01-01T06:00:00",
    });
    expect(dailyPartitions({ start: "2024-01-01" }).timeWindow("x")).toBeUndefined();
    expect(intervalPartitions({ start: "2024-01-01", every: 7 }).timeWindow("2024-01-01T00:00:08")).toBeUndefined();
  });

  it("have their keys exactly, and windows without gaps", () => {
    const options = fc.record({
      start: moment,
      every: fc.integer({ min: 1, max: 100_000 }),
      count: fc.integer({ min: 1, max: 50 }),
      rest: fc.nat(),
    });
    fc.assert(
      fc.property(options, fc.integer({ min: -100_000, max: 5_100_000 }), ({ start, every, count, rest }, elsewhere) => {
        const end = start + ((count - 1) * every + 1 + (rest % every)) * 1000;
        const definition = intervalPartitions({ start: new Date(start), end: new Date(end), every });
        const keys = definition.keys(loadingContext);
        expect(keys).toHaveLength(count);
        expect(keys.every((key) => definition.has(key, loadingContext))).toBe(true);
        const windows = keys.map((key) => definition.timeWindow(key));
        expect(windows[0]?.start).toBe(formatIso(start));
        for (const [index, window] of windows.entries()) if (index > 0) expect(window?.start).toBe(windows[index - 1]?.end);
        const other = formatIso(start + elsewhere * 1000);
        expect(definition.has(other, loadingContext)).toBe(keys.some((key) => String(key) === other));
      }),
    );
  });

  it("find the key of a moment and its neighbours", () => {
    const daily = dailyPartitions({ start: "2024-01-01" });
    expect(String(daily.keyAt("2024-02-29T23:59:59"))).toBe("2024-02-29");
    expect(String(daily.keyAt("2024-03-01", -1))).toBe("2024-02-29");
    expect(String(daily.keyAt("2023-12-31", 1))).toBe("2024-01-01");
    expect(daily.keyAt("9999-12-31", 1)).toBeUndefined();
  });

  it("answer for a grid too fine to enumerate, and refuse to enumerate it", () => {
    const seconds = intervalPartitions({ start: "1999-01-01", every: 1 });
    expect(seconds.has("2024-02-29T12:34:56", loadingContext)).toBe(true);
    expect(() => seconds.keys(loadingContext)).toThrow(refused("1000000"));
    expect(seconds.between("2024-01-01T00:00:00", "2024-01-01T00:00:02", loadingContext)).toHaveLength(3);
  });

  it.each([
    ["no time for a start", () => dailyPartitions({ start: "yesterday" })],
    ["a start with a zone", () => dailyPartitions({ start: "2024-01-01T00:00:00Z" })],
    ["an invalid Date", () => dailyPartitions({ start: new Date(Number.NaN) })],
    ["a part of a second", () => dailyPartitions({ start: new Date(1) })],
    ["an end at the start", () => dailyPartitions({ start: "2024-01-01", end: "2024-01-01" })],
    ["a year beyond the calendar", () => dailyPartitions({ start: new Date(Date.UTC(10000, 0)) })],
    ["a format that cannot tell", () => hourlyPartitions({ start: "2024-01-01", format: "%Y-%m-%d" })],
    ["an interval of no length", () => intervalPartitions({ start: "2024-01-01", every: 0 })],
    ["an interval of a fraction", () => intervalPartitions({ start: "2024-01-01", every: 0.5 })],
    [
      "months, later, that cannot tell days",
      () => intervalPartitions({ start: "2024-01-15", every: 30 * 86_400, format: "%Y-%m" }).keys(at("2030-01-01")),
    ],
    [
      "years, later, that cannot tell centuries",
      () => intervalPartitions({ start: "2069-01-01", every: 365 * 86_400, format: "%y-%j" }).keys(at("2080-01-01")),
    ],
  ])("refuse %s", (_, make) => expect(make).toThrow(refused()));

  it("have ranges that include both ends, and no others", () => {
    const daily = dailyPartitions({ start: "2024-01-01", end: "2025-01-01" });
    expect(daily.between("2024-02-28", "2024-03-01", loadingContext).map(String)).toEqual(["2024-02-28", "2024-02-29", "2024-03-01"]);
    expect(daily.between("2024-12-31", "2024-12-31", loadingContext).map(String)).toEqual(["2024-12-31"]);
    expect(() => daily.between("2024-03-01", "2024-02-28", loadingContext)).toThrow(refused("wrong way round"));
    expect(() => daily.between("2023-12-31", "2024-02-28", loadingContext)).toThrow(refused('the days from "2024-01-01" to "2024-12-31"'));
    expect(() => daily.between("2024-12-31", "2025-01-01", loadingContext)).toThrow(refused());
  });

  it("are the same when start, end, step and format are", () => {
    const daily = dailyPartitions({ start: "2024-01-01" });
    expect(sameDefinition(daily, intervalPartitions({ start: new Date("2024-01-01T00:00:00Z"), every: 86_400, format: "%Y-%m-%d" }))).toBe(
      true,
    );
    for (const other of [
      dailyPartitions({ start: "2024-01-02" }),
      dailyPartitions({ start: "2024-01-01", end: "2024-02-01" }),
      dailyPartitions({ start: "2024-01-01", format: "%Y/%m/%d" }),
      hourlyPartitions({ start: "2024-01-01", format: "%Y-%m-%d %H" }),
    ]) {
      expect(sameDefinition(daily, other)).toBe(false);
    }
  });
});
