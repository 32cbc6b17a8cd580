/**
 * The kinds of values that the tests of superjson, devalue, seroval and structured cloning are about: each comes back equal,
 * or is refused with its path.
 */
import { superjsonSerializer } from "edgewater/serializer";
import { describe, expect, it } from "vitest";
import { same } from "./same.ts";

type Case = readonly [what: string, outcome: "kept" | "refused", make: () => unknown];

const serializer = superjsonSerializer();
const circular = (change: (value: Record<string, unknown>) => void): unknown => {
  const value: Record<string, unknown> = {};
  change(value);
  return value;
};
const own = (properties: PropertyDescriptorMap): unknown => Object.defineProperties({ a: 1 }, properties);

const superjsonCases: readonly Case[] = [
  ["an empty object and array", "kept", () => [{}, []]],
  ["objects with undefined, null and missing properties", "kept", () => [{ a: undefined, b: null }, {}]],
  ["keys with dots and backslashes", "kept", () => ({ "a.b": { "c\\d": new Set([1]) }, "a\\.1": new Date(1), "": undefined })],
  ["keys that are paths of others", "kept", () => ({ "a.0.b": [1n], a: [{ b: 2n }] })],
  ["keys of the prototype", "kept", () => ({ constructor: new Date(0), prototype: undefined, toString: 1n, hasOwnProperty: [undefined] })],
  ["an own __proto__", "kept", () => JSON.parse('{"__proto__":{"a":1},"b":[{"__proto__":null}]}')],
  ["Maps with objects, arrays and Maps as keys", "kept", () => new Map<unknown, unknown>([[{ a: 1n }, 1], [[undefined], 2], [new Map([[1, 2]]), 3]])], // biome-ignore format: one line
  ["Sets in Maps in Sets", "kept", () => new Set([new Map([["a", new Set([new Map([[new Date(1), new Set()]])])]])])],
  ["numbers as Map keys beside their texts", "kept", () => new Map<unknown, unknown>([[1, "a"], ["1", "b"], [Number.NaN, "c"], [-0, "d"]])], // biome-ignore format: one line
  ["dates to the ends of time", "kept", () => [new Date(8.64e15), new Date(-8.64e15), new Date(-62198755200000), new Date("0999-01-01")]],
  ["an invalid date", "kept", () => new Date("no")],
  ["regular expressions with every flag", "kept", () => [/a/dgimsuy, /[/\]]\/\n/, /\//, /(?:)/, /\u{1F600}/u]],
  ["bigints", "kept", () => [0n, -1n, 2n ** 200n]],
  ["numbers that JSON lacks", "kept", () => [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, Number.MAX_VALUE]],
  [
    "errors with causes of every kind",
    "kept",
    () => [new Error("a", { cause: new Error("b", { cause: [undefined] }) }), new Error("c", { cause: null })],
  ],
  [
    "typed arrays with NaN and infinities",
    "kept",
    () => [new Float32Array([Number.NaN, Number.NEGATIVE_INFINITY]), new Float64Array([-0])],
  ],
  ["bigint arrays", "kept", () => [new BigInt64Array([-1n]), new BigUint64Array([1n])]],
  ["URLs", "kept", () => [new URL("https://user:pass@example.com:8080/ä?q=1#h"), new URL("mailto:a@b")]],
  ["equal objects in several places", "kept", () => ((shared) => ({ a: shared, b: [shared, { c: shared }] }))({ at: new Date(0) })],
  ["a value in itself", "kept", () => circular((value) => { value["a"] = { b: value, c: [value] }; })], // biome-ignore format: one line
  ["a Map and a Set in themselves", "kept", () => { const map = new Map<unknown, unknown>(); map.set(map, new Set([map])); return map; }], // biome-ignore format: one line
  [
    "shared dates, URLs and typed arrays",
    "kept",
    () => ((all) => [all, ...all])([new Date(1), new URL("data:,"), new Uint8Array([1])] as unknown[]),
  ],
  ["shared bigints and NaN", "kept", () => [1n, 1n, Number.NaN, { a: 1n, b: Number.NaN }]],
  ["an unregistered symbol", "refused", () => ({ a: Symbol("a") })],
  ["an unregistered class", "refused", () => ({ a: new (class A {})() })],
  ["a function", "refused", () => ({ a: () => undefined })],
  ["a class itself", "refused", () => ({ a: class A {} })],
];

const devalueCases: readonly Case[] = [
  ["boxed primitives", "refused", () => [new Number(1)]],
  ["a boxed string", "refused", () => [new String("a")]],
  ["a boxed boolean", "refused", () => [new Boolean(false)]],
  ["text that would end a script", "kept", () => ["</script>", "<!--", "\u2028\u2029", "\ud800", "\udc00\ud800", "\\u0000"]],
  [
    "arrays with holes at every end",
    "kept",
    () => [Object.assign([], { 1: 1 }), Object.assign([1], { 2: 2 }), Object.assign([1], { length: 2 }), new Array(3)],
  ],
  ["an array in itself", "kept", () => { const array: unknown[] = []; array.push(array, [array]); return array; }], // biome-ignore format: one line
  ["an object without prototype, in itself", "kept", () => { const object = Object.create(null); object.self = object; return object; }], // biome-ignore format: one line
  ["a part of a typed array", "kept", () => new Uint16Array([1, 2, 3]).slice(1)],
  ["an ArrayBuffer and a DataView", "kept", () => [new Uint8Array([1]).buffer, new DataView(new ArrayBuffer(4), 1, 2)]],
  [
    "views that share a buffer",
    "kept",
    () => ((buffer) => [new Uint8Array(buffer, 0, 2), new Uint8Array(buffer, 2, 2)])(new ArrayBuffer(4)),
  ],
  ["URLSearchParams", "kept", () => new URLSearchParams([["a", "1"], ["a", "ä &"]])], // biome-ignore format: one line
  ["a symbol as a key", "refused", () => ({ a: { [Symbol("k")]: 1 } })],
  ["an object that inherits from another", "refused", () => ({ a: Object.create({ b: 1 }) })],
  ["a deep array", "kept", () => Array.from({ length: 3500 }).reduce<unknown>((inner) => [inner], 1)],
];

const serovalCases: readonly Case[] = [
  ["frozen, sealed and closed objects", "kept", () => [Object.freeze({ a: 1 }), Object.seal([1]), Object.preventExtensions({ b: [2] })]],
  [
    "errors of every class",
    "kept",
    () => [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Class) => new Class("x")),
  ],
  ["an AggregateError of errors", "kept", () => new AggregateError([new Error("a"), new AggregateError([])], "b", { cause: 1n })],
  ["an error with properties", "kept", () => Object.assign(new TypeError("x"), { code: "E", detail: { at: new Date(0) } })],
  ["an error in itself", "kept", () => { const error: Error & { self?: unknown } = new Error("x"); error.self = [error]; return error; }], // biome-ignore format: one line
  ["a DOMException", "kept", () => new DOMException("m", "DataCloneError")],
  ["an error of an own class", "refused", () => [new (class Own extends TypeError {})("x")]],
  ["a boxed bigint", "refused", () => [Object(1n)]],
  ["a boxed symbol", "refused", () => [Object(Symbol.iterator)]],
  ["a well-known symbol", "refused", () => [Symbol.iterator]],
  ["a promise", "refused", () => [Promise.resolve(1)]],
  ["an async iterable", "refused", () => [(async function* () {})()]],
  ["a generator", "refused", () => [(function* () {})()]],
  ["an iterator of an array", "refused", () => [[1].values()]],
  ["an object with an iterator", "refused", () => [{ *[Symbol.iterator]() { yield 1; } }]], // biome-ignore format: one line
  ["Headers", "refused", () => [new Headers({ a: "b" })]],
  ["FormData", "refused", () => [new FormData()]],
  ["a Request", "refused", () => [new Request("https://example.com/")]],
  ["a Response", "refused", () => [new Response("a")]],
  ["a stream", "refused", () => [new ReadableStream()]],
  ["an Event", "refused", () => [new Event("a")]],
  ["an AbortSignal", "refused", () => [new AbortController().signal]],
  ["a TextEncoder", "refused", () => [new TextEncoder()]],
];

