import type { Values } from "./convert.ts";
import { sizer } from "./plain.ts";
import type { WrittenColumn } from "./written-schema.ts";

/** The distinct values of a column, and the position of each value among them. */
export interface Dictionary {
  readonly entries: unknown[];
  readonly indices: Int32Array;
}

/** So many values tell whether a dictionary may be worth its time. */
const sampled = 1000;
/** It is not when the distinct ones among them take so much of their bytes. */
const mostOfSample = 0.9;

const byteDecoder = new TextDecoder("windows-1252");

/** Returns the dictionary of a column whose values repeat so often that with one it takes at most half of its bytes; else undefined. */
export function dictionaryOf(column: WrittenColumn, values: Values): Dictionary | undefined {
  if (column.physicalType === "BOOLEAN") return undefined;
  const step = Math.max(1, (values.length - 1) / (sampled - 1));
  const sample = Array.from({ length: Math.min(sampled, values.length) }, (_, index) => values[Math.floor(index * step)]);
  const tried = distinct(column, sample);
  if (tried.entryBytes > mostOfSample * tried.bytes) return undefined;
  const { entries, indices, bytes, entryBytes } = distinct(column, values);
  const indexBytes = (values.length * Math.ceil(Math.log2(entries.length))) / 8;
  return 2 * (entryBytes + indexBytes) > bytes ? undefined : { entries, indices };
}

function distinct(column: WrittenColumn, values: ArrayLike<unknown>): Dictionary & { readonly bytes: number; readonly entryBytes: number } {
  const sizeOf = sizer(column);
  const positions = new Map<unknown, number>();
  const entries: unknown[] = [];
  const indices = new Int32Array(values.length);
  let bytes = 0;
  let entryBytes = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    const key = keyOf(value);
    const size = sizeOf(value);
    let position = positions.get(key);
    if (position === undefined) {
      position = entries.push(value) - 1;
      positions.set(key, position);
      entryBytes += size;
    }
    indices[index] = position;
    bytes += size;
  }
  return { entries, indices, bytes, entryBytes };
}

/** A value by which a Map tells values apart: it takes -0 for 0, and compares no bytes. */
function keyOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return byteDecoder.decode(value);
  return Object.is(value, -0) ? "-0" : value;
}
