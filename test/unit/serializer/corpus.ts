import { superjsonSerializer } from "edgewater/serializer";

export class Point {
  x = 1;
  y: unknown = new Date(0);
}

export const unit: unique symbol = Symbol("unit");

/** With all that the corpus needs registered. */
export const corpusSerializer = superjsonSerializer({ classes: { Point }, symbols: { unit } });

const shared = { inner: [1, new Date(5)] };

function circle(): unknown {
  const value: Record<string, unknown> = { name: "loop" };
  value["self"] = value;
  value["list"] = [value, new Map<unknown, unknown>([[value, shared]]), new Set([value, 1])];
  return value;
}

function sparse(): unknown[] {
  const array: unknown[] = [1];
  array[4] = new Date(1);
  return array;
}

/** What it holds comes before what is shared elsewhere: superjson would lose a link. */
function entangled(): unknown {
  const leaf = { leaf: true };
  const branch = { leaf };
  return { first: leaf, deep: { deeper: { branch } }, z: branch };
}

/** One value of every kind that is kept; never changed, only added to. Their bytes are the same on every runtime. */
export const corpus: Readonly<Record<string, () => unknown>> = {
  primitives: () => [null, true, false, "", "text", 0, 1, -1, 1.5, 1e21, 5e-324, undefined],
  "special numbers": () => [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0],
  strings: () => ["é", "日本語", "😀", "\ud800", 'a"b\\c\n\u0000\u007f\u2028', "long ".repeat(50), "é".repeat(100)],
  "a root that is undefined": () => undefined,
  bigints: () => [0n, -(2n ** 100n), 7n, 7n],
  dates: () => [new Date(0), new Date(951782400000), new Date(-1), new Date(8.64e15), new Date(-62167219200001), new Date(Number.NaN)],
  "rows with dates": () =>
    Array.from({ length: 20 }, (_, id) => ({ id, name: `row ${id}`, at: new Date(1e12 + id * 1e8), note: id % 3 ? undefined : "x" })),
  keys: () => JSON.parse('{"a.b":1,"a\\\\b":2,"":3,"10":4,"2":5,"constructor":6,"prototype":7,"__proto__":{"x":8}}'),
  "annotations below strange keys": () => ({
    "a.b": { "c\\d": new Date(1) },
    "": { "": undefined },
    1: { x: 1n },
    0: new Date(2),
    'é"': 3n,
  }),
  "a Map": () =>
    new Map<unknown, unknown>([
      [new Date(0), { a: undefined }],
      [{ k: 1 }, new Map([[1n, new Set([undefined])]])],
      ["1", 1],
      [1, "1"],
    ]),
  "a Set": () => new Set<unknown>([1n, /a/gi, undefined, null, [new Date(3)]]),
  "a RegExp and URLs": () => [/a\/b[/]\n/giu, new URL("https://example.com/ä?b#c"), new URLSearchParams("a=1&a=ä b")],
  errors: () => [
    new Error("plain"),
    new Error("with cause", { cause: { code: 5n } }),
    new TypeError("typed", { cause: new RangeError("inner") }),
    new AggregateError([new SyntaxError("one"), 2], "several"),
    Object.assign(new Error("named"), { name: "AbortError" }),
    Object.assign(new Error("own"), { status: 500, at: new Date(1) }),
  ],
  "small typed arrays": () => [
    new Int8Array([-1]),
    new Uint8Array([255]),
    new Uint8ClampedArray([7]),
    new Int16Array([-2]),
    new Uint16Array([2]),
    new Int32Array([-3]),
    new Uint32Array([3]),
    new Float32Array([1.5]),
    new Float64Array([0.1]),
  ],
  "typed arrays bit by bit": () => [
    new Float64Array([Number.NaN, Number.NEGATIVE_INFINITY, -0, 1]),
    new Float32Array(new Uint32Array([0x7fc00001]).buffer),
    new BigInt64Array([-1n]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Uint8Array([1, 2, 3]).buffer,
    new DataView(new Uint8Array([4, 5, 6]).buffer, 1),
  ],
  "large typed arrays": () => ({
    numbers: Float64Array.from({ length: 100 }, (_, index) => index / 7),
    bytes: Uint8Array.from({ length: 301 }, (_, index) => index),
    big: BigInt64Array.from({ length: 50 }, (_, index) => BigInt(-index)),
    at: new Date(0),
  }),
  "arrays with holes and properties": () => [sparse(), Object.assign([1, 2], { extra: new Date(2) })],
  "no prototype": () => Object.assign(Object.create(null) as object, { a: 1, at: new Date(4) }),
  "classes and symbols": () => [new Point(), unit, { point: Object.assign(new Point(), { y: unit }) }],
  "shared objects": () => ({ b: [shared, shared], a: shared, c: new Map([["k", shared]]) }),
  "shared where superjson would lose it": () => entangled(),
  "shared in a Set and as a key": () => [
    shared,
    new Set([shared, 1]),
    new Map([
      [shared, 1],
      [{}, 2],
    ] as [object, number][]),
  ],
  circles: () => circle(),
  "bigint arrays and the bits of a NaN": () => [
    new BigInt64Array([-1n, 2n ** 62n]),
    new Float64Array(new BigUint64Array([0x7ff8000000000001n]).buffer),
    new Float32Array([Number.NaN, Number.NEGATIVE_INFINITY, -0]),
  ],
  "closed objects": () => [
    Object.freeze({ a: 1, at: new Date(0) }),
    Object.freeze([1, Object.freeze([2])]),
    Object.seal({ b: undefined }),
    Object.preventExtensions([3n]),
    Object.freeze(Object.assign(Object.create(null) as object, { c: 1 })),
  ],
  "unusual errors": () => [
    Object.assign(new Error(), { code: 1 }),
    new DOMException("stopped", "AbortError"),
    Object.defineProperty(new RangeError("hidden"), "detail", { value: [1n], writable: true, configurable: true }),
  ],
  "views of one buffer": () => {
    const { buffer } = new Float64Array([1, 2, 3, 4]);
    return { numbers: new Float64Array(buffer, 8, 2), bytes: new Uint8Array(buffer, 12, 5), far: new DataView(buffer, 30, 2) };
  },
  "a doubly linked list": () => {
    const first: Record<string, unknown> = { at: new Date(0) };
    let last = first;
    for (let index = 1; index < 400; index++) {
      const node: Record<string, unknown> = { at: new Date(index), previous: last };
      last["next"] = node;
      last = node;
    }
    return first;
  },
};

/** Lower-case hex of SHA-256 by name. */
export async function digests(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, make] of Object.entries(corpus)) {
    const digest = await crypto.subtle.digest("SHA-256", await corpusSerializer.encode(make()));
    found[name] = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return found;
}
