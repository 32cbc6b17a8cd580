/** Every kind of value comes back as it was, or is refused with its path. */
import { jsonSerializer, superjsonSerializer } from "edgewater/serializer";
import { SuperJSON } from "superjson";
import { describe, expect, it } from "vitest";
import { same } from "./same.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const serializer = superjsonSerializer();
const encode = (value: unknown): Bytes => serializer.encode(value) as Bytes;
const decode = (value: unknown): unknown => serializer.decode(encode(value));
const textOf = (bytes: Bytes): string => new TextDecoder().decode(bytes);
const refusedAt = (field: string): unknown => expect.objectContaining({ code: "SerializationError", field });
const sign = Symbol("sign");

/** One of each built-in that is not only its properties. */
const builtIns: Readonly<Record<string, () => object>> = {
  Date: () => new Date(0),
  "an invalid Date": () => new Date(Number.NaN),
  RegExp: () => /a/,
  Map: () => new Map([[1, 2]]),
  Set: () => new Set([1]),
  URL: () => new URL("https://example.com/"),
  URLSearchParams: () => new URLSearchParams("a=1"),
  Uint8Array: () => new Uint8Array([1, 2]),
  "a long Float64Array": () => new Float64Array(5000),
  BigInt64Array: () => new BigInt64Array(2),
  DataView: () => new DataView(new ArrayBuffer(2)),
  ArrayBuffer: () => new ArrayBuffer(2),
  Blob: () => new Blob(["a"]),
  File: () => new File(["a"], "name"),
};

describe.each(Object.entries(builtIns))("%s", (_, make) => {
  it("is refused with a property of its own", () => {
    expect(() => serializer.encode({ list: [Object.assign(make(), { unit: "m" })] })).toThrow(refusedAt("$.list[0]"));
  });

  it("is refused with a property under a symbol", () => {
    expect(() => serializer.encode({ list: [Object.assign(make(), { [sign]: "m" })] })).toThrow(refusedAt("$.list[0]"));
  });

  it("is refused with a hidden property", () => {
    expect(() => serializer.encode([Object.defineProperty(make(), "unit", { value: 1 })])).toThrow(refusedAt("$[0]"));
  });

  it("is refused when nothing can be added to it", () => {
    expect(() => serializer.encode([Object.preventExtensions(make())])).toThrow(refusedAt("$[0]"));
  });
});

describe("properties of objects and arrays", () => {
  const long = (): number[] => Array.from({ length: 1001 }, (_, index) => index);

  it.each<[string, () => unknown]>([
    ["a property of a short array", () => Object.assign([1, 2], { extra: 1 })],
    ["a property of a long array", () => Object.assign(long(), { extra: 1 })],
    ["a hole in a long array", () => Object.assign(long(), { length: 2000 })],
    ["an array of four thousand million holes", () => Object.assign([], { 4294967294: 1 })],
    ["an array of holes only", () => new Array(100_000)],
  ])("keeps %s", (_, make) => expect(same(make(), decode(make()))).toBe(true));

  it.each<[string, () => unknown]>([
    ["a symbol on an object", () => ({ [sign]: 1 })],
    ["a symbol on a short array", () => Object.assign([1], { [sign]: 1 })],
    ["a symbol on a long array", () => Object.assign(long(), { [sign]: 1 })],
    ["a symbol on an object without prototype", () => Object.assign(Object.create(null) as object, { [sign]: 1 })],
    ["a symbol on an error", () => Object.assign(new Error("x"), { [sign]: 1 })],
    ["a hidden property of an object", () => Object.defineProperty({ a: 1 }, "hidden", { value: 1 })],
    ["a hidden property of a short array", () => Object.defineProperty([1], "hidden", { value: 1 })],
    ["a hidden property of a long array", () => Object.defineProperty(long(), "hidden", { value: 1 })],
    ["a hidden element", () => Object.defineProperty([1, 2], 0, { enumerable: false })],
    ["a read-only property", () => Object.defineProperty({ a: 1, b: 2 }, "a", { writable: false })],
    ["a property that cannot be deleted", () => Object.defineProperty({ a: 1, b: 2 }, "a", { configurable: false })],
    [
      "a read-only property of an object without prototype",
      () => Object.defineProperty(Object.assign(Object.create(null), { a: 1, b: 2 }), "a", { writable: false }),
    ],
    ["a read-only property of an error", () => Object.defineProperty(Object.assign(new Error("x"), { a: 1 }), "a", { writable: false })],
    ["a hidden element of a frozen array", () => Object.freeze(Object.defineProperty([1, 2], 1, { enumerable: false }))],
    ["a read-only element", () => Object.defineProperty([1, 2], 0, { writable: false })],
  ])("refuses %s", (_, make) => expect(() => serializer.encode({ a: [make()] })).toThrow(refusedAt("$.a[0]")));

  it("keeps frozen, sealed and closed objects so, also in circles", () => {
    const circle: Record<string, unknown> = { list: Object.freeze([new Date(0)]), map: new Map([[1, Object.seal({ a: 1 })]]) };
    circle["self"] = circle;
    Object.freeze(circle);
    expect(same(circle, decode(circle))).toBe(true);
    expect(same(Object.preventExtensions([1]), decode(Object.preventExtensions([1])))).toBe(true);
    const rows = Object.freeze(Array.from({ length: 100 }, (_, id) => Object.freeze({ id })));
    expect(same(rows, decode(rows))).toBe(true);
    expect(() => new SuperJSON().parse(textOf(encode(rows)))).toThrow();
  });
});

