/** The objects that the killed writers write. Their bodies follow from key and version, so a torn one is detected. */

export const keys = ["a", "b/large", "b/small", "c/d/streamed"] as const;
export type Key = (typeof keys)[number];

/** Sizes of an object by its version: some are stored inline, some in chunks, some are uploaded in parts. */
const sizes: Readonly<Record<Key, readonly number[]>> = {
  a: [0, 10, 3000],
  "b/small": [5000, 70_000, 1_048_576],
  "b/large": [3_000_000, 200_000, 1_500_000],
  "c/d/streamed": [4_300_000, 100_000, 5_000_000],
};

/** Every fifth write of a key deletes. */
export function isDelete(version: number): boolean {
  return version % 5 === 0;
}

export function bodyOf(key: Key, version: number): Uint8Array<ArrayBuffer> {
  const size = sizes[key][version % sizes[key].length] ?? 0;
  let state = version * 2654435761 + 1;
  const block = Uint8Array.from({ length: 4096 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  const body = new Uint8Array(size);
  for (let at = 0; at < size; at += block.byteLength) body.set(block.subarray(0, size - at), at);
  return body;
}

/** What a killed writer left behind. */
export interface Left {
  readonly found: readonly Found[];
  readonly listed: readonly string[];
}

/** The version of the object of a key; 0 if there is none. */
export interface Found {
  readonly key: Key;
  readonly version: number;
  /** Why the object is not whole. */
  readonly torn?: string;
}
