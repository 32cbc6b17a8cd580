import { isDeepStrictEqual } from "node:util";
import { superjsonSerializer } from "edgewater/serializer";
import * as fc from "fast-check";
import { SuperJSON } from "superjson";
import { describe, expect, it } from "vitest";

const serializer = superjsonSerializer();
const decode = (value: unknown): unknown => serializer.decode(serializer.encode(value));

const shared = { inner: [1] };
const circular: Record<string, unknown> = { name: "loop" };
circular["self"] = circular;

describe("keeps without loss", () => {
  it.each([
    ["undefined", undefined],
    ["null", null],
    ["special numbers", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0]],
    ["dates", [new Date(0), new Date(8.64e15)]],
    ["bigints", [0n, -(2n ** 100n)]],
    ["a lone surrogate", "\ud800"],
    ["keys with dots, backslashes and nothing", { "a.b": new Date(1), "a\\b": new Date(2), "a\\.b": new Date(3), "": new Date(4) }],
    [
      "keys of every kind in a Map",
      new Map<unknown, unknown>([
        [new Date(0), { a: undefined }],
        [{ k: 1 }, 2],
        [1, "1"],
        ["1", 1],
      ]),
    ],
    ["a Set", new Set([1n, /a/gi, undefined])],
    ["typed arrays", [new Uint8Array([1, 255]), new Float64Array([1.5, 2]), new Uint8ClampedArray([7]), new Int32Array([-1])]],
    ["a URL", new URL("https://example.com/a?b#c")],
    ["what looks like superjson itself", { json: 1, meta: { values: ["Date"] } }],
    ["a circle", circular],
  ])("%s", (_, value) => expect(isDeepStrictEqual(decode(value), value)).toBe(true));

  it("shared references", () => {
    const value = decode({ a: shared, b: [shared], c: new Map([["k", shared]]) }) as { a: object; b: object[]; c: Map<string, object> };
    expect(value.b[0]).toBe(value.a);
    expect(value.c.get("k")).toBe(value.a);
  });

  it("an error by its name and message", () => {
    const error = decode(new Error("broken")) as Error;
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe("broken");
  });
});

class Point {
  x = 1;
}
const deep = (depth: number): unknown => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1);
const withCause = new Error("outer", { cause: new Error("inner") });
const sparse = [1, 2, 3];
delete sparse[1];

describe("refuses what would be changed silently, with its path", () => {
  it.each([
    ["a function", { a: { b: () => 1 } }, "$.a.b"],
    ["a symbol", [Symbol("s")], "$[0]"],
    ["an instance of a class", { p: new Point() }, "$.p"],
    ["an invalid Date", { at: [new Date(Number.NaN)] }, "$.at[0]"],
    ["NaN in a typed array", { m: new Float64Array([1, Number.NaN]) }, "$.m"],
    ["infinity in a typed array", new Float32Array([Number.POSITIVE_INFINITY]), "$"],
    ["minus zero in a typed array", new Float64Array([-0]), "$"],
    ["a BigInt64Array", { big: new BigInt64Array(1) }, "$.big"],
    ["an ArrayBuffer", { b: new ArrayBuffer(1) }, "$.b"],
    ["a DataView", { d: new DataView(new ArrayBuffer(1)) }, "$.d"],
    ["a Buffer", { b: Buffer.from("x") }, "$.b"],
    ["a Blob", { b: new Blob(["x"]) }, "$.b"],
    ["URLSearchParams", { q: new URLSearchParams("a=1") }, "$.q"],
    ["a WeakMap", { w: new WeakMap() }, "$.w"],
    ["a promise", { p: Promise.resolve(1) }, "$.p"],
    ["an error of a subclass", { e: new TypeError("x") }, "$.e"],
    ["an error with a cause", { e: withCause }, "$.e"],
    ["an error with a property", { e: Object.assign(new Error("x"), { status: 500 }) }, "$.e"],
    ["a boxed number", { n: new Number(1) }, "$.n"],
    ["a null prototype", { o: Object.create(null) as object }, "$.o"],
    ["a hole in an array", { s: sparse }, "$.s"],
    ["an array with a property", { r: Object.assign([1], { extra: 1 }) }, "$.r"],
    ["a subclass of Array", { a: new (class extends Array {})() }, "$.a"],
    ["a subclass of Map", { m: new (class extends Map {})() }, "$.m"],
    ["a Map with a property", { m: Object.assign(new Map(), { extra: 1 }) }, "$.m"],
    ["a symbol as a key", { o: { [Symbol("k")]: 1 } }, "$.o"],
    ["the key constructor", { o: { constructor: 1 } }, "$.o.constructor"],
    ["the key __proto__", { o: JSON.parse('{"__proto__":1}') as object }, "$.o.__proto__"],
    ["a bad value in a Map", new Map([["key with space", () => 1]]), '$["key with space"]'],
    ["a bad key of a Map", new Map([[() => 1, 1]]), '$["key 0"]'],
    ["a bad element of a Set", new Set([Symbol("s")]), "$[0]"],
    ["a RegExp in the middle of a search", { r: Object.assign(/a/g, { lastIndex: 1 }) }, "$.r"],
    ["what lies too deep", deep(502), `$${"[0]".repeat(501)}`],
  ])("%s", (_, value, field) => {
    expect(() => serializer.encode(value)).toThrow(expect.objectContaining({ code: "SerializationError", field }));
  });

  it("accepts what lies just deep enough", () => expect(decode(deep(500))).toEqual(deep(500)));
});

describe("reading", () => {
  it.each(["", "{", '{"json":', "null", "\u0000"])("refuses %j as not superjson", (text) => {
    expect(() => serializer.decode(new TextEncoder().encode(text))).toThrow(expect.objectContaining({ code: "SerializationError" }));
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(() => serializer.decode(new Uint8Array([0x22, 0xff, 0x22]))).toThrow(expect.objectContaining({ code: "SerializationError" }));
  });
});

describe("laws", () => {
  const keys = fc.string({ unit: "binary" }).filter((key) => !["__proto__", "constructor", "prototype"].includes(key));
  const leaf = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.date(),
    fc.uint8Array(),
    fc.webUrl().map((url) => new URL(url)),
  );
  const { value: anything } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, tie("array"), tie("object"), tie("map"), tie("set")),
    array: fc.array(tie("value"), { maxLength: 5 }),
    object: fc.dictionary(keys, tie("value"), { maxKeys: 5, noNullPrototype: true }),
    map: fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
    set: fc.array(tie("value"), { maxLength: 4 }).map((elements) => new Set(elements)),
  }));

  it("what is written is read back equal, and is what superjson writes", () => {
    fc.assert(
      fc.property(anything, (value) => {
        const bytes = serializer.encode(value);
        expect(new TextDecoder().decode(bytes)).toBe(new SuperJSON().stringify(value));
        expect(isDeepStrictEqual(serializer.decode(bytes), value)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