describe("one snapshot of a value", () => {
  it("is checked and written when a getter answers differently each time", () => {
    for (const later of [undefined, Number.NaN, new Map([[1, 2]])]) {
      let reads = 0;
      const value = {
        get x() {
          return reads++ % 2 === 0 ? 1 : later;
        },
        y: 1,
      };
      const read = decode(value) as { x: unknown };
      expect([1, later]).toContainEqual(read.x);
    }
  });

  it("holds what a getter changes elsewhere as it was when it was looked at", () => {
    const first = { n: 1, at: new Date(0), list: Array.from({ length: 30 }, () => 1) };
    const value = {
      first,
      get second() {
        first.n = Number.NaN;
        first.at.setTime(Number.NaN);
        first.list[3] = Number.NaN;
        return 1;
      },
    };
    expect(same(decode(value), { first, second: 1 })).toBe(true);
  });

  it("has the values of getters in arrays", () => {
    const short = Object.defineProperty([1, 2], 0, { get: () => new Date(5), enumerable: true });
    expect(decode(short)).toEqual([new Date(5), 2]);
    let reads = 0;
    const long = Object.defineProperty(new Array(100).fill(0), 50, { get: () => (reads++ % 2 === 0 ? 1 : Number.NaN), enumerable: true });
    expect([1, Number.NaN]).toContainEqual((decode(long) as number[])[50]);
  });

  it("names the property whose getter throws", () => {
    const value = { list: [{ get bad() { throw new Error("no"); } }] }; // biome-ignore format: one line
    expect(() => serializer.encode(value)).toThrow(refusedAt("$.list[0].bad"));
  });

  it("is taken before a Blob is read", async () => {
    const value: Record<string, unknown> = {
      blob: new Blob(["x"]),
      large: new Blob(["y".repeat(300)]),
      when: 1,
      bytes: new Uint8Array(300),
    };
    const encoding = serializer.encode(value);
    value["when"] = () => 1;
    value["self"] = value;
    (value["bytes"] as Uint8Array).fill(7);
    const read = serializer.decode(await encoding) as { blob: Blob; large: Blob; when: unknown; bytes: Uint8Array };
    expect([await read.blob.text(), await read.large.text(), read.when, read.bytes[0]]).toEqual(["x", "y".repeat(300), 1, 0]);
    expect(Object.keys(read)).toEqual(["blob", "large", "when", "bytes"]);
  });

  it("calls no toJSON", () => {
    const hidden = (): object => Object.defineProperty({ real: 1 }, "toJSON", { value: () => "fake" });
    const all = [superjsonSerializer(), superjsonSerializer({ references: false }), jsonSerializer()];
    for (const each of all) {
      expect(() => each.encode(hidden())).toThrow(refusedAt("$"));
      expect(() => each.encode({ o: hidden(), at: [1] })).toThrow(refusedAt("$.o"));
      const long = Object.assign(new Array(1001).fill(0), { toJSON: () => "fake" });
      expect(() => each.encode(long)).toThrow(expect.objectContaining({ code: "SerializationError" }));
    }
    Object.defineProperty(Object.prototype, "toJSON", { value: () => "fake", configurable: true, writable: true });
    try {
      for (const each of all) expect(each.decode(each.encode({ a: [1, { b: 2 }] }) as Bytes)).toEqual({ a: [1, { b: 2 }] });
    } finally {
      delete (Object.prototype as { toJSON?: unknown }).toJSON;
    }
  });
});

