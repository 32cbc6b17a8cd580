/** The fast way to read a date answers as the parser of the language does. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeDate } from "../../../src/serializer/superjson/typed-values/date.ts";

describe("decodeDate", () => {
  it("reads every text of toISOString", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(decodeDate(date.toISOString())).toEqual(date);
      }),
      { numRuns: 2000 },
    );
  });

  it("reads no other text", () => {
    const digit = fc.constantFrom(..."0123456789 :-.TZ");
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.nat(26), digit, (date, at, character) => {
        const text = date.toISOString();
        const other = text.slice(0, at) + character + text.slice(at + 1);
        const parsed = new Date(other);
        if (!Number.isNaN(parsed.getTime()) && parsed.toISOString() === other) expect(decodeDate(other)).toEqual(parsed);
        else expect(() => decodeDate(other)).toThrow(/is not a date of toISOString/);
      }),
      { numRuns: 2000 },
    );
  });
});
