import { describe, expect, it } from "vitest";
import { formatIso, parseIso } from "../../../src/encoding/wall-clock.ts";

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
