import { dailyPartitions, hourlyPartitions, intervalPartitions, monthlyPartitions, PartitionMapping, weeklyPartitions } from "edgewater";
import { cronPartitions } from "edgewater/cron";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PartitionLoadingContext, TimePartitions } from "../../../src/partition/partitions-definition.ts";

const at = (now: string): PartitionLoadingContext => ({ now: new Date(now), dynamicKeys: () => [] });
const later = at("2100-01-01T00:00:00Z");
const keysOf = (definition: TimePartitions, now = later): readonly string[] => definition.keys(now).map(String);
const refused = (message: string): unknown =>
  expect.objectContaining({ code: "PartitionError", message: expect.stringContaining(message) });

/** The keys with the lengths of their windows in hours. */
const lengths = (definition: TimePartitions): Readonly<Record<string, number>> =>
  Object.fromEntries(
    keysOf(definition).map((key) => {
      const { start = "", end = "" } = definition.timeWindow(key) ?? {};
      return [key, (Date.parse(end) - Date.parse(start)) / 3_600_000];
    }),
  );

describe("hours of a zone", () => {
  it.each([
    [
      "America/New_York",
      { start: "2024-03-10T00:00", end: "2024-03-10T05:00" },
      { "2024-03-10T00:00": 1, "2024-03-10T01:00": 1, "2024-03-10T03:00": 1, "2024-03-10T04:00": 1 },
    ],
    [
      "America/New_York",
      { start: "2024-11-03T00:00", end: "2024-11-03T03:00" },
      { "2024-11-03T00:00": 1, "2024-11-03T01:00": 1, "2024-11-03T01:00-05:00": 1, "2024-11-03T02:00": 1 },
    ],
    [
      "Europe/Berlin",
      { start: "2024-03-31T01:00", end: "2024-03-31T05:00" },
      { "2024-03-31T01:00": 1, "2024-03-31T03:00": 1, "2024-03-31T04:00": 1 },
    ],
    [
      "Europe/Berlin",
      { start: "2024-10-27T01:00", end: "2024-10-27T04:00" },
      { "2024-10-27T01:00": 1, "2024-10-27T02:00": 1, "2024-10-27T02:00+01:00": 1, "2024-10-27T03:00": 1 },
    ],
    // The clocks go from 02:00 to 02:30, so 02:00 is half an hour long.
    [
      "Australia/Lord_Howe",
      { start: "2024-10-06T01:00", end: "2024-10-06T04:00" },
      { "2024-10-06T01:00": 1, "2024-10-06T02:00": 0.5, "2024-10-06T03:00": 1 },
    ],
    // The clocks go from 02:00 back to 01:30, in the hour that has started at 01:00.
    [
      "Australia/Lord_Howe",
      { start: "2024-04-07T00:00", end: "2024-04-07T03:00" },
      { "2024-04-07T00:00": 1, "2024-04-07T01:00": 1.5, "2024-04-07T02:00": 1 },
    ],
  ])("%s when its clocks are changed: %o", (timeZone, options, expected) => {
    expect(lengths(hourlyPartitions({ ...options, timeZone }))).toEqual(expected);
  });

  it("have windows between instants", () => {
    const hours = hourlyPartitions({ start: "2024-11-01", timeZone: "America/New_York" });
    expect(hours.timeWindow("2024-11-03T01:00")).toEqual({ start: "2024-11-03T05:00:00Z", end: "2024-11-03T06:00:00Z" });
    expect(hours.timeWindow("2024-11-03T01:00-05:00")).toEqual({ start: "2024-11-03T06:00:00Z", end: "2024-11-03T07:00:00Z" });
    expect(String(hours.keyAt("2024-11-03T06:30:00Z"))).toBe("2024-11-03T01:00-05:00");
    expect(String(hours.keyAt("2024-11-03T01:30:00-04:00"))).toBe("2024-11-03T01:00");
    expect(String(hours.keyAt("2024-11-03T01:30"))).toBe("2024-11-03T01:00");
    expect(String(hours.keyAt("2024-11-03T07:00:00Z", -2))).toBe("2024-11-03T01:00");
  });

  it.each(["2024-03-10T02:00", "2024-11-03T01:00-04:00", "2024-11-03T02:00-05:00", "2024-11-03T01:00+05:00", "2024-11-03T01:30"])(
    "do not contain %s",
    (key) => {
      const hours = hourlyPartitions({ start: "2024-01-01", timeZone: "America/New_York" });
      expect(hours.has(key, later)).toBe(false);
      expect(hours.timeWindow(key)).toBeUndefined();
    },
  );

  it("begin and end at instants, whatever the clocks show", () => {
    const options = { start: "2024-11-03T00:00", end: "2024-11-04", timeZone: "America/New_York" };
    const begun = hourlyPartitions(options);
    expect(keysOf(begun, at("2024-11-03T06:00:00Z")).at(-1)).toBe("2024-11-03T01:00");
    expect(keysOf(begun, at("2024-11-03T06:00:01Z")).at(-1)).toBe("2024-11-03T01:00-05:00");
    const ended = hourlyPartitions({ ...options, windows: "ended" });
    expect(keysOf(ended, at("2024-11-03T06:59:59Z")).at(-1)).toBe("2024-11-03T01:00");
    expect(keysOf(ended, at("2024-11-03T07:00:00Z")).at(-1)).toBe("2024-11-03T01:00-05:00");
    expect(begun.describe(at("2024-11-03T06:30:00Z"))).toBe('the hours from "2024-11-03T00:00" to "2024-11-03T01:00-05:00"');
  });
});

