/** What holds for values of another realm: they are kept like own ones. */
import { superjsonSerializer } from "edgewater/serializer";
import { SuperJSON } from "superjson";
import { describe, expect, it } from "vitest";

const serializer = superjsonSerializer();
const textOf = (value: unknown): string => new TextDecoder().decode(serializer.encode(value) as Uint8Array<ArrayBuffer>);
const decode = (value: unknown): unknown => serializer.decode(serializer.encode(value) as Uint8Array<ArrayBuffer>);

/** @param foreign - Runs code in another realm */
export function realmTests(foreign: (code: string) => unknown): void {
  describe("a value of another realm", () => {
    it.each<[string, unknown]>([
      ["({ a: [1, { b: undefined }], c: -0 })", { a: [1, { b: undefined }], c: -0 }],
      ["new Date(5)", new Date(5)],
      ["[new Date(NaN)]", [new Date(Number.NaN)]],
      ["new Map([[{ a: 1 }, new Set([new Date(0)])]])", new Map([[{ a: 1 }, new Set([new Date(0)])]])],
      ["/a/gi", /a/gi],
      ["[1n, NaN]", [1n, Number.NaN]],
      ["new Float64Array([1, NaN])", new Float64Array([1, Number.NaN])],
      ["new Uint8Array(300).fill(7)", new Uint8Array(300).fill(7)],
      ["new Uint8Array([1, 2]).buffer", new Uint8Array([1, 2]).buffer],
      ["new DataView(new ArrayBuffer(3))", new DataView(new ArrayBuffer(3))],
      ["const a = [1]; a[3] = 2; a", Object.assign([1], { 3: 2 })],
      ["new Array(5000).fill(1)", new Array(5000).fill(1)],
      ["Object.assign(Object.create(null), { a: 1 })", Object.assign(Object.create(null) as object, { a: 1 })],
    ])("%s comes back like one of this realm", (code, expected) => {
      const read = decode(foreign(code));
      expect(read).toStrictEqual(expected);
      expect(textOf(foreign(code))).toBe(textOf(expected));
    });

    it("is an error with its class, cause and properties", () => {
      const read = decode(foreign("Object.assign(new RangeError('x', { cause: new Error('y') }), { code: 1 })")) as RangeError & {
        code: number;
      };
      expect(read).toBeInstanceOf(RangeError);
      expect([read.message, read.code, (read.cause as Error).message]).toEqual(["x", 1, "y"]);
      expect(decode(foreign("new AggregateError([new TypeError('a')], 'b')"))).toBeInstanceOf(AggregateError);
    });

    it("has superjson's bytes where it is plain", () => {
      const value = foreign("({ a: [1], b: 'x' })");
      expect(textOf(value)).toBe(new SuperJSON().stringify({ a: [1], b: "x" }));
    });

    it.each([
      "new (class Map extends globalThis.Map {})()",
      "new (class A { x = 1 })()",
      "new (class TypeError extends Error {})()",
      "Object.create({ a: 1 })",
      "Object.assign(new Date(0), { a: 1 })",
      "Object.create(Date.prototype)",
      "() => 1",
      "Symbol('a')",
      "new Proxy([], { getPrototypeOf() { throw 1 } })",
    ])("is refused with its path where an own one is: %s", (code) => {
      expect(() => serializer.encode({ list: [foreign(`(${code})`)] })).toThrow(
        expect.objectContaining({ code: "SerializationError", field: expect.stringMatching(/^\$/) }),
      );
    });
  });
}
