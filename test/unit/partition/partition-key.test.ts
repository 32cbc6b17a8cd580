import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPartitionKey, PartitionKey, partitionKeyOf } from "../../../src/partition/partition-key.ts";

const word = (reserved: RegExp): fc.Arbitrary<string> =>
  fc.string({ unit: "binary", minLength: 1, maxLength: 6 }).filter((text) => !reserved.test(text));
const values = fc.array(word(/[|,]/), { minLength: 1, maxLength: 3 });
const single = values.map(PartitionKey.single);
const multi = fc
  .array(fc.tuple(fc.oneof(word(/[|,=]/), fc.constantFrom("__proto__", "10", "9", "toString")), values), { minLength: 1, maxLength: 3 })
  .map((entries) => PartitionKey.multi(Object.fromEntries(entries)));
const anyKey: fc.Arbitrary<PartitionKey> = fc.oneof(single, multi);

describe("PartitionKey", () => {
  it("sorts values and dimensions and removes duplicates", () => {
    expect(PartitionKey.single(["b", "a", "b"]).values).toEqual(["a", "b"]);
    const key = PartitionKey.multi({ region: ["us", "eu"], date: "2024-01-15" });
    expect(String(key)).toBe("date=2024-01-15|region=eu,us");
    expect(JSON.stringify(key)).toBe('{"multi":{"date":["2024-01-15"],"region":["eu","us"]}}');
    expect(JSON.stringify(PartitionKey.single("a"))).toBe('{"single":["a"]}');
  });

  it("expands into its members; the last dimension varies fastest", () => {
    const key = PartitionKey.multi({ b: ["1", "2"], a: ["x", "y"] });
    expect(key.members().map(String)).toEqual(["a=x|b=1", "a=x|b=2", "a=y|b=1", "a=y|b=2"]);
  });

  it("distinguishes a value such as d=x from a dimension d", () => {
    expect(PartitionKey.single("d=x").equals(PartitionKey.multi({ d: "x" }))).toBe(false);
    expect(PartitionKey.multi({ d: "x" }).equals(PartitionKey.single("d=x"))).toBe(false);
    expect(partitionKeyOf("d=x").kind).toBe("single");
    expect(partitionKeyOf("d=x", "multi").kind).toBe("multi");
    expect(PartitionKey.parse("d=a=b", "multi").toJSON()).toEqual({ multi: { d: ["a=b"] } });
  });

  it("cannot be changed", () => {
    const key = PartitionKey.multi({ d: ["a", "b"] });
    expect(() => Object.assign(key.dimensions, { e: ["c"] })).toThrow(TypeError);
    expect(() => (key.dimensions["d"] as string[]).push("c")).toThrow(TypeError);
    expect(() => (PartitionKey.single("a").values as string[]).push("c")).toThrow(TypeError);
  });

  it.each([
    ["no values", () => PartitionKey.single([])],
    ["an empty value", () => PartitionKey.single("")],
    ["a comma", () => PartitionKey.single(["a", "b,c"])],
    ["a vertical bar", () => PartitionKey.single("b|c")],
    ["a lone surrogate", () => PartitionKey.single("\ud800")],
    ["a number", () => PartitionKey.single(1 as never)],
    ["no dimensions", () => PartitionKey.multi({})],
    ["a dimension without values", () => PartitionKey.multi({ d: [] })],
    ["an empty dimension name", () => PartitionKey.multi({ "": "a" })],
    ["an equals sign in a dimension name", () => PartitionKey.multi({ "a=b": "c" })],
    ["a vertical bar in a dimension name", () => PartitionKey.multi({ "a|b": "c" })],
    ["a vertical bar in a dimension's value", () => PartitionKey.multi({ d: "a|b" })],
    ["text without dimensions", () => PartitionKey.parse("a", "multi")],
    ["a repeated dimension", () => PartitionKey.parse("a=1|a=2", "multi")],
    ["empty text", () => partitionKeyOf("")],
    ["a number as a key", () => partitionKeyOf(1 as never)],
    ["an unknown JSON form", () => PartitionKey.fromJSON({ set: ["a"] })],
    ["two JSON forms", () => PartitionKey.fromJSON({ single: ["a"], multi: { d: ["a"] } })],
    ["JSON of a number", () => PartitionKey.fromJSON({ single: [1] })],
    ["JSON of null", () => PartitionKey.fromJSON(null)],
    ["too many members", () => PartitionKey.multi(Object.fromEntries([..."abcdefg"].map((name) => [name, [..."0123456789"]]))).members()],
  ])("refuses %s", (_, make) => expect(make).toThrow(expect.objectContaining({ code: "PartitionError" })));

  it("names the reserved character", () => {
    expect(() => PartitionKey.single("a|b")).toThrow('Invalid partition key "a|b": "|" is reserved as a separator');
  });

  it("round-trips through its JSON and its display form", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const fromJson = PartitionKey.fromJSON(JSON.parse(JSON.stringify(key)));
        expect(fromJson).toStrictEqual(key);
        expect(fromJson.equals(key)).toBe(true);
        expect(partitionKeyOf(String(key), key.kind)).toStrictEqual(key);
        expect(isPartitionKey(key)).toBe(true);
      }),
    );
  });

  it("equals another key exactly when their JSON is equal", () => {
    fc.assert(fc.property(anyKey, anyKey, (left, right) => left.equals(right) === (JSON.stringify(left) === JSON.stringify(right))));
  });

  it("has `size` distinct members of one partition each, from its values", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const members = key.members();
        expect(members).toHaveLength(key.size);
        expect(new Set(members.map(String)).size).toBe(key.size);
        expect(members.every((member) => member.size === 1 && member.kind === key.kind)).toBe(true);
        const joined = members.flatMap((member) => (member.kind === "single" ? member.values : []));
        if (key.kind === "single") expect(joined).toEqual(key.values);
      }),
    );
  });
});
