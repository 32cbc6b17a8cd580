import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIso, type WallClockTime } from "../../../src/encoding/wall-clock.ts";
import { type PartitionLoadingContext, sameDefinition } from "../../../src/partition/partitions-definition.ts";
import { compileFormat } from "../../../src/partition/strftime.ts";
import { dailyPartitions, hourlyPartitions, intervalPartitions } from "../../../src/partition/time-partitions.ts";

const at = (now: string | Date): PartitionLoadingContext => ({ now, dynamicKeys: () => [] });
const loadingContext = at("2024-03-02T05:00:00");
const refused = (message = ""): unknown => expect.objectContaining({ code: "PartitionError", message: expect.stringContaining(message) });
const moment = fc
  .integer({ min: Date.UTC(1900, 0, 1) / 1000, max: Date.UTC(2100, 0, 1) / 1000 })
  .map((seconds): WallClockTime => seconds * 1000);

describe("strftime formats", () => {
  const leapNight = Date.UTC(2024, 1, 29, 23, 5, 9);
  it.each([
    ["%Y-%m-%dT%H:%M:%S", "2024-02-29T23:05:09"],
    ["%j of %y at 100%% (%H.%M.%S)", "060 of 24 at 100% (23.05.09)"],
    ["%d/%m/%Y[%H]+%M?%S", "29/02/2024[23]+05?09"],
  ])("%s formats and parses", (pattern, text) => {
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
  ])("%s does not parse %o", (pattern, text) => expect(compileFormat(pattern).parse(text)).toBeUndefined());

  it.each(["%Y-%b", "%", "%Y|%m", "%Y,%m", "", "%é"])("refuses %o", (pattern) => expect(() => compileFormat(pattern)).toThrow(refused()));

  it("name the unknown directive in the error", () => expect(() => compileFormat("%Y-%b")).toThrow(refused('"%b"')));

  it("parse what they formatted", () => {
    const patterns = fc.constantFrom("%Y-%m-%dT%H:%M:%S", "%Y%j%H%M%S", "%S%M%H%d%m%Y");
    fc.assert(fc.property(moment, patterns, (time, pattern) => compileFormat(pattern).parse(compileFormat(pattern).format(time)) === time));
  });
});