describe("setters", () => {
  it("are not called when a value is read", () => {
    const calls: unknown[] = [];
    class Guarded {
      set secret(value: unknown) {
        calls.push(value);
      }
    }
    const registered = superjsonSerializer({ classes: { Guarded } });
    const value = Object.defineProperty(new Guarded(), "secret", { value: 1, enumerable: true, writable: true, configurable: true });
    const read = registered.decode(registered.encode(value) as Bytes) as object;
    expect(Object.getOwnPropertyDescriptor(read, "secret")?.value).toBe(1);
    expect(calls).toEqual([]);
  });
});

describe("errors", () => {
  const own = (error: Error): unknown =>
    Object.entries(Object.getOwnPropertyDescriptors(error))
      .filter(([name]) => !/^(stack|line|column|sourceURL|original.*|fileName|lineNumber|columnNumber)$/.test(name))
      .sort();

  it.each<[string, () => Error]>([
    ["without a message", () => new Error()],
    ["with an empty message", () => new Error("")],
    [
      "of each class",
      () => new AggregateError([new EvalError("a"), new URIError("b"), new ReferenceError("c"), new SyntaxError("d")], "all"),
    ],
    ["with a cause that is undefined", () => new Error("x", { cause: undefined })],
    ["with an enumerable message", () => Object.assign(new Error(), { message: "visible" })],
    ["with an enumerable cause", () => Object.assign(new TypeError("x"), { cause: 1 })],
    [
      "with a hidden property",
      () => Object.defineProperty(new Error("x"), "detail", { value: [new Date(0)], writable: true, configurable: true }),
    ],
    ["with the name of its class as its own", () => Object.assign(new RangeError("x"), { name: "RangeError" })],
    ["with a message that is not text", () => Object.assign(new Error("x"), { message: 5 })],
    ["that is frozen", () => Object.freeze(new Error("x"))],
    [
      "with the key __proto__",
      () => Object.defineProperty(new Error("x"), "__proto__", { value: 1, enumerable: true, writable: true, configurable: true }),
    ],
  ])("%s come back with the same properties", (_, make) => {
    const [before, after] = [make(), decode(make()) as Error];
    expect(Object.getPrototypeOf(after)).toBe(Object.getPrototypeOf(before));
    expect(own(after)).toEqual(own(before));
    expect(Object.isFrozen(after)).toBe(Object.isFrozen(before));
  });

  it("that abort something come back as DOMExceptions", () => {
    const read = decode({ reason: new DOMException("stopped", "AbortError") }) as { reason: DOMException };
    expect(read.reason).toBeInstanceOf(DOMException);
    expect([read.reason.name, read.reason.message, read.reason.code]).toEqual(["AbortError", "stopped", 20]);
    expect((decode(AbortSignal.abort().reason) as Error).name).toBe("AbortError");
  });
});