describe("days of a zone", () => {
  it.each([
    ["America/New_York", "2024-03-10", 23],
    ["America/New_York", "2024-11-03", 25],
    ["Europe/Berlin", "2024-03-31", 23],
    ["Europe/Berlin", "2024-10-27", 25],
    ["Australia/Lord_Howe", "2024-10-06", 23.5],
    ["Australia/Lord_Howe", "2024-04-07", 24.5],
    // The clocks skip midnight, and show it twice.
    ["America/Asuncion", "2023-10-01", 23],
    ["America/Havana", "2024-11-03", 25],
    ["America/Sao_Paulo", "2018-02-17", 25],
    ["Asia/Kolkata", "2024-03-31", 24],
  ])("%s has on %s %d hours", (timeZone, key, hours) => {
    expect(lengths(dailyPartitions({ start: key, timeZone, end: `${key}T23:00` }))).toEqual({ [key]: hours });
  });

  it("do not contain a day that the clocks skip", () => {
    const days = dailyPartitions({ start: "2011-12-28", end: "2012-01-02", timeZone: "Pacific/Apia" });
    expect(keysOf(days)).toEqual(["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]);
    expect(days.has("2011-12-30", later)).toBe(false);
  });

  it("start at an offset, also where the clocks skip it", () => {
    const days = dailyPartitions({ start: "2024-03-09", end: "2024-03-12", hourOffset: 2, minuteOffset: 30, timeZone: "America/New_York" });
    expect(keysOf(days).map((key) => days.timeWindow(key)?.start)).toEqual([
      "2024-03-09T07:30:00Z",
      "2024-03-10T07:00:00Z",
      "2024-03-11T06:30:00Z",
    ]);
  });

  it("start at an instant that is given as a Date", () => {
    const days = dailyPartitions({ start: new Date("2024-01-01T05:00:00Z"), end: "2024-01-02", timeZone: "America/New_York" });
    expect(keysOf(days)).toEqual(["2024-01-01"]);
  });
});

describe("weeks and months", () => {
  it.each([
    [
      "weeks from the day of the start",
      weeklyPartitions({ start: "2024-01-01", end: "2024-01-16" }),
      ["2024-01-01", "2024-01-08", "2024-01-15"],
    ],
    ["weeks from Sunday", weeklyPartitions({ start: "2024-01-01", end: "2024-01-16", dayOffset: 0 }), ["2024-01-07", "2024-01-14"]],
    [
      "weeks from an hour of Friday",
      weeklyPartitions({ start: "2024-01-01", end: "2024-01-16", dayOffset: 5, hourOffset: 6, format: "%Y-%m-%dT%H" }),
      ["2024-01-05T06", "2024-01-12T06"],
    ],
    ["months", monthlyPartitions({ start: "2023-12", end: "2024-03" }), ["2023-12", "2024-01", "2024-02"]],
    ["months from the first whole one", monthlyPartitions({ start: "2023-12-02", end: "2024-03-01" }), ["2024-01", "2024-02"]],
    [
      "months from a day",
      monthlyPartitions({ start: "2023-12-01", end: "2024-03-01", dayOffset: 15, hourOffset: 6, format: "%Y-%m-%dT%H:%M" }),
      ["2023-12-15T06:00", "2024-01-15T06:00", "2024-02-15T06:00"],
    ],
    [
      "hours from a minute",
      hourlyPartitions({ start: "2024-01-01T00:00", end: "2024-01-01T02:00", minuteOffset: 15, format: "%Y-%m-%dT%H:%M" }),
      ["2024-01-01T00:15", "2024-01-01T01:15"],
    ],
  ])("enumerate %s", (_, definition, expected) => expect(keysOf(definition)).toEqual(expected));

  it("have windows of their lengths", () => {
    const months = monthlyPartitions({ start: "2024-01", end: "2025-01", timeZone: "Europe/Berlin" });
    expect(months.timeWindow("2024-03")).toEqual({ start: "2024-02-29T23:00:00Z", end: "2024-03-31T22:00:00Z" });
    expect(Object.values(lengths(months)).reduce((sum, hours) => sum + hours, 0)).toBe(366 * 24);
    expect(monthlyPartitions({ start: "2024-02" }).timeWindow("2024-02")).toEqual({
      start: "2024-02-01T00:00:00",
      end: "2024-03-01T00:00:00",
    });
    expect(lengths(weeklyPartitions({ start: "2024-03-04", end: "2024-03-12", timeZone: "America/New_York" }))).toEqual({
      "2024-03-04": 167,
      "2024-03-11": 168,
    });
  });

  it("are in the latest windows", () => {
    const months = monthlyPartitions({ start: "2024-01" });
    expect(months.latest(2, at("2024-05-05")).map(String)).toEqual(["2024-04", "2024-05"]);
    expect(months.latest(9, at("2024-02-05")).map(String)).toEqual(["2024-01", "2024-02"]);
    expect(months.latest(1, at("2023-05-05"))).toEqual([]);
    expect(monthlyPartitions({ start: "2024-01", windows: "ended" }).latest(1, at("2024-05-05")).map(String)).toEqual(["2024-04"]);
    expect(monthlyPartitions({ start: "2024-01", end: "2024-03" }).latest(1, at("2024-05-05")).map(String)).toEqual(["2024-02"]);
  });

  it.each([
    ["an unknown zone", () => dailyPartitions({ start: "2024-01-01", timeZone: "Europe/Atlantis" }), "Europe/Atlantis"],
    ["a day that not every month has", () => monthlyPartitions({ start: "2024-01", dayOffset: 29 }), "dayOffset"],
    ["an hour that no day has", () => dailyPartitions({ start: "2024-01-01", hourOffset: 24 }), "hourOffset"],
    ["half a minute", () => hourlyPartitions({ start: "2024-01-01", minuteOffset: 0.5 }), "minuteOffset"],
    ["other windows", () => dailyPartitions({ start: "2024-01-01", windows: "over" as never }), "windows"],
  ])("refuse %s", (_, make, message) => expect(make).toThrow(refused(message)));
});

describe("partitions of any zone", () => {
  const zones = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Havana",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Tehran",
    "UTC",
  ];
  const makers: readonly ((options: { start: string; end: string; timeZone: string }) => TimePartitions)[] = [
    hourlyPartitions,
    dailyPartitions,
    (options) => dailyPartitions({ ...options, hourOffset: 1, minuteOffset: 45 }),
    weeklyPartitions,
    monthlyPartitions,
    (options) => intervalPartitions({ ...options, every: 900 }),
    (options) => intervalPartitions({ ...options, every: 45 * 60 }),
    (options) => cronPartitions({ ...options, cron: "*/20 1-3 * * *" }),
  ];
  const timeZone = fc.constantFrom(...zones);
  const start = fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2030, 0) }).map((time) => new Date(time - (time % 60_000)));
  const text = (date: Date): string => date.toISOString().slice(0, 19);

  it("have different keys, and windows without gaps that their keys name", () => {
    fc.assert(
      fc.property(timeZone, fc.constantFrom(...makers), start, fc.integer({ min: 1, max: 40 }), (timeZone, make, from, days) => {
        const definition = make({ start: text(from), end: text(new Date(from.getTime() + days * 86_400_000)), timeZone });
        const keys = keysOf(definition);
        expect(new Set(keys).size).toBe(keys.length);
        let end: string | undefined;
        for (const key of keys) {
          const window = definition.timeWindow(key);
          expect(Date.parse(window?.end ?? "")).toBeGreaterThan(Date.parse(window?.start ?? ""));
          if (end !== undefined) expect(window?.start).toBe(end);
          end = window?.end;
          expect(String(definition.keyAt(window?.start ?? ""))).toBe(key);
          expect(definition.has(key, later)).toBe(true);
        }
      }),
      { numRuns: 25, seed: 17 },
    );
  });

  it("contain every instant in the window of its key", () => {
    fc.assert(
      fc.property(timeZone, fc.constantFrom(...makers), start, fc.integer({ min: -3, max: 3 }), (timeZone, make, instant, steps) => {
        const definition = make({ start: "1970-01-01", end: "2040-01-01", timeZone });
        const moment = `${text(instant)}Z`;
        const { start: from = "", end: to = "" } = definition.timeWindow(String(definition.keyAt(moment))) ?? {};
        expect(Date.parse(from)).toBeLessThanOrEqual(Date.parse(moment));
        expect(Date.parse(to)).toBeGreaterThan(Date.parse(moment));
        const there = definition.keyAt(moment, steps);
        const back = definition.keyAt(definition.timeWindow(String(there))?.start ?? "", -steps);
        expect(String(back)).toBe(String(definition.keyAt(moment)));
      }),
      { numRuns: 200, seed: 17 },
    );
  });
});

