/** How the text of a variable is converted for each kind of valibot schema. */
import { BaseIOHandler } from "edgewater";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { errorOf } from "./error-of.ts";

const Level = { Low: 1, High: 2 } as const;
const target = v.variant("type", [
  v.object({ type: v.literal("s3"), bucket: v.string(), port: v.number() }),
  v.object({ type: v.literal("disk"), folder: v.string(), size: v.bigint() }),
]);

function read(entry: v.GenericSchema, text: string, name = "KIND_X", given: object = {}): unknown {
  class Handler extends BaseIOHandler.with(v.object({ x: entry }), { envPrefix: "KIND_" }) {
    override handleOutput(): void {}
    override loadInput(): void {}
  }
  return (new Handler(given, { env: { [name]: text } }).settings as { readonly x: unknown }).x;
}

describe("the text of a variable", () => {
  it.each<[string, v.GenericSchema, string, unknown]>([
    ["a string", v.string(), "5", "5"],
    ["a string that looks like JSON", v.string(), "null", "null"],
    ["a number", v.number(), " 1.5e3 ", 1500],
    ["a negative number", v.number(), "-0.5", -0.5],
    ["a big integer", v.bigint(), "-12345678901234567890", -12345678901234567890n],
    ["true", v.boolean(), "true", true],
    ["1", v.boolean(), "1", true],
    ["Yes", v.boolean(), "Yes", true],
    ["ON", v.boolean(), "ON", true],
    ["false", v.boolean(), "false", false],
    ["0", v.boolean(), "0", false],
    ["no", v.boolean(), "no", false],
    ["Off", v.boolean(), "Off", false],
    ["a date", v.date(), "2026-01-02", new Date("2026-01-02")],
    ["a date and time without a zone, in UTC", v.date(), "2026-01-02T03:04:05", new Date("2026-01-02T03:04:05Z")],
    ["a date and time with an offset", v.date(), "2026-01-02T03:04+05:30", new Date("2026-01-01T21:34:00Z")],
    ["more digits than milliseconds", v.date(), "2026-01-02T03:04:05.123456-0100", new Date("2026-01-02T04:04:05.123Z")],
    ["February 29 of a leap year", v.date(), "2024-02-29", new Date("2024-02-29T00:00:00Z")],
    ["a date and time", v.date(), "2026-01-02T03:04:05Z", new Date("2026-01-02T03:04:05Z")],
    ["optional", v.optional(v.number()), "5", 5],
    ["optional in optional", v.optional(v.optional(v.number())), "5", 5],
    ["exactOptional", v.exactOptional(v.number()), "5", 5],
    ["undefinedable", v.undefinedable(v.number()), "5", 5],
    ["nonOptional", v.nonOptional(v.optional(v.number())), "5", 5],
    ["nullable", v.nullable(v.number()), "5", 5],
    ["nullable, null", v.nullable(v.number()), "null", null],
    ["nullable text is text", v.nullable(v.string()), "null", "null"],
    ["nullish, null", v.nullish(v.boolean()), "null", null],
    ["a pipe", v.pipe(v.number(), v.minValue(1)), "5", 5],
    ["a pipe that transforms text", v.pipe(v.string(), v.transform(Number), v.number()), "5", 5],
    ["a literal text", v.literal("5"), "5", "5"],
    ["a literal number", v.literal(5), "5", 5],
    ["a literal boolean", v.literal(true), "yes", true],
    ["a picklist of texts", v.picklist(["1", "2"]), "1", "1"],
    ["a picklist of numbers", v.picklist([1, 2]), "1", 1],
    ["a picklist of both", v.picklist(["auto", 2]), "2", 2],
    ["an enum of numbers", v.enum(Level), "2", 2],
    ["a union, text first", v.union([v.string(), v.number()]), "5", "5"],
    ["a union, number first", v.union([v.number(), v.string()]), "5", 5],
    ["a union of which only the second member accepts the text", v.union([v.number(), v.string()]), "five", "five"],
    ["a union with a literal", v.union([v.literal("auto"), v.number()]), "5", 5],
    ["the literal of a union", v.union([v.literal("auto"), v.number()]), "auto", "auto"],
    ["a union whose first member is too narrow", v.union([v.pipe(v.number(), v.maxValue(9)), v.string()]), "10", "10"],
    ["a union with an array", v.union([v.boolean(), v.array(v.number())]), "[1]", [1]],
    ["an array", v.array(v.number()), "[1,2]", [1, 2]],
    ["an array of big integers", v.array(v.bigint()), '["12345678901234567890"]', [12345678901234567890n]],
    ["a tuple", v.tuple([v.string(), v.date()]), '["a","2026-01-02"]', ["a", new Date("2026-01-02")]],
    ["a tuple with rest", v.tupleWithRest([v.string()], v.bigint()), '["1","2"]', ["1", 2n]],
    ["a record", v.record(v.string(), v.number()), '{"a":1}', { a: 1 }],
    ["a set", v.set(v.number()), "[1,2,1]", new Set([1, 2])],
    ["a map from an object", v.map(v.string(), v.number()), '{"a":1}', new Map([["a", 1]])],
    ["a map from pairs", v.map(v.number(), v.string()), '[[1,"a"]]', new Map([[1, "a"]])],
    [
      "an object",
      v.object({ since: v.date(), ids: v.set(v.number()) }),
      '{"since":"2026-01-02","ids":[1]}',
      { since: new Date("2026-01-02"), ids: new Set([1]) },
    ],
    ["a loose object", v.looseObject({ a: v.number() }), '{"a":1,"b":2}', { a: 1, b: 2 }],
    ["an object with rest", v.objectWithRest({ a: v.number() }, v.string()), '{"a":1,"b":"2"}', { a: 1, b: "2" }],
    ["a strict object", v.strictObject({ a: v.number() }), '{"a":1}', { a: 1 }],
    ["an intersection", v.intersect([v.object({ a: v.number() }), v.object({ b: v.number() })]), '{"a":1,"b":2}', { a: 1, b: 2 }],
    ["a variant", target, '{"type":"disk","folder":"a","size":"5"}', { type: "disk", folder: "a", size: 5n }],
    ["lazy JSON", v.lazy(() => v.array(v.number())), "[1]", [1]],
    ["lazy text", v.lazy(() => v.string()), "[1]", "[1]"],
    ["unknown", v.unknown(), "5", "5"],
    ["a fallback", v.fallback(v.number(), 7), "many", 7],
  ])("is converted for %s", (_, entry, text, expected) => expect(read(entry, text)).toEqual(expected));

  it("may be in nested variables for any member of a variant", () => {
    const given = { x: { type: "s3", bucket: "b" } };
    expect(read(target, "9000", "KIND_X__PORT", given)).toEqual({ type: "s3", bucket: "b", port: 9000 });
    expect(read(target, "9", "KIND_X__SIZE", { x: { type: "disk", folder: "f" } })).toEqual({ type: "disk", folder: "f", size: 9n });
  });

  it("may be in nested variables for an object in a pipe", () => {
    const entry = v.optional(
      v.pipe(
        v.object({ a: v.number() }),
        v.check(({ a }) => a > 0),
      ),
    );
    expect(read(entry, "5", "KIND_X__A")).toEqual({ a: 5 });
  });

  it.each<[string, v.GenericSchema, string, string]>([
    ["text that is not a number", v.number(), "1_000", "expected a number"],
    ["an empty text as a number", v.number(), "", "expected a number"],
    ["NaN", v.number(), "NaN", "expected a number"],
    ["a fraction as a big integer", v.bigint(), "1.5", "expected a whole number"],
    ["text that is not a boolean", v.boolean(), "maybe", "expected one of true, 1, yes, on, false, 0, no, off"],
    ["an empty text as a boolean", v.boolean(), "", "expected one of true, 1, yes, on, false, 0, no, off"],
    ["text that is not a date", v.date(), "tomorrow", "expected an ISO 8601 date"],
    ["February 30", v.date(), "2024-02-30", "expected an ISO 8601 date"],
    ["February 29 of another year", v.date(), "2023-02-29T00:00:00Z", "expected an ISO 8601 date"],
    ["an hour that does not exist", v.date(), "2026-01-02T24:00:00Z", "expected an ISO 8601 date"],
    ["a date with a zone but no time", v.date(), "2026-01-02Z", "expected an ISO 8601 date"],
    ["a day that does not exist", v.date(), "2026-13-45", "expected an ISO 8601 date"],
    ["text that is not JSON", v.array(v.string()), "a,b", "expected JSON"],
    ["an object as a set", v.set(v.string()), '{"a":1}', "expected a JSON array"],
    ["an array of numbers as a map", v.map(v.string(), v.string()), "[1]", "expected a JSON object or array of pairs"],
    ["text that is of neither kind", v.nullable(v.number()), "none", "expected a number or null"],
    ["JSON of another type", v.array(v.string()), '{"a":1}', "expected Array"],
    ["an unknown choice", v.picklist(["fast", "safe"]), "slow", 'expected ("fast" | "safe")'],
    ["text that no member of a union accepts", v.union([v.literal("auto"), v.number()]), "slow", 'expected ("auto" | number)'],
    ["text that a custom check refuses", v.custom<Map<string, string>>((value) => value instanceof Map), "a", "it is not valid"],
    ["an instance", v.instance(Map), "a", "expected Map"],
  ])("is refused for %s", (_, entry, text, problem) =>
    expect(errorOf(() => read(entry, text)).issues).toEqual([{ field: "x", problem, source: "KIND_X" }]),
  );
});
