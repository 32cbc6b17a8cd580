import { superjsonSerializer } from "edgewater/serializer";
import { SuperJSON } from "superjson";
import { describe, expect, it } from "vitest";
import { laws } from "./laws.ts";
import { same } from "./same.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const serializer = superjsonSerializer();
const encode = (value: unknown): Bytes => serializer.encode(value) as Bytes;
const decode = (value: unknown): unknown => serializer.decode(encode(value));
const bytesOf = (text: string): Bytes => new TextEncoder().encode(text);
const textOf = (bytes: Bytes): string => new TextDecoder().decode(bytes);

describe("keeps what superjson 2.2.7 loses", () => {
  const sparse: unknown[] = [1, 2, 3];
  delete sparse[1];
  it.each<[string, unknown]>([
    ["the bits of a NaN in a Float32Array, which it changes", new Float32Array(new Uint32Array([0x7fc00001]).buffer)],
    ["the bits of a NaN in a Float64Array, which it changes", new Float64Array(new BigUint64Array([0xfff8000000000000n]).buffer)],
    ["an ArrayBuffer, which becomes {}", new Uint8Array([1, 2]).buffer],
    ["a DataView, which becomes {}", new DataView(new ArrayBuffer(3))],
    ["an invalid Date, which becomes null", new Date(Number.NaN)],
    ["a TypeError, which becomes an Error", new TypeError("typed")],
    ["the properties of an error", Object.assign(new Error("x"), { status: 500 })],
    ["a hole in an array, which becomes null", sparse],
    ["a property of an array", Object.assign([1], { extra: 1 })],
    ["an object without prototype, which gets one", Object.assign(Object.create(null) as object, { a: 1 })],
    ["the key constructor, on which it throws", { constructor: 1, prototype: new Date(0) }],
    ["the key __proto__, on which it throws", JSON.parse('{"__proto__":{"a":1}}')],
    ["URLSearchParams, which become {}", new URLSearchParams("a=1&a=2")],
    ["a date 3,000 levels deep", Array.from({ length: 3000 }).reduce<unknown>((inner) => [inner], new Date(0))],
    ["Maps 1,500 levels deep", Array.from({ length: 1500 }).reduce<unknown>((inner) => new Map([[1, inner]]), 1)],
  ])("%s", (_, value) => expect(same(value, decode(value))).toBe(true));

  // Only some runtimes have it.
  if (typeof Buffer !== "undefined")
    it("a Buffer of Node, on which it throws", () => {
      expect(same(Buffer.from("text"), decode(Buffer.from("text")))).toBe(true);
      expect(same(Buffer.alloc(1000, 7), decode(Buffer.alloc(1000, 7)))).toBe(true);
      expect(Buffer.isBuffer(decode(Buffer.from("text")))).toBe(true);
    });

  it("Blobs and Files, which become {}", async () => {
    const blob = new Blob(["text"], { type: "text/plain" });
    const bytes = encode([1]);
    const value = { blob, file: new File([bytes], "a.bin", { lastModified: 5 }), again: blob };
    const read = serializer.decode(await serializer.encode(value)) as typeof value;
    expect([await read.blob.text(), read.blob.type]).toEqual(["text", blob.type]);
    expect([read.file.name, read.file.lastModified, read.file.size]).toEqual(["a.bin", 5, bytes.length]);
    expect(read.again).toBe(read.blob);
  });

  it("the order of a Set and Map that hold shared objects", () => {
    const shared = { a: 1 };
    const value = [shared, new Set([shared, 1, 2]), new Map<unknown, unknown>([[shared, 1], [2, shared]])] as const; // biome-ignore format: one line
    const read = decode(value) as typeof value;
    expect([...read[1]]).toEqual([shared, 1, 2]);
    expect([...read[2].keys()][0]).toBe(read[0]);
  });
});

describe("classes and symbols", () => {
  class Point {
    x = 1;
    self: unknown = undefined;
  }
  const token = Symbol("token");
  const registered = superjsonSerializer({ classes: { Point }, symbols: { token } });

  it("come back when they are registered, in circles too", () => {
    const point = new Point();
    point.self = [point, token];
    expect(same(point, registered.decode(registered.encode(point) as Bytes))).toBe(true);
  });

  it("are superjson's text when superjson has the same registered", () => {
    const superjson = new SuperJSON();
    superjson.registerClass(Point, "Point");
    superjson.registerSymbol(token, "token");
    const value = { point: new Point(), token };
    expect(textOf(registered.encode(value) as Bytes)).toBe(superjson.stringify(value));
  });

  it("are refused by a serializer without them, and nothing is called", () => {
    const bytes = registered.encode(new Point()) as Bytes;
    expect(() => serializer.decode(bytes)).toThrow(/class "Point" is not registered/);
  });
});

class Point {
  x = 1;
}