describe("buffers", () => {
  it("that are shared by several views come back shared", () => {
    const { buffer } = Float64Array.from({ length: 100 }, (_, index) => index);
    const value = { a: new Float64Array(buffer, 80, 10), b: new Uint8Array(buffer, 88, 3), whole: buffer };
    const read = decode(value) as typeof value;
    expect([read.a.buffer, read.b.buffer]).toEqual([read.whole, read.whole]);
    expect([read.a.byteOffset, read.b.byteOffset, read.whole.byteLength]).toEqual([80, 88, 800]);
    expect(read.a).toEqual(value.a);
    read.b[0] = 255;
    expect(new Uint8Array(read.a.buffer)[88]).toBe(255);
  });

  it("that are transferred, resizable or shared memory are refused", () => {
    const detached = new Uint8Array(4);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    expect(() => encode({ a: [detached] })).toThrow(refusedAt("$.a[0]"));
    expect(() => encode({ a: [detached.buffer] })).toThrow(refusedAt("$.a[0]"));
    const { transferred } = { transferred: new DataView(new ArrayBuffer(4)) };
    structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
    expect(() => encode({ a: [transferred] })).toThrow(refusedAt("$.a[0]"));
    if ("resizable" in ArrayBuffer.prototype) {
      const resizable = new ArrayBuffer(8, { maxByteLength: 16 });
      expect(() => encode([resizable])).toThrow(refusedAt("$[0]"));
      expect(() => encode([new Uint8Array(resizable)])).toThrow(refusedAt("$[0]"));
      const fixed = new Uint8Array(resizable, 4, 4);
      resizable.resize(2);
      expect(() => encode([fixed])).toThrow(refusedAt("$[0]"));
    }
    if (typeof SharedArrayBuffer === "function") {
      expect(() => encode([new SharedArrayBuffer(8)])).toThrow(refusedAt("$[0]"));
      expect(() => encode([new Uint8Array(new SharedArrayBuffer(8))])).toThrow(refusedAt("$[0]"));
    }
  });

  // Only some runtimes have it.
  if (typeof Buffer !== "undefined") {
    it("of Node do not show its pool", () => {
      const [one, two] = [Buffer.from("one"), Buffer.from("two")];
      expect(encode([one, two]).length).toBeLessThan(200);
      const read = decode([one, two]) as Buffer[];
      expect([String(read[0]), read[0]?.buffer.byteLength]).toEqual(["one", 3]);
    });

    it("of Node are refused where there are none", () => {
      const bytes = encode(Buffer.from("text"));
      const { Buffer: kept } = globalThis;
      Reflect.deleteProperty(globalThis, "Buffer");
      try {
        expect(() => serializer.decode(bytes)).toThrow(/which this runtime lacks/);
      } finally {
        globalThis.Buffer = kept;
      }
    });
  }
});

describe("superjson 2.2.7's own forms", () => {
  it.each<[string, unknown]>([
    [
      "NaN, infinities and -0 in a Float64Array",
      new Float64Array([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.5]),
    ],
    ["NaN in a Float32Array", new Float32Array([Number.NaN, 1.5])],
    ["a BigInt64Array", new BigInt64Array([1n, -(2n ** 63n)])],
    ["a BigUint64Array", new BigUint64Array([2n ** 64n - 1n])],
    ["a shared element of a Set, in its place", ((shared) => [shared, new Set([shared, 1, 2])])({ a: 1 })],
    ["a shared key of a Map, in its place", ((shared) => [shared, new Map<unknown, number>([[shared, 1], [2, 3]])])({ a: 1 })], // biome-ignore format: one line
    ["NaN as a key of a Map and elsewhere", [Number.NaN, new Map([[Number.NaN, 1], [1, 2]])]], // biome-ignore format: one line
  ])("%s has the same bytes, and each reads the other's", (_, value) => {
    const text = new SuperJSON().stringify(value);
    expect(textOf(encode(value))).toBe(text);
    expect(same(value, serializer.decode(new TextEncoder().encode(text)))).toBe(true);
    expect(same(value, new SuperJSON().parse(text))).toBe(true);
  });

  it("reads the base64 that earlier versions wrote", () => {
    const text =
      '{"json":["AAAAAAAA+H8=","//////////8="],"meta":{"values":{"0":[["edgewater","Float64Array"]],"1":[["edgewater","BigInt64Array"]]},"v":1}}';
    expect(serializer.decode(new TextEncoder().encode(text))).toEqual([new Float64Array([Number.NaN]), new BigInt64Array([-1n])]);
  });
});

