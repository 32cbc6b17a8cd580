import { superjsonSerializer } from "edgewater/serializer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf } from "../../../src/serializer/superjson/typed-values/collisions.ts";

const serializer = superjsonSerializer();
const refused: unknown = expect.objectContaining({ code: "SerializationError", message: expect.stringContaining("same hashes") });

/** V8's hash of 64 bits, with bigints. */
function longHash(bits: bigint): number {
  const mask = 2n ** 64n - 1n;
  let hash = ((~bits & mask) + (bits << 18n)) & mask;
  hash ^= hash >> 31n;
  hash = (hash * 21n) & mask;
  hash ^= hash >> 11n;
  hash = (hash + (hash << 6n)) & mask;
  hash ^= hash >> 22n;
  return Number(hash & 0x3fff_ffffn);
}

/** Keys of 4096 buckets, of which one has a hundred more than others. */
function colliding<Key extends number | bigint>(keyOf: (index: number) => Key): Key[] {
  const keys = Array.from({ length: 2100 }, (_, index) => keyOf(index + 1));
  for (let index = keys.length + 1; keys.length < 2200; index++) {
    const key = keyOf(index);
    if ((hashOf(key) & 4095) === 5) keys.push(key);
  }
  return keys;
}

describe("the hash of a key", () => {
  it("of a bigint and of a fraction is that of 64 bits", () => {
    const view = new DataView(new ArrayBuffer(8));
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.double({ noNaN: true }), (integer, number) => {
        expect(hashOf(integer)).toBe(longHash(integer));
        if ((number | 0) === number) return;
        view.setFloat64(0, number);
        expect(hashOf(number)).toBe(longHash(view.getBigUint64(0)));
      }),
    );
  });
});

describe("a Map or Set of numbers with the same hashes", () => {
  it.each<[string, () => unknown[]]>([
    ["integers", () => colliding((index) => index)],
    ["fractions", () => colliding((index) => index + 0.5)],
    ["bigints", () => colliding(BigInt)],
    ["bigints that differ above 64 bits", () => Array.from({ length: 4000 }, (_, index) => BigInt(index + 1) << 64n)],
  ])("is refused, when written and when read: %s", (_, keysOf) => {
    const keys = keysOf();
    expect(() => serializer.encode(new Set(keys))).toThrow(refused as Error);
    expect(() => serializer.encode(new Map(keys.map((key) => [key, 0])))).toThrow(refused as Error);
    if (typeof keys[0] === "bigint") return;
    const bytesOf = (json: unknown, annotation: string) =>
      new TextEncoder().encode(JSON.stringify({ json, meta: { values: [annotation], v: 1 } }));
    expect(() => serializer.decode(bytesOf(keys, "set"))).toThrow(refused as Error);
    expect(() => serializer.decode(bytesOf(keys.map((key) => [key, 0]), "map"))).toThrow(refused as Error); // biome-ignore format: one line
  });

  it.each<[string, (index: number) => number | bigint]>([
    ["integers in a row", (index) => index],
    ["negative integers", (index) => -index],
    ["multiples of 65,536", (index) => index * 65_536],
    ["times in milliseconds", (index) => 1.6e12 + index * 86_400_000],
    ["quarters", (index) => index / 4],
    ["multiples of 2 ** 40", (index) => index * 2 ** 40],
    ["bigints in a row", (index) => BigInt(index)],
    ["bigints in steps of 10 ** 18", (index) => BigInt(index) * 10n ** 18n],
  ])("is kept when nobody chose them: %s", (_, keyOf) => {
    const set = new Set(Array.from({ length: 100_000 }, (_, index) => keyOf(index)));
    expect(serializer.decode(serializer.encode(set) as Uint8Array<ArrayBuffer>)).toEqual(set);
  });
});