describe("refuses what would be changed silently, with its path and remedy", () => {
  it.each<[string, unknown, string]>([
    ["a function", { a: { b: () => 1 } }, "$.a.b"],
    ["a symbol", [Symbol("s")], "$[0]"],
    ["an instance of a class", { p: new Point() }, "$.p"],
    ["a WeakMap", { w: new WeakMap() }, "$.w"],
    ["a promise", { p: Promise.resolve(1) }, "$.p"],
    ["a stream", { s: new ReadableStream() }, "$.s"],
    ["a boxed number", { n: new Number(1) }, "$.n"],
    ["an error of an own class", { e: new (class Own extends Error {})("x") }, "$.e"],
    ["a subclass of Array", { a: new (class extends Array {})() }, "$.a"],
    ["a subclass of Map", { m: new (class extends Map {})() }, "$.m"],
    ["a Map with a property", { m: Object.assign(new Map(), { extra: 1 }) }, "$.m"],
    ["a symbol as a key", { o: { [Symbol("k")]: 1 } }, "$.o"],
    ["a bad value in a Map", new Map([["key", () => 1]]), "$[0][1]"],
    ["a bad key of a Map", new Map([[() => 1, 1]]), "$[0][0]"],
    ["a bad element of a Set", new Set([Symbol("s")]), "$[0]"],
    ["a bad cause of an error", { e: new Error("x", { cause: () => 1 }) }, "$.e.cause"],
    ["a RegExp in the middle of a search", { r: Object.assign(/a/g, { lastIndex: 1 }) }, "$.r"],
    ["a key that is no name", { "a b": [1, () => 1] }, '$["a b"][1]'],
  ])("%s", (_, value, field) => {
    expect(() => serializer.encode(value)).toThrow(expect.objectContaining({ code: "SerializationError", field }));
  });

  it("what is nested too deep, or in a circle without references", () => {
    const deep = Array.from({ length: 4001 }).reduce<unknown>((inner) => [inner], 1);
    expect(() => serializer.encode(deep)).toThrow(/more than 4000 levels deep/);
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => superjsonSerializer({ references: false }).encode(circle)).toThrow(/in a circle/);
  });
});

describe("without references", () => {
  const plain = superjsonSerializer({ references: false });

  it("gives every place a copy", () => {
    const shared = { at: new Date(0) };
    const read = plain.decode(plain.encode([shared, shared]) as Bytes) as [object, object];
    expect(read[0]).toEqual(read[1]);
    expect(read[0]).not.toBe(read[1]);
  });

  it("leaves out what all objects inherit", () => {
    const inherited = { name: "of all", at: new Date(0), method: () => "of all" };
    for (const [key, value] of Object.entries(inherited))
      Object.defineProperty(Object.prototype, key, { value, enumerable: true, configurable: true, writable: true });
    try {
      const rows = [
        { id: 1, at: new Date(1) },
        { id: 2, below: { id: 3 } },
      ];
      const text = textOf(plain.encode(rows) as Bytes);
      expect(text).toBe(
        '{"json":[{"id":1,"at":"1970-01-01T00:00:00.001Z"},{"id":2,"below":{"id":3}}],"meta":{"values":{"0.at":["Date"]},"v":1}}',
      );
      expect(textOf(plain.encode(rows[1]) as Bytes)).toBe('{"json":{"id":2,"below":{"id":3}}}');
    } finally {
      for (const key of Object.keys(inherited)) delete (Object.prototype as Record<string, unknown>)[key];
    }
  });
});

describe("the paths of shared objects", () => {
  it("are superjson's text, whatever their keys", () => {
    const shared = { at: new Date(0) };
    const keys = ["a.b", "a\\b", '"', "line\nbreak", "\0", "é", "日本", "\ud800", "\udc00", "", "7", "-1"];
    const value = { first: shared, deep: Object.fromEntries(keys.map((key) => [key, [shared]])), 3: shared, last: [[shared], shared] };
    expect(textOf(encode(value))).toBe(new SuperJSON().stringify(value));
    expect(same(decode(value), value)).toBe(true);
  });
});

describe("regular expressions", () => {
  it("have superjson's text", () => {
    const patterns = ["", "/", "[/]", "\n\u2028", '"\\\\', "é"];
    const value = [...patterns.map((pattern) => new RegExp(pattern)), /a/gimsuy];
    expect(textOf(encode(value))).toBe(new SuperJSON().stringify(value));
    expect(decode(value)).toEqual(value);
  });
});

describe("parts of which JSON says all", () => {
  it("have superjson's bytes beside other parts", () => {
    const value = { rows: Array.from({ length: 100 }, (_, id) => ({ id, name: `é${id}`, "a.b": [id] })), at: new Date(0) };
    expect(textOf(encode(value))).toBe(new SuperJSON().stringify(value));
  });
});

