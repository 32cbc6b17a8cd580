import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wallTimes } from "../../../inspector-ui/screens/partitions/local-time.ts";
import { measureFacts, rowSummary, rowValue, shadesOf } from "../../../inspector-ui/screens/partitions/measure.ts";
import { moved, stretch } from "../../../inspector-ui/screens/partitions/moves.ts";
import {
  between,
  contains,
  countOf,
  firstOf,
  normalRanges,
  toggled,
  union,
  without,
} from "../../../inspector-ui/screens/partitions/ranges.ts";
import { countStatuses, rangesOf, statusLookup, toMake } from "../../../inspector-ui/screens/partitions/statuses.ts";
import { type Strip, stripOf as stepsToStrip } from "../../../inspector-ui/screens/partitions/strip.ts";
import { atOnce } from "../../../inspector-ui/state/slices.ts";
import type { InspectedStatus, PartitionShape } from "../../../src/inspector/inspection.ts";

const hour = 3_600_000;
const day = 24 * hour;
const every = (start: number, stepMs: number, count: number, timeZone = "UTC"): PartitionShape => ({
  kind: "time",
  starts: Array.from({ length: count }, (_, index) => start + index * stepMs),
  stepMs,
  timeZone,
});
const times = (...starts: string[]): PartitionShape => ({ kind: "time", starts: starts.map(Date.parse), timeZone: "UTC" });
const stripOf = (...of: Parameters<typeof stepsToStrip>): Strip => atOnce(stepsToStrip(...of));
const hours = stripOf(every(Date.UTC(2018, 0, 31), hour, 192), 192);

describe("ranges", () => {
  it("are sorted and joined where they touch", () => {
    expect(
      normalRanges([
        [5, 7],
        [1, 3],
        [3, 4],
        [9, 9],
      ]),
    ).toEqual([
      [1, 4],
      [5, 7],
    ]);
    expect(between(7, 3)).toEqual([[3, 8]]);
    expect(toggled([[3, 8]], 5)).toEqual([
      [3, 5],
      [6, 8],
    ]);
    expect(
      firstOf(
        [
          [0, 3],
          [5, 9],
        ],
        5,
      ),
    ).toEqual([
      [0, 3],
      [5, 7],
    ]);
  });

  it("are sets: union, difference, membership and count agree with sets of positions", () => {
    const ranges = fc
      .array(
        fc.tuple(fc.nat(40), fc.nat(8)).map(([from, size]) => [from, from + size] as const),
        { maxLength: 8 },
      )
      .map(normalRanges);
    const positions = (list: ReturnType<typeof normalRanges>): number[] =>
      list.flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => from + index));
    fc.assert(
      fc.property(ranges, ranges, fc.nat(50), (left, right, position) => {
        const [a, b] = [new Set(positions(left)), new Set(positions(right))];
        expect(positions(union(left, right))).toEqual([...a.union(b)].sort((x, y) => x - y));
        expect(positions(without(left, right))).toEqual([...a.difference(b)]);
        expect(contains(left, position)).toBe(a.has(position));
        expect(countOf(left)).toBe(a.size);
      }),
      { seed: 20260207 },
    );
  });
});

