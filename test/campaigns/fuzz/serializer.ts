/** Many small random values and damaged bytes, made faster than laws make them: a million of each takes minutes. */
import { superjsonSerializer } from "edgewater/serializer";
import { same } from "../../unit/serializer/same.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const serializer = superjsonSerializer();
const shared = { at: new Date(0) };

/** Leaves of every kind, some of which are refused. */
const leaves: readonly ((random: (below: number) => number) => unknown)[] = [
  (random) => random(1000),
  (random) => random(1000) / 7,
  () => "text",
  (random) => String.fromCharCode(random(65_536)),
  () => undefined,
  () => null,
  () => Number.NaN,
  () => -0,
  (random) => BigInt(random(9)) << BigInt(random(90)),
  (random) => new Date(random(2e9) * 1000),
  () => new Date(Number.NaN),
  () => shared,
  () => /a/g,
  () => new URL("https://example.com/"),
  () => new URLSearchParams("a=1"),
  (random) => new Uint8Array(random(300)),
  (random) => new Float64Array([random(9), Number.NaN, -0]),
  () => new BigInt64Array([-1n]),
  () => new DataView(new ArrayBuffer(3)),
  () => ((buffer) => [new Uint8Array(buffer, 0, 4), new Uint8Array(buffer, 2, 4)])(new ArrayBuffer(8)),
  () => new TypeError("typed", { cause: 1 }),
  () => new Error(),
  () => new DOMException("stopped", "AbortError"),
  () => Object.freeze({ a: 1 }),
  () => Object.seal([1, 2]),
  () => Object.assign([1], { 3: 1, x: 2 }),
  () => Object.assign(Object.create(null) as object, { a: 1 }),
  () => Object.defineProperty({ a: 1 }, "b", { get: () => 2, enumerable: true }),
  () => JSON.parse('{"__proto__":1,"a.b":{"c\\\\":2}}') as unknown,
  () => () => 1,
  () => Symbol("s"),
  () => Object.assign(new Date(0), { zone: 1 }),
  () => Object.defineProperty({}, "hidden", { value: 1 }),
  () => Object.assign(new Map(), { extra: 1 }),
  () => new (class Odd {})(),
];

/** The same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomValue(random: (below: number) => number, depth: number, all: unknown[]): unknown {
  const kind = random(depth === 0 ? 1 : 9);
  if (kind < 3) return leaves[random(leaves.length)]?.(random);
  if (kind === 3 && all.length > 0) return all[random(all.length)];
  const count = random(4);
  const parts = (): unknown[] => Array.from({ length: count }, () => randomValue(random, depth - 1, all));
  if (kind === 4) return new Map(parts().map((part) => [randomValue(random, 0, all), part]));
  if (kind === 5) return new Set(parts());
  const made: unknown[] | Record<string, unknown> = kind === 6 ? [] : {};
  all.push(made);
  for (const [index, part] of parts().entries()) {
    if (Array.isArray(made)) made.push(part);
    else made[["a", "b.c", "1", "length"][index] ?? "d"] = part;
  }
  return made;
}

function isOfFamily(error: unknown): boolean {
  return (error as { code?: string }).code === "SerializationError";
}

/** @throws when a value comes back changed, or when writing or reading it fails with any other error than those of the family */
export function randomValues(count: number, seed: number): { readonly kept: number; readonly refused: number } {
  const random = randomFrom(seed);
  let refused = 0;
  for (let index = 0; index < count; index++) {
    const value = randomValue(random, 4, []);
    let bytes: Bytes;
    try {
      bytes = serializer.encode(value) as Bytes;
    } catch (error) {
      if (!isOfFamily(error) || !(error as { field?: string }).field?.startsWith("$")) throw error;
      refused++;
      continue;
    }
    if (!same(value, serializer.decode(bytes)))
      throw new Error(`Value ${index} of seed ${seed} comes back changed: ${new TextDecoder().decode(bytes)}`);
  }
  return { kept: count - refused, refused };
}

/** @throws when reading damaged bytes fails with any other error than those of the family, or pollutes a prototype */
export function damagedBytes(count: number, seed: number): { readonly read: number; readonly refused: number } {
  const random = randomFrom(seed);
  let refused = 0;
  let bytes: Bytes = new Uint8Array(0);
  for (let index = 0; index < count; index++) {
    for (let left = 20; index % 50 === 0 && left > 0; left--) {
      try {
        bytes = serializer.encode(randomValue(random, 4, [])) as Bytes;
        if (bytes.length > 60) break;
      } catch {}
    }
    const damaged = bytes.slice();
    const at = random(damaged.length);
    damaged[at] = random(2) === 0 ? (damaged[at] ?? 0) ^ (1 << random(8)) : '{}[]",:.\\-0123456789aeu'.charCodeAt(random(23));
    try {
      serializer.decode(damaged);
    } catch (error) {
      if (!isOfFamily(error)) throw error;
      refused++;
    }
    if ("polluted" in {} || Object.keys(Object.prototype).length > 0)
      throw new Error(`Damage ${index} of seed ${seed} pollutes a prototype`);
  }
  return { read: count - refused, refused };
}