describe("mappings by time", () => {
  const edge = (downstream: TimePartitions, upstream: TimePartitions, key: string, loadingContext = later) => ({
    downstream,
    upstream,
    owner: "down",
    input: "up",
    loadingContext,
    key: downstream.read(key),
  });
  const mapped = (mapping: PartitionMapping, ...given: Parameters<typeof edge>): readonly string[] => {
    const found = mapping.resolve(edge(...given));
    return typeof found === "string" ? [found] : found.keys.map(String);
  };
  const zoned = { start: "2024-01-01", timeZone: "America/New_York" };

  it("load all windows within: a month of its days, a day of its hours", () => {
    const within = PartitionMapping.windowsWithin();
    expect(within.arity).toBe("many");
    expect(mapped(within, monthlyPartitions(zoned), dailyPartitions(zoned), "2024-02")).toHaveLength(29);
    expect(mapped(within, dailyPartitions(zoned), hourlyPartitions(zoned), "2024-11-03")).toHaveLength(25);
    expect(mapped(within, dailyPartitions(zoned), hourlyPartitions(zoned), "2024-03-10")).toHaveLength(23);
    const days = dailyPartitions({ start: "2024-01-30" });
    expect(mapped(within, monthlyPartitions({ start: "2024-01" }), days, "2024-01")).toEqual(["2024-01-30", "2024-01-31"]);
  });

  it("do not load windows that are not there yet", () => {
    const within = PartitionMapping.windowsWithin();
    const months = monthlyPartitions({ start: "2024-01" });
    const days = dailyPartitions({ start: "2024-01-01" });
    expect(() => mapped(within, months, days, "2024-02", at("2024-02-05"))).toThrow(refused('"2024-02-05"'));
    expect(mapped(within, months, days, "2024-02", at("2024-02-29T12:00:00Z"))).toHaveLength(29);
    expect(() => mapped(within, months, dailyPartitions({ start: "2025-01-01" }), "2024-02")).toThrow(refused("finds no window within"));
  });

  it("load the window before, across a change of the clocks", () => {
    const hours = hourlyPartitions(zoned);
    expect(mapped(PartitionMapping.timeWindow({ offset: -1 }), hours, hours, "2024-11-03T02:00")).toEqual(["2024-11-03T01:00-05:00"]);
    expect(mapped(PartitionMapping.timeWindow({ offset: 0 }), hours, monthlyPartitions(zoned), "2024-11-01T00:00")).toEqual(["2024-11"]);
  });

  it("refuse a clock without a zone beside one with a zone", () => {
    const [naive, days] = [dailyPartitions({ start: "2024-01-01" }), dailyPartitions(zoned)];
    for (const mapping of [PartitionMapping.timeWindow({ offset: -1 }), PartitionMapping.windowsWithin()])
      expect(() => mapped(mapping, naive, days, "2024-01-02")).toThrow(refused('"up" has one and "down" has none'));
  });
});