describe("annotations of many parts", () => {
  // One or two more slots of the log each time, so that everything is across the end of one of its pages once.
  it.each(Array.from({ length: 12 }, (_, index) => index))(
    "are superjson's text and come back, wherever a page of the log ends (%d)",
    (shift) => {
      const dates = Array.from({ length: 4084 + (shift >> 1) }, (_, index) => new Date(index));
      const owner = { since: new Date(0), 7: [undefined, new Map([[1n, { at: new Date(1) }]])], name: "a" };
      const odd = shift % 2 === 1 ? { one: { inner: 1n } } : {};
      const nested = { ...odd, owner, 0: new Set([new Date(2)]), again: [owner], "a.b": { c: undefined } };
      const value = { dates, nested, last: [nested, new Date(3)] };
      expect(textOf(encode(value))).toBe(new SuperJSON().stringify(value));
      expect(decode(value)).toEqual(value);
    },
  );
});

describe("shared objects that superjson would repeat 2^40 times", () => {
  it("are written once beyond a limit", () => {
    let value: unknown = ["x".repeat(100)];
    for (let level = 0; level < 40; level++) value = [value, value];
    const bytes = encode(value);
    expect(bytes.length).toBeLessThan(40_000_000);
    let read = serializer.decode(bytes) as [unknown, unknown];
    for (let level = 0; level < 40; level++) {
      expect(read[0]).toBe(read[1]);
      read = read[0] as [unknown, unknown];
    }
    expect(() => new SuperJSON().parse(textOf(bytes))).toThrow();
  });
});

describe("an object that is shared at places of different depth", () => {
  const nest = (levels: number, inner: unknown): unknown => Array.from({ length: levels }).reduce<unknown>((below) => ({ below }), inner);
  const shallow = superjsonSerializer({ maxDepth: 10 });

  it("is read back when it would be too deep at the later one", () => {
    const shared = nest(8, 1);
    const read = shallow.decode(shallow.encode([shared, nest(8, shared)]) as Uint8Array<ArrayBuffer>) as [unknown, object];
    expect(same(read, [shared, nest(8, shared)])).toBe(true);
  });

  it("is refused when it is too deep at the first one", () => {
    const shared = nest(8, 1);
    expect(() => shallow.encode([nest(8, shared), shared])).toThrow(/more than 10 levels deep/);
  });
});

describe("typed arrays", () => {
  it("have a buffer of their own bytes", () => {
    const read = decode({ a: new Float64Array(100).fill(1), b: new Float64Array(100).fill(2) }) as { a: Float64Array; b: Float64Array };
    expect([read.a.buffer.byteLength, read.b.buffer.byteLength]).toEqual([800, 800]);
    expect(new Float64Array(read.b.buffer)[0]).toBe(2);
  });

  it("are views of the bytes that were read, with zeroCopy", () => {
    const bytes = encode({ numbers: new Float64Array(1000).fill(Number.NaN) });
    const { numbers } = superjsonSerializer({ zeroCopy: true }).decode(bytes) as { numbers: Float64Array };
    expect(numbers.buffer).toBe(bytes.buffer);
  });

  it("are copied where bytes do not lie as numbers must", () => {
    const bytes = encode(new Float64Array(1000).fill(0.1));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(superjsonSerializer({ zeroCopy: true }).decode(shifted.subarray(1))).toEqual(new Float64Array(1000).fill(0.1));
  });

  it("are part of what they are a part of", () => {
    const whole = new Uint16Array([1, 2, 3, 4]);
    expect(decode(whole.subarray(1, 3))).toEqual(new Uint16Array([2, 3]));
  });
});