describe("shared places with long paths", () => {
  const list = (count: number): Record<string, unknown> => {
    const first: Record<string, unknown> = { at: new Date(0) };
    let last = first;
    for (let index = 1; index < count; index++) {
      const node: Record<string, unknown> = { at: new Date(index), previous: last };
      last["next"] = node;
      last = node;
    }
    return first;
  };

  it("take space by their number, not by their depth", () => {
    const [short, long] = [encode(list(1000)), encode(list(3000))];
    expect(long.length).toBeLessThan(3.2 * short.length);
    expect(long.length).toBeLessThan(400_000);
    let node = serializer.decode(long) as Record<string, unknown> | undefined;
    for (let index = 0; node !== undefined; index++) {
      expect((node["at"] as Date).getTime()).toBe(index);
      const next = node["next"] as Record<string, unknown> | undefined;
      if (next !== undefined && next["previous"] !== node) throw new Error(`The link back of ${index} is lost`);
      node = next;
    }
    expect(() => new SuperJSON().parse(textOf(long))).toThrow();
  });

  it("come back through every kind of value", () => {
    const deep = (kind: number, inner: unknown, all: unknown): unknown =>
      [
        new Map([[{ all }, inner]]),
        new Set([inner, all]),
        Object.freeze({ inner, all }),
        Object.assign(new Error("x"), { inner, all }),
        Object.assign([inner, all], { 3: 1n }),
      ][kind % 5];
    const all = { at: new Date(0), numbers: new Float64Array(100) };
    let value: unknown = { all, nan: Number.NaN, 5: undefined };
    for (let index = 0; index < 1500; index++) value = deep(index, value, index % 3 === 0 ? all : [value]);
    const bytes = encode([value, all]);
    expect(textOf(bytes)).toContain('[["edgewater","numbered",');
    expect(same([value, all], serializer.decode(bytes))).toBe(true);
  });
});

const { Temporal } = globalThis as unknown as { Temporal?: Record<string, { from: (value: unknown) => object }> };
const temporals: readonly (readonly [name: string, source: unknown])[] = [
  ["Instant", "2020-01-01T00:00:00.123456789Z"],
  ["ZonedDateTime", "2020-01-01T00:00:00+01:00[Europe/Berlin]"],
  ["PlainDate", "2020-01-01"],
  ["PlainTime", "01:02:03.000000001"],
  ["PlainDateTime", "2020-01-01T01:02:03"],
  ["PlainYearMonth", "2020-01"],
  ["PlainMonthDay", "01-02"],
  ["Duration", { milliseconds: 1500, hours: 30 }],
  ["Duration", "PT0S"],
];

// Only some runtimes have Temporal.
for (const [name, source] of Temporal === undefined ? [] : temporals) {
  it(`reads a Temporal.${name} back: ${JSON.stringify(source)}`, () => {
    const value = Temporal?.[name]?.from(source) as object;
    const read = decode([value]) as [Record<string, unknown>];
    expect(Object.getPrototypeOf(read[0])).toBe(Object.getPrototypeOf(value));
    expect(String(read[0])).toBe(String(value));
    expect(read[0]["milliseconds"]).toBe((value as Record<string, unknown>)["milliseconds"]);
  });
}

if (Temporal === undefined) {
  it("refuses a Temporal value in a runtime that lacks it", () => {
    const text = '{"json":"2020-01-01","meta":{"values":[["edgewater","Temporal.PlainDate"]],"v":1}}';
    expect(() => serializer.decode(new TextEncoder().encode(text))).toThrow(/which this runtime lacks/);
  });
}