describe("the strip", () => {
  it("lays hours out by day and hour", () => {
    expect(hours).toMatchObject({ kind: "time", caption: "hour by hour", rowName: "day", rows: 8, title: "31 Jan – 7 Feb 2018" });
    expect(hours.columns.map(({ label, isLabelled }) => (isLabelled ? label : ""))).toEqual(
      Array.from({ length: 24 }, (_, index) => (index % 3 === 0 ? String(index).padStart(2, "0") : "")),
    );
    expect(hours.row(6)).toEqual({ label: "Tue", detail: "6 Feb", title: "2018-02-06" });
    expect(hours.at(6, 18)).toBe(162);
    expect(hours.placeOf(162)).toEqual([6, 18]);
    expect(hours.nameOf(162)).toBe("2018-02-06, 18:00");
  });

  it("lays days out by month and day, months by year, weeks by year, minutes by hour", () => {
    const days = stripOf(every(Date.UTC(2024, 0, 30), day, 33), 33);
    expect([days.caption, days.rows, days.at(0, 0), days.at(0, 29), days.at(1, 28), days.at(1, 29)]).toEqual([
      "day by day",
      3,
      undefined,
      0,
      30,
      undefined,
    ]);
    expect(days.row(1)).toEqual({ label: "Feb", detail: "2024", title: "2024-02" });
    const months = stripOf(times("2023-11-01", "2023-12-01", "2024-01-01"), 3);
    expect([months.caption, months.rows, months.placeOf(2)]).toEqual(["month by month", 2, [1, 0]]);
    const weeks = stripOf(every(Date.UTC(2024, 11, 22), 7 * day, 3), 3);
    expect([weeks.caption, weeks.placeOf(2)]).toEqual(["week by week", [1, 0]]);
    const quarters = stripOf(every(Date.UTC(2024, 0, 1), hour / 4, 9), 9);
    expect([quarters.caption, quarters.columns.length, quarters.placeOf(5), quarters.nameOf(5)]).toEqual([
      "every 15 minutes",
      4,
      [1, 1],
      "2024-01-01, 01:15",
    ]);
    const sixes = stripOf(every(Date.UTC(2024, 0, 1), 6 * hour, 8), 8);
    expect([sixes.caption, sixes.columns.map(({ label }) => label), sixes.rows]).toEqual(["every 6 hours", ["00", "06", "12", "18"], 2]);
  });

  it("has a hole where clocks go forward, and a second place for the hour that comes twice", () => {
    const spring = stripOf(every(Date.parse("2024-03-30T23:00:00Z"), hour, 23, "Europe/Berlin"), 23);
    expect([spring.rows, spring.at(0, 1), spring.at(0, 2), spring.at(0, 3), spring.columns.length]).toEqual([1, 1, undefined, 2, 24]);
    const autumn = stripOf(every(Date.parse("2024-10-26T22:00:00Z"), hour, 25, "Europe/Berlin"), 25);
    expect([autumn.rows, autumn.columns.length, autumn.at(0, 2), autumn.at(0, 24), autumn.at(0, 3)]).toEqual([1, 25, 2, 3, 4]);
  });

  it("puts the dimension with fewer keys across, and keeps the positions of the definition", () => {
    const date = { name: "date", keys: ["a", "b", "c"] };
    const region = { name: "region", keys: ["eu", "us"] };
    const tall = stripOf({ kind: "multi", dimensions: [date, region] }, 6);
    expect([tall.caption, tall.at(2, 1), tall.placeOf(5), tall.nameOf(5)]).toEqual(["date by region", 5, [2, 1], "c, us"]);
    const turned = stripOf({ kind: "multi", dimensions: [region, date] }, 6);
    expect([turned.caption, turned.at(2, 1), turned.placeOf(5), turned.nameOf(5)]).toEqual(["date by region", 5, [2, 1], "us, c"]);
    expect(stretch(turned, 0, 4)).toEqual([
      [0, 2],
      [3, 5],
    ]);
  });

  it("lays keys without a calendar out in rows", () => {
    const plain = stripOf({ kind: "keys" }, 50, 16);
    expect([plain.rows, plain.at(3, 1), plain.at(3, 2), plain.placeOf(49), plain.nameOf(1)]).toEqual([4, 49, undefined, [3, 1], undefined]);
    expect(stripOf({ kind: "keys" }, 0).rows).toBe(0);
    expect(stripOf(times(), 0).rows).toBe(0);
  });

  it.each<[string, PartitionShape]>([
    ["hours", every(Date.UTC(2010, 0, 1), hour, 100_000)],
    ["hours of a zone", every(Date.UTC(2010, 0, 1), hour, 100_000, "America/New_York")],
    ["days", every(Date.UTC(1800, 0, 1), day, 100_000)],
    ["keys", { kind: "keys" }],
  ])("finds each of 100,000 %s at its place", (_, shape) => {
    const strip = stripOf(shape, 100_000);
    for (let position = 0; position < 100_000; position += 97) expect(strip.at(...strip.placeOf(position))).toBe(position);
  });

  it("tells wall times as the zone has them, at every hour of a year", () => {
    const starts = Array.from({ length: 366 * 24 }, (_, index) => Date.UTC(2024, 0, 1) + index * hour);
    for (const timeZone of ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]) {
      const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
      const walls = atOnce(wallTimes(starts, timeZone)).map((wall) => new Date(wall).toISOString().slice(0, 19).replace("T", " "));
      expect(walls).toEqual(starts.map((start) => format.format(start)));
    }
  });
});