describe("reading", () => {
  it.each<[string, string]>([
    ["nothing", ""],
    ["a beginning", '{"json":['],
    ["an open string", '{"json":"'],
    ["null", "null"],
    ["no payload", '{"a":1}'],
    ["no JSON", "\u0000"],
    ["a path that leads nowhere", '{"json":{},"meta":{"values":{"a":["Date"]},"v":1}}'],
    ["a path through a number", '{"json":[1],"meta":{"values":{"0.a":["Date"]},"v":1}}'],
    ["the length of an array", '{"json":[1],"meta":{"values":{"length":["undefined"]},"v":1}}'],
    ["a path into the prototype", '{"json":{},"meta":{"values":{"__proto__.polluted":["undefined"]},"v":1}}'],
    ["a constructor", '{"json":{},"meta":{"referentialEqualities":{"constructor.prototype":["a"]},"v":1}}'],
    ["an unknown annotation", '{"json":1,"meta":{"values":["Promise"],"v":1}}'],
    ["an unknown class", '{"json":{},"meta":{"values":[["class","Point"]],"v":1}}'],
    ["a custom transformer", '{"json":1,"meta":{"values":[["custom","x"]],"v":1}}'],
    ["a date that is not one", '{"json":"x","meta":{"values":["Date"],"v":1}}'],
    ["a bigint that is not one", '{"json":"x","meta":{"values":["bigint"],"v":1}}'],
    ["a Map of numbers", '{"json":[1],"meta":{"values":["map"],"v":1}}'],
    ["a Set of nothing", '{"json":null,"meta":{"values":["set"],"v":1}}'],
    ["an error without text", '{"json":{},"meta":{"values":["Error"],"v":1}}'],
    ["a global that is no error", '{"json":"","meta":{"values":[["edgewater","Function"]],"v":1}}'],
    ["a typed array that superjson lost", '{"json":[null],"meta":{"values":[["typed-array","Float64Array"]],"v":1}}'],
    ["a buffer that is not there", '{"json":0,"meta":{"values":[["edgewater","ArrayBuffer"]],"v":1}}'],
    ["bad escapes in a path", '{"json":{},"meta":{"values":{"\\\\x":["Date"]},"v":1}}'],
    ["an annotation that is a number", '{"json":{"a":1},"meta":{"values":{"a":1},"v":1}}'],
  ])("refuses %s", (_, text) => {
    expect(() => serializer.decode(bytesOf(text))).toThrow(expect.objectContaining({ code: "SerializationError" }));
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("says where bytes end too soon", () => {
    expect(() => serializer.decode(bytesOf('{"json":["é'))).toThrow(expect.objectContaining({ field: "byte 12" }));
    const container = encode(new Uint8Array(1000));
    expect(() => serializer.decode(container.slice(0, 500))).toThrow(expect.objectContaining({ field: "byte 500" }));
    for (let length = 0; length < container.length; length += 7)
      expect(() => serializer.decode(container.slice(0, length))).toThrow(/cannot be read/);
  });

  it("refuses a container of a later version by its number", () => {
    const container = encode(new Uint8Array(1000));
    container[8] = 2;
    expect(() => serializer.decode(container)).toThrow(/version 2/);
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(() => serializer.decode(new Uint8Array([0x22, 0xff, 0x22]))).toThrow(expect.objectContaining({ code: "SerializationError" }));
  });

  it("reads an own __proto__ as a property, also when a part of it is annotated", () => {
    const read = serializer.decode(bytesOf('{"json":{"__proto__":{"at":null}},"meta":{"values":{"__proto__.at":["undefined"]},"v":1}}'));
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.keys(read as object)).toEqual(["__proto__"]);
  });

  it("keeps to its limits", () => {
    const deep = `{"json":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect(() => serializer.decode(bytesOf(deep))).toThrow(/nests more than/);
    expect(() =>
      superjsonSerializer({ maxDepth: 3 }).decode(encode(Array.from({ length: 30 }).reduce<unknown>((inner) => [inner], 1))),
    ).toThrow(/nests more than 3/);
    expect(() => superjsonSerializer({ maxBytes: 10 }).decode(encode([1, 2, 3]))).toThrow(/at most 10/);
  });

  it("can be without regular expressions", () => {
    const strict = superjsonSerializer({ regExps: false });
    expect(() => strict.decode(encode(/(a+)+$/))).toThrow(/switched off/);
    expect(() => strict.encode(/a/)).toThrow(/switched off/);
  });

  it("reads superjson's oldest paths", () => {
    expect(serializer.decode(bytesOf('{"json":{"a\\\\b":"1"},"meta":{"values":{"a\\\\b":["bigint"]}}}'))).toEqual({ "a\\b": 1n });
  });

  it("reads what superjson writes with dedupe", () => {
    const shared = { at: new Date(0) };
    const read = serializer.decode(bytesOf(new SuperJSON({ dedupe: true }).stringify([shared, { shared }]))) as [
      object,
      { shared: object },
    ];
    expect(read[1].shared).toBe(read[0]);
    expect(read[0]).toEqual(shared);
  });
});

describe("one serializer", () => {
  const inner = { at: new Date(1) };

  it("serializes within a getter of what it serializes", () => {
    const outer = {
      before: new Date(0),
      get text() {
        return textOf(encode(inner));
      },
      after: new Date(3),
    };
    expect(decode(outer)).toEqual({ ...outer });
  });

  it("is as good as new after it has refused a value or damaged bytes", () => {
    const value = { at: new Date(0), shared: [inner, inner] };
    const bytes = encode(value);
    expect(() => encode([new Date(0), inner, inner, () => 1])).toThrow(/without loss/);
    expect(() => serializer.decode(bytes.slice(0, -9))).toThrow(/cannot be read/);
    expect(encode(value)).toEqual(bytes);
    expect(serializer.decode(bytes)).toEqual(value);
  });
});

describe("laws", () => {
  it.each(laws)("%s", (_, hold) => hold(500));
});