describe("partitions over time", () => {
  it.each([
    ["a leap day", dailyPartitions({ start: "2024-02-28", end: "2024-03-02" }), ["2024-02-28", "2024-02-29", "2024-03-01"]],
    ["the end of February in a common year", dailyPartitions({ start: "2023-02-28", end: "2023-03-02" }), ["2023-02-28", "2023-03-01"]],
    ["the end of a year", dailyPartitions({ start: "2023-12-31", end: "2024-01-02" }), ["2023-12-31", "2024-01-01"]],
    ["a start and end in the format", dailyPartitions({ start: "31.12.2023", end: "01.01.2024", format: "%d.%m.%Y" }), ["31.12.2023"]],
    [
      "Dates",
      dailyPartitions({ start: new Date("2024-01-01T00:00:00Z"), end: new Date("2024-01-02T00:00:01Z") }),
      ["2024-01-01", "2024-01-02"],
    ],
    ["days that start at six", dailyPartitions({ start: "2024-01-01T06:00", end: "2024-01-03" }), ["2024-01-01", "2024-01-02"]],
    [
      "the hours of a switch to summer time",
      hourlyPartitions({ start: "2023-03-26T01:00", end: "2023-03-26T04:00" }),
      ["2023-03-26T01:00", "2023-03-26T02:00", "2023-03-26T03:00"],
    ],
    [
      "intervals counted from the start",
      intervalPartitions({ start: "2024-02-29T23:50", end: "2024-03-01T00:20:01", every: 15 * 60 }),
      ["2024-02-29T23:50:00", "2024-03-01T00:05:00", "2024-03-01T00:20:00"],
    ],
    ["only partitions that have started by now", dailyPartitions({ start: "2024-03-01" }), ["2024-03-01", "2024-03-02"]],
    ["no keys before the start", dailyPartitions({ start: "2024-03-03" }), []],
    ["no future partitions, also when there is an end", dailyPartitions({ start: "2030-01-01", end: "2030-01-02" }), []],
    [
      "only partitions that have ended",
      dailyPartitions({ start: "2024-02-29", end: "2025-01-01", windows: "ended" }),
      ["2024-02-29", "2024-03-01"],
    ],
  ])("enumerate %s", (_, definition, expected) => expect(definition.keys(loadingContext).map(String)).toEqual(expected));

  it("end before `now`, given as text or as the UTC fields of a Date", () => {
    const daily = dailyPartitions({ start: "2024-03-01" });
    expect(daily.keys(at("2024-03-02")).map(String)).toEqual(["2024-03-01"]);
    expect(daily.keys(at(new Date("2024-03-02T00:00:00.001Z"))).map(String)).toEqual(["2024-03-01", "2024-03-02"]);
    expect(daily.has("2024-03-02", at(new Date("2024-03-02T00:00:00.001Z")))).toBe(true);
    expect(daily.has("2024-03-02", at("2024-03-02"))).toBe(false);
    expect(() => daily.keys(at("today"))).toThrow(refused("now"));
  });

  it.each(["2024-02-27", "2024-02-30", "2024-03-03", "2024-2-28", "x", "", "2024-02-28,2024-02-29", "a|b"])("do not contain %o", (key) => {
    expect(dailyPartitions({ start: "2024-02-28" }).has(key, loadingContext)).toBe(false);
  });

  it("return the time window of a key; its end is exclusive", () => {
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

  it("contain exactly their keys, and their windows have no gaps", () => {
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
        const later = at("2200-01-01");
        const keys = definition.keys(later);
        expect(keys).toHaveLength(count);
        expect(keys.every((key) => definition.has(key, later))).toBe(true);
        const windows = keys.map((key) => definition.timeWindow(key));
        expect(windows[0]?.start).toBe(formatIso(start));
        for (const [index, window] of windows.entries()) if (index > 0) expect(window?.start).toBe(windows[index - 1]?.end);
        const other = formatIso(start + elsewhere * 1000);
        expect(definition.has(other, later)).toBe(keys.some((key) => String(key) === other));
      }),
    );
  });

  it("return the key at a moment and the keys before and after it", () => {
    const daily = dailyPartitions({ start: "2024-01-01" });
    expect(String(daily.keyAt("2024-02-29T23:59:59"))).toBe("2024-02-29");
    expect(String(daily.keyAt("2024-03-01", -1))).toBe("2024-02-29");
    expect(String(daily.keyAt("2023-12-31", 1))).toBe("2024-01-01");
    expect(daily.keyAt("9999-12-31", 1)).toBeUndefined();
  });

  it("check keys of a grid that is too fine to enumerate, and refuse to enumerate it", () => {
    const seconds = intervalPartitions({ start: "1999-01-01", every: 1 });
    expect(seconds.has("2024-02-29T12:34:56", loadingContext)).toBe(true);
    expect(() => seconds.keys(loadingContext)).toThrow(refused("1000000"));
    expect(seconds.between("2024-01-01T00:00:00", "2024-01-01T00:00:02", loadingContext)).toHaveLength(3);
  });

  it.each([
    ["a start that is not a time", () => dailyPartitions({ start: "yesterday" })],
    ["a start with a zone", () => dailyPartitions({ start: "2024-01-01T00:00:00Z" })],
    ["an invalid Date", () => dailyPartitions({ start: new Date(Number.NaN) })],
    ["a fraction of a second", () => dailyPartitions({ start: new Date(1) })],
    ["an end that equals the start", () => dailyPartitions({ start: "2024-01-01", end: "2024-01-01" })],
    ["a year beyond the calendar", () => dailyPartitions({ start: new Date(Date.UTC(10000, 0)) })],
    ["a daily format for hours", () => hourlyPartitions({ start: "2024-01-01", format: "%Y-%m-%d" })],
    ["an interval of length 0", () => intervalPartitions({ start: "2024-01-01", every: 0 })],
    ["a fractional interval", () => intervalPartitions({ start: "2024-01-01", every: 0.5 })],
    [
      "a monthly format that later repeats a key",
      () => intervalPartitions({ start: "2024-01-15", every: 30 * 86_400, format: "%Y-%m" }).keys(at("2030-01-01")),
    ],
    [
      "a two-digit year that later repeats a key",
      () => intervalPartitions({ start: "2069-01-01", every: 365 * 86_400, format: "%y-%j" }).keys(at("2080-01-01")),
    ],
  ])("refuse %s", (_, make) => expect(make).toThrow(refused()));

  it("return ranges that include both ends, and refuse invalid ranges", () => {
    const daily = dailyPartitions({ start: "2024-01-01", end: "2025-01-01" });
    expect(() => daily.between("2024-02-28", "2024-03-03", loadingContext)).toThrow(refused('the days from "2024-01-01" to "2024-03-02"'));
    const loadingContext2025 = at("2025-06-01");
    expect(daily.between("2024-02-28", "2024-03-01", loadingContext).map(String)).toEqual(["2024-02-28", "2024-02-29", "2024-03-01"]);
    expect(daily.between("2024-12-31", "2024-12-31", loadingContext2025).map(String)).toEqual(["2024-12-31"]);
    expect(() => daily.between("2024-03-01", "2024-02-28", loadingContext)).toThrow(refused("the start comes after the end"));
    expect(() => daily.between("2023-12-31", "2024-02-28", loadingContext2025)).toThrow(
      refused('the days from "2024-01-01" to "2024-12-31"'),
    );
    expect(() => daily.between("2024-12-31", "2025-01-01", loadingContext2025)).toThrow(refused());
  });

  it("are equal when start, end, step and format are equal", () => {
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
