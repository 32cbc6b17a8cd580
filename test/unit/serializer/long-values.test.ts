/** Values whose loops take several calls, and annotations whose paths do not follow the order of the value. */
import { superjsonSerializer } from "edgewater/serializer";
import * as fc from "fast-check";
import { SuperJSON } from "superjson";
import { describe, expect, it } from "vitest";
import { superjsonGraph } from "./arbitrary.ts";
import { same } from "./same.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const serializer = superjsonSerializer();
const encode = (value: unknown): Bytes => serializer.encode(value) as Bytes;
const textOf = (value: unknown): string => new TextDecoder().decode(encode(value));

describe("a long array", () => {
  // Around the multiples of how many turns a loop takes in one call.
  it.each([999, 1000, 1001, 2001])("of %s rows is superjson's text, and is read back the same", (count) => {
    const shared = { at: new Date(0) };
    const rows = Array.from({ length: count }, (_, id) => ({
      id,
      at: new Date(id),
      ...(id % 999 === 0 ? { shared } : {}),
      ...(id % 3 === 0 ? { note: undefined } : {}),
      ...(id % 7 === 0 ? { inner: { at: new Date(-id), big: BigInt(id) } } : {}),
    }));
    expect(textOf(rows)).toBe(SuperJSON.stringify(rows));
    expect(same(rows, serializer.decode(encode(rows)))).toBe(true);
  });

  it("has the same object in several runs of elements, and first below another element", () => {
    const shared = { at: new Date(0) };
    const value: unknown[] = Array.from({ length: 3000 }, (_, index) => (index % 900 === 0 ? shared : { index }));
    value[1] = { first: value[2999] };
    expect(textOf(value)).toBe(SuperJSON.stringify(value));
    expect(same(value, serializer.decode(encode(value)))).toBe(true);
  });
});

/** The text with the annotations of each level in another order, which superjson reads alike. */
function reordered(text: string, order: (keys: string[]) => string[]): string | undefined {
  const parsed = JSON.parse(text) as { readonly json: unknown; readonly meta?: { values?: unknown; readonly v: number } };
  if (parsed.meta?.values === undefined || JSON.stringify(parsed.meta.values).includes("edgewater")) return undefined;
  const again = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(again);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(order(Object.keys(node)).map((key) => [key, again((node as Record<string, unknown>)[key])]));
  };
  parsed.meta.values = again(parsed.meta.values);
  return JSON.stringify(parsed);
}

describe("annotations in another order", () => {
  it("are read the same", () => {
    let compared = 0;
    fc.assert(
      fc.property(superjsonGraph, fc.infiniteStream(fc.nat()), (value, numbers) => {
        const text = reordered(textOf(value), (keys) =>
          keys
            .map((key) => [numbers.next().value as number, key] as const)
            .sort(([left], [right]) => left - right)
            .map(([, key]) => key),
        );
        if (text === undefined) return true;
        compared++;
        return same(value, serializer.decode(new TextEncoder().encode(text)));
      }),
      { numRuns: 150, seed: 11 },
    );
    expect(compared).toBeGreaterThan(20);
  });

  it("find what is below an object that was made between two of them", () => {
    const at = "1970-01-01T00:00:00.000Z";
    const text = (values: string): Bytes =>
      new TextEncoder().encode(`{"json":{"a":[["${at}","${at}"]]},"meta":{"values":${values},"v":1}}`);
    const value = { a: new Map([[new Date(0), new Date(0)]]) };
    expect(same(value, serializer.decode(text('{"a.0.0":["Date"],"a":["map"],"a.0.1":["Date"]}')))).toBe(true);
    expect(same(value, serializer.decode(text('{"a":["map",{"0.1":["Date"],"0.0":["Date"]}]}')))).toBe(true);
    expect(() => serializer.decode(text('{"a.0.0":["Date"],"a.0.0.1":["Date"]}'))).toThrow(/not there/);
  });
});
