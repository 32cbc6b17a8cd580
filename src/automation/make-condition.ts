import { EdgewaterError } from "../errors.ts";
import { describe } from "../options.ts";
import type { Condition } from "./types.ts";

const brand = Symbol.for("edgewater/condition");

/** What else is known of a condition. */
export interface ConditionOptions {
  /** The conditions that it is made of. */
  readonly parts?: readonly Condition[];
  /** What tells it from others with the same label and parts. */
  readonly detail?: string;
  readonly alternatives?: readonly Condition[];
  readonly isMomentary?: boolean;
}

/** Marks and freezes a condition. */
export function makeCondition(
  label: string,
  evaluate: Condition["evaluate"],
  { parts = [], detail, alternatives = [], isMomentary = parts.some((part) => part.isMomentary) }: ConditionOptions = {},
): Condition {
  const inside = [...(detail === undefined ? [] : [detail]), ...parts.map(({ identity }) => identity)].sort();
  const identity = inside.length === 0 ? label : `${label}(${inside.join(", ")})`;
  return Object.freeze(Object.defineProperty({ label, identity, alternatives, isMomentary, evaluate }, brand, { value: true }));
}

/** Returns whether `value` is a condition, also when another bundle or realm made it. */
export function isCondition(value: unknown): value is Condition {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * Checks the conditions that another one is made of.
 *
 * @throws `DefinitionError` for anything else, and for none
 */
export function checkConditions(owner: string, conditions: readonly Condition[]): void {
  const wrong = conditions.findIndex((condition) => !isCondition(condition));
  if (conditions.length > 0 && wrong < 0) return;
  const got = wrong < 0 ? "none" : `argument ${wrong + 1} is ${describe(conditions[wrong])}`;
  const message = `Invalid conditions of ${owner}: ${got}; pass conditions, such as condition.missing()`;
  throw new EdgewaterError("DefinitionError", message, { field: "automationCondition" });
}
