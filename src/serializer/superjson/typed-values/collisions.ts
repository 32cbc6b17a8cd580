/** A Map or Set with fewer keys is fast, however its keys collide. */
const smallSize = 2048;

const maxBuckets = 65_536;

/** Keys of one bucket. Keys that nobody chose to collide have a few; the most that was seen in millions is about 10. */
const maxKeysPerBucket = 64;

/**
 * Counts numbers and bigints that have the same hash in V8, which does not randomize the hashes of numbers: a Map or Set of such
 * keys takes the square of their count. Counts the same on every runtime, so that what is refused here is refused everywhere.
 * Other keys cannot be chosen to collide.
 */
class Collisions {
  readonly #counts: Uint32Array;
  readonly #mask: number;
  readonly #most: number;

  /** @param size number of keys of the Map or Set */
  constructor(size: number) {
    const buckets = Math.min(maxBuckets, 2 ** Math.ceil(Math.log2(Math.max(size, 1))));
    this.#counts = new Uint32Array(buckets);
    this.#mask = buckets - 1;
    this.#most = maxKeysPerBucket + 8 * Math.ceil(size / buckets);
  }

  /** Adds a key. Returns why the Map or Set is refused; undefined while it is not. */
  add(key: unknown): string | undefined {
    if (typeof key !== "number" && typeof key !== "bigint") return undefined;
    const bucket = hashOf(key) & this.#mask;
    const count = (this.#counts[bucket] ?? 0) + 1;
    this.#counts[bucket] = count;
    return count > this.#most ? "its numbers have the same hashes, so that telling them apart takes too long; use strings" : undefined;
  }
}

/** Counts for a Map or Set of this many keys; undefined for one that is fast, however its keys collide. */
export function collisionsIn(size: number): Collisions | undefined {
  return size < smallSize ? undefined : new Collisions(size);
}

/** Returns why a Map or Set with these keys is refused; undefined if it is not. */
export function collisionsOf(keys: Iterable<unknown>, size: number): string | undefined {
  const collisions = collisionsIn(size);
  if (collisions === undefined) return undefined;
  for (const key of keys) {
    const problem = collisions.add(key);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The hash of a key in V8 (`Object::GetSimpleHash`): of 32-bit integers, of the bits of other numbers, of 64 bits of a bigint. */
export function hashOf(key: number | bigint): number {
  if (typeof key === "bigint") {
    const low = BigInt.asUintN(64, key < 0n ? -key : key);
    return hash64(Number(low & 0xffff_ffffn), Number(low >> 32n));
  }
  if ((key | 0) === key) return hash32(key);
  double[0] = key;
  const [first = 0, second = 0] = halves;
  return isLittleEndian ? hash64(first, second) : hash64(second, first);
}

/** V8's `ComputeUnseededHash`. */
function hash32(key: number): number {
  let hash = ~key + (key << 15);
  hash ^= hash >>> 12;
  hash += hash << 2;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2057);
  hash ^= hash >>> 16;
  return hash & 0x3fff_ffff;
}

/** V8's `ComputeLongHash`, of the two halves of 64 bits. */
function hash64(lowHalf: number, highHalf: number): number {
  let low = ~lowHalf;
  let high = ~highHalf;
  const add = (otherLow: number, otherHigh: number): void => {
    const sum = (low >>> 0) + (otherLow >>> 0);
    high = (high + otherHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
    low = sum | 0;
  };
  add(lowHalf << 18, (highHalf << 18) | (lowHalf >>> 14));
  [low, high] = [low ^ ((low >>> 31) | (high << 1)), high ^ (high >>> 31)];
  // Times 21.
  const [oneLow, oneHigh] = [low, high];
  add(oneLow << 2, (oneHigh << 2) | (oneLow >>> 30));
  add(oneLow << 4, (oneHigh << 4) | (oneLow >>> 28));
  [low, high] = [low ^ ((low >>> 11) | (high << 21)), high ^ (high >>> 11)];
  add(low << 6, (high << 6) | (low >>> 26));
  low ^= (low >>> 22) | (high << 10);
  return low & 0x3fff_ffff;
}
