/** The fast look for other own names of arrays answers as the language does. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasExtraNames, listsExtraNames } from "../../../src/serializer/superjson/typed-values/own-names.ts";

const classes = [Array, Float64Array, Uint8Array, BigInt64Array] as const;

const name = fc.oneof(
  fc.string(),
  fc.constantFrom("unit", "-1", "1.5", "01", "__proto__", "constructor", "toString", "buffer", "4294967295"),
);

describe("hasExtraNames", () => {
  it("answers as the list of all own names does", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...classes),
        fc.constantFrom(0, 1000, 1001, 5000),
        fc.option(fc.tuple(name, fc.boolean())),
        (Class, length, extra) => {
          const make = (): object => (Class === Array ? new Array(length).fill(1) : new Class(length));
          const array = make() as unknown[];
          // A typed array accepts no property whose name is a number.
          if (extra !== null)
            Reflect.defineProperty(array, extra[0], {
              value: Class === BigInt64Array ? 1n : 1,
              enumerable: extra[1],
              configurable: true,
              writable: true,
            });
          expect(hasExtraNames(array, make)).toBe(listsExtraNames(array));
        },
      ),
      { numRuns: 500 },
    );
  });
});