const cloneCases: readonly Case[] = [
  ["strings with every kind of character", "kept", () => ["", "\0", "é", "日本", "😀", "\udfff"]],
  ["sparse arrays with properties", "kept", () => Object.assign(new Array(10), { 3: "x", foo: "bar" })],
  ["arrays with negative and large keys", "kept", () => Object.assign([1], { "-1": 1, "4294967295": 2, "1.5": 3 })],
  ["getters", "kept", () => ({ get a() { return new Date(0); } })], // biome-ignore format: one line
  ["a hidden property", "refused", () => [own({ hidden: { value: 1 } })]],
  ["a read-only property", "refused", () => [own({ b: { value: 1, enumerable: true, configurable: true } })]],
  ["a setter without getter, as undefined", "kept", () => ({ set a(_: unknown) {} })],
  ["a subclass of Map", "refused", () => [new (class extends Map {})()]],
  ["a subclass of Date", "refused", () => [new (class extends Date {})()]],
  ["a subclass of Uint8Array", "refused", () => [new (class extends Uint8Array {})(1)]],
  ["a subclass of Promise", "refused", () => [new (class extends Promise<void> {})(() => undefined)]],
  ["a Date that is only called so", "refused", () => [Object.create(Date.prototype)]],
  ["a Map that is only called so", "refused", () => [Object.create(Map.prototype)]],
  ["a RegExp that is only called so", "refused", () => [Object.create(RegExp.prototype)]],
  ["an error that is only called so", "refused", () => [Object.create(Error.prototype)]],
  ["an array that is only called so", "refused", () => [Object.create(Array.prototype)]],
  ["a view that is only called so", "refused", () => [Object.create(Uint8Array.prototype)]],
  ["an object with another toStringTag", "refused", () => [{ [Symbol.toStringTag]: "Date" }]],
  ["a RegExp in the middle of a search", "refused", () => [Object.assign(/a/g, { lastIndex: 1 })]],
  ["a WeakMap", "refused", () => [new WeakMap()]],
  ["a WeakRef", "refused", () => [new WeakRef({})]],
  ["a Proxy of a plain object", "kept", () => new Proxy({ a: 1, b: [new Date(0)] }, {})],
  ["a Proxy of an array", "kept", () => new Proxy([1, [2]], {})],
  ["a Proxy that throws", "refused", () => [new Proxy({ a: 1 }, { getOwnPropertyDescriptor() { throw new Error("no"); } })]], // biome-ignore format: one line
  ["a Proxy that is revoked", "refused", () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return [proxy]; }], // biome-ignore format: one line
  // biome-ignore lint/complexity/noArguments: they are the case
  ["the arguments of a call", "refused", () => [(function () { return arguments; })()]], // biome-ignore format: one line
  ["the global object", "refused", () => [globalThis]],
  ["Math", "refused", () => [Math]],
  ["a namespace of Intl", "refused", () => [new Intl.NumberFormat()]],
];

describe.each<[string, readonly Case[]]>([
  ["superjson", superjsonCases],
  ["devalue", devalueCases],
  ["seroval", serovalCases],
  ["structured cloning", cloneCases],
])("values of %s", (_, cases) => {
  it.each(cases)("%s: %s", (_what, outcome, make) => {
    if (outcome === "refused") {
      expect(() => serializer.encode(make())).toThrow(
        expect.objectContaining({ code: "SerializationError", field: expect.stringMatching(/^\$/) }),
      );
      return;
    }
    const value = make();
    expect(same(value, serializer.decode(serializer.encode(value) as Uint8Array<ArrayBuffer>))).toBe(true);
  });
});
