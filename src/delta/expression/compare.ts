import { compareUtf8 } from "../../encoding/utf8.ts";
import type { DeltaType } from "../schema/types.ts";

/** Orders two values that are not null: negative, 0 or positive. */
export type Order = (left: unknown, right: unknown) => number;

/** Exact, also between a `bigint` and a `number`. NaN equals itself and is larger than every other number; -0 equals 0. */
export function compareNumbers(left: unknown, right: unknown): number {
  const [a, b] = [left as number, right as number];
  if (a < b) return -1;
  if (a > b) return 1;
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : 0;
}

/** By unsigned bytes; a prefix comes first. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/**
 * The order of the values of a type; undefined for types whose values have none. Texts are ordered by their code points, as their
 * bytes are in UTF-8.
 */
export function orderOf(type: DeltaType): Order | undefined {
  if (typeof type !== "string") return type.type === "decimal" ? compareNumbers : undefined;
  if (type === "string") return compareUtf8 as Order;
  if (type === "binary") return compareBytes as Order;
  return compareNumbers;
}

/** A value by which a `Set` tells values of types with the order of numbers apart: a whole number that is exact is a `number`. */
export function keyOf(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
}
