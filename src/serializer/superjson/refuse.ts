import { EdgewaterError } from "../../errors.ts";
import type { Kept } from "./kept.ts";

/** Characters of a path that a person would still read. */
const longest = 500;

/** Where a value lies, as a list from the leaf up. */
interface Place {
  readonly value: unknown;
  readonly up: Place | undefined;
  readonly key: string;
  readonly isElement: boolean;
}

/**
 * Says which part of a value cannot be written. Only now is its place looked for, so that values that can be written
 * cost no path.
 *
 * @throws `SerializationError` with the path in `field`: what an expression after `$` must be to reach it, where a Map
 * or Set counts as an array of its entries
 */
export function refuse(root: unknown, culprit: unknown, problem: string, kept: ReadonlyMap<object, Kept>): never {
  const field = `$${find(root, culprit, kept)}`;
  throw new EdgewaterError("SerializationError", `superjson cannot write the value at ${field} without loss: ${problem}`, { field });
}

function find(root: unknown, culprit: unknown, kept: ReadonlyMap<object, Kept>): string {
  const seen = new Set<unknown>();
  const pending: Place[] = [{ value: root, up: undefined, key: "", isElement: false }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { value } = place;
    const parts = kept.get(value as object)?.parts ?? value;
    if (value === culprit || parts === culprit) return format(place);
    if (typeof parts !== "object" || parts === null || seen.has(value)) continue;
    seen.add(value);
    for (const key of Object.keys(parts).reverse())
      pending.push({ value: (parts as Record<string, unknown>)[key], up: place, key, isElement: Array.isArray(parts) });
  }
  return "";
}

function format(place: Place): string {
  let text = "";
  for (let at = place; at.up !== undefined; at = at.up) {
    const name = at.isElement ? `[${at.key}]` : /^[A-Za-z_$][\w$]*$/.test(at.key) ? `.${at.key}` : `[${JSON.stringify(at.key)}]`;
    text = name + text;
  }
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