describe("keys of the strip", () => {
  const press = (strip: Strip, from: number, key: string, isWhole = false): number | undefined =>
    moved(strip, from, { key, isWhole, page: 3 });
  it.each([
    ["ArrowRight", 23, 24],
    ["ArrowLeft", 24, 23],
    ["ArrowLeft", 0, 0],
    ["ArrowDown", 3, 27],
    ["ArrowUp", 3, 3],
    ["PageDown", 3, 75],
    ["PageUp", 75, 3],
    ["Home", 30, 24],
    ["End", 30, 47],
  ])("%s leads from %i to %i", (key, from, to) => expect(press(hours, from, key)).toBe(to));

  it("leads to the ends of all with Control, and nowhere with other keys", () => {
    expect([press(hours, 30, "Home", true), press(hours, 30, "End", true), press(hours, 30, "x")]).toEqual([0, 191, undefined]);
  });

  it("passes over holes", () => {
    const days = stripOf(every(Date.UTC(2023, 0, 31), day, 60), 60);
    expect(press(days, 0, "ArrowDown")).toBe(59);
    expect(press(days, 0, "Home")).toBe(0);
    expect(press(days, 5, "End")).toBe(28);
  });

  it("stops at the sides of two dimensions", () => {
    const strip = stripOf(
      {
        kind: "multi",
        dimensions: [
          { name: "a", keys: ["x", "y", "z"] },
          { name: "b", keys: ["1", "2"] },
        ],
      },
      6,
    );
    expect([press(strip, 1, "ArrowRight"), press(strip, 2, "ArrowLeft"), press(strip, 1, "ArrowDown")]).toEqual([1, 2, 3]);
  });
});

describe("statuses", () => {
  const statuses: readonly (readonly [InspectedStatus, number])[] = [
    ["UpToDate", 162],
    ["Failed", 2],
    ["Running", 3],
    ["UpToDate", 19],
    ["Missing", 6],
  ];

  it("are looked up, selected and counted without a list of positions", () => {
    const at = statusLookup(statuses);
    expect([0, 161, 162, 163, 164, 186, 191].map(at)).toEqual([
      "UpToDate",
      "UpToDate",
      "Failed",
      "Failed",
      "Running",
      "Missing",
      "Missing",
    ]);
    expect(rangesOf(statuses, toMake)).toEqual([
      [162, 164],
      [186, 192],
    ]);
    expect(
      Object.fromEntries(
        countStatuses(statuses, [
          [160, 166],
          [190, 192],
        ]),
      ),
    ).toEqual({ UpToDate: 2, Failed: 2, Running: 2, Missing: 2 });
  });
});

describe("a measure", () => {
  it("has a shade of its own for nothing, and quarters for the rest", () => {
    const values = [0, null, 1, 2, 3, 4, 5, 6, 7, 8];
    const { of, darkest } = atOnce(shadesOf(values));
    expect(values.map((value) => (value === null ? null : of(value)))).toEqual([0, null, 1, 1, 2, 2, 3, 3, 4, 4]);
    expect(darkest).toBeCloseTo(6.25);
    expect(atOnce(shadesOf([5, 5, 5])).of(5)).toBe(3);
    expect(atOnce(shadesOf([null, 0])).of(0)).toBe(0);
  });

  it("tells least, most and mean of what is known", () => {
    expect(measureFacts([1, null, 3, 8])).toEqual({ known: 3, least: 1, most: 8, mean: 4 });
    expect(measureFacts([1, null, 3, 8], [[1, 3]])).toEqual({ known: 1, least: 3, most: 3, mean: 3 });
    expect(measureFacts([null])).toBeUndefined();
  });

  it("adds counts and seconds, takes the oldest age, and the mean of anything else", () => {
    expect([rowSummary("rows", [1, null]), rowSummary("mag", [1.5]), rowSummary("seconds", [1.5]), rowSummary("age", [1])]).toEqual([
      "sum",
      "mean",
      "sum",
      "oldest",
    ]);
    const values = Array.from({ length: 192 }, (_, index) => (index < 24 ? null : 2));
    expect([rowValue(hours, 0, values, "sum"), rowValue(hours, 1, values, "sum"), rowValue(hours, 1, values, "mean")]).toEqual([
      undefined,
      48,
      2,
    ]);
  });
});
