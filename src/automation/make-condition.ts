import type { Condition } from "./types.ts";

const brand = Symbol.for("edgewater/condition");

/** Marks and freezes a condition. */
export function makeCondition(label: string, evaluate: Condition["evaluate"]): Condition {
  return Object.freeze(Object.defineProperty({ label, evaluate }, brand, { value: true }));
}

/** Returns whether `value` is a condition, also when another bundle or realm made it. */
export function isCondition(value: unknown): value is Condition {
  return typeof value === "object" && value !== null && brand in value;
}
