import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIso, parseInstant, parseIso } from "../../../src/encoding/wall-clock.ts";

describe("wall-clock time", () => {
  it.each([
    ["2024-02-29", "2024-02-29T00:00:00"],
    ["2024-02-29T23:59", "2024-02-29T23:59:00"],
    ["2024-02-29 06:00:01.500", "2024-02-29T06:00:01"],
    ["0001-01-01", "0001-01-01T00:00:00"],
    ["2024-03-31T02:30", "2024-03-31T02:30:00"],
  ])("parses %s", (text, written) => expect(formatIso(parseIso(text) ?? Number.NaN)).toBe(written));

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
  ])("does not parse %o", (text) => expect(parseIso(text)).toBeUndefined());
});

describe("parseInstant", () => {
  it("reads what Date reads in UTC, and no date that does not exist", () => {
    const two = (least: number, most: number) => fc.integer({ min: least, max: most }).map((each) => String(each).padStart(2, "0"));
    const zone = fc.oneof(
      fc.constantFrom("", "Z"),
      fc.tuple(fc.constantFrom("+", "-"), two(0, 23), two(0, 59)).map(([sign, h, m]) => `${sign}${h}:${m}`),
    );
    const instant = fc.record({
      year: fc.integer({ min: 1000, max: 9999 }),
      month: two(0, 13),
      day: two(0, 32),
      hour: two(0, 24),
      minute: two(0, 60),
      zone,
    });
    fc.assert(
      fc.property(instant, ({ year, month, day, hour, minute, zone }) => {
        const local = `${year}-${month}-${day}T${hour}:${minute}`;
        const utc = new Date(`${local}Z`);
        const exists = !Number.isNaN(utc.getTime()) && utc.toISOString().startsWith(local);
        const expected = exists ? new Date(`${local}${zone || "Z"}`) : undefined;
        expect(parseInstant(local + zone)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });
});
