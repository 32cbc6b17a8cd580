import type { Encoded } from "./typed-values/encoded-form.ts";

/**
 * How much of a value JSON says: `native`, what `JSON.stringify` writes of it; `json`, JSON, but read from a snapshot; or
 * `annotated`.
 */
export type Level = 0 | 1 | 2;
export const native = 0;
export const json = 1;
export const annotated = 2;

/** What one look over a value finds before anything is written. */
export interface Analysis {
  /** The value, or a snapshot of it. */
  readonly root: unknown;
  /** Whether JSON says all of it. */
  readonly isJson: boolean;
  /** Whether `JSON.stringify` of the root is all of it. */
  readonly isNative: boolean;
  /** Objects, bigints and NaN that are found in several places. */
  readonly shared: ReadonlySet<unknown>;
  /** The largest parts of which `JSON.stringify` says all, each with what is given to it; none where anything is shared. */
  readonly plain: ReadonlyMap<unknown, object>;
  /** What is written in the place of a value. */
  readonly encoded: Map<unknown, Encoded>;
  /** Whether any primitive may be in `encoded`. */
  readonly hasCustom: boolean;
  /** How many values it has, more or less. */
  readonly leaves: number;
}

export function max(left: Level, right: Level): Level {
  return left > right ? left : right;
}

/** Whether `JSON.stringify` says all of a value that has no parts. */
export function isNativeLeaf(value: unknown): boolean {
  // Engines compare each `typeof` with a text at once, and are slower when its result is kept.
  if (typeof value === "string" || typeof value === "boolean") return true;
  return typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0);
}
