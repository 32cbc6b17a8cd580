import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import type { Encoded } from "./typed-values/encoded-form.ts";

/** Characters of a path that a person would still read. */
const longestPath = 500;

/** The error of bytes that no value can be read from. */
export function damaged(problem: string, offset?: number, cause?: unknown): EdgewaterError<"SerializationError"> {
  const where = offset === undefined ? "" : ` at byte ${offset}`;
  return new EdgewaterError("SerializationError", `These bytes cannot be read as superjson${where}: ${problem}`, {
    cause,
    field: offset === undefined ? undefined : `byte ${offset}`,
  });
}

/** Runs `work`, and turns every error that is not of the family into what `wrap` makes of it. */
export function withFamilyErrors<Result>(work: () => Result, wrap: (cause: unknown) => Error): Result {
  try {
    return work();
  } catch (cause) {
    throw isEdgewaterError(cause) ? cause : wrap(cause);
  }
}

export interface Refusal {
  /** The part that cannot be written, or the object that has it under `key`. */
  readonly culprit: unknown;
  readonly key?: string | undefined;
  /** The reason and the remedy. */
  readonly problem: string;
  readonly cause?: unknown;
}

/** Where a value is, as a list from the leaf up. */
interface Place {
  readonly value: unknown;
  readonly up: Place | undefined;
  readonly key: string;
  readonly isElement: boolean;
}

/**
 * Refuses to write a part of a value. Its path is looked for only now, so that values that can be written cost no path.
 *
 * @throws `SerializationError` with the path in `field`: the expression after `$` that reaches the part, where a Map or Set
 * counts as an array of its entries
 */
export function refuse(root: unknown, { culprit, key, problem, cause }: Refusal, encoded: ReadonlyMap<unknown, Encoded>): never {
  const place = find(root, culprit, encoded) ?? { value: root, up: undefined, key: "", isElement: false };
  const field = `$${format(key === undefined ? place : { value: undefined, up: place, key, isElement: Array.isArray(culprit) })}`;
  throw new EdgewaterError("SerializationError", `superjson cannot write the value at ${field} without loss: ${problem}`, { field, cause });
}

/** The problem of a value below the deepest level that is written. */
export function tooDeep(maxDepth: number): string {
  return `it is nested more than ${maxDepth} levels deep, or in a circle; flatten the value`;
}

/** Reads no getter again: parts that were read are in `encoded`. */
function find(root: unknown, culprit: unknown, encoded: ReadonlyMap<unknown, Encoded>): Place | undefined {
  const seen = new Set<unknown>();
  const pending: Place[] = [{ value: root, up: undefined, key: "", isElement: false }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { value } = place;
    const parts: unknown = encoded.get(value)?.parts ?? value;
    if (value === culprit || parts === culprit) return place;
    if (typeof parts !== "object" || parts === null || ArrayBuffer.isView(parts) || seen.has(value)) continue;
    seen.add(value);
    for (const key of keysOf(parts).reverse()) pending.push({ value: dataAt(parts, key), up: place, key, isElement: Array.isArray(parts) });
  }
  return undefined;
}

function keysOf(parts: object): string[] {
  try {
    return Object.keys(parts);
  } catch {
    return [];
  }
}

function dataAt(parts: object, key: string): unknown {
  try {
    return Object.getOwnPropertyDescriptor(parts, key)?.value;
  } catch {
    return undefined;
  }
}

function format(place: Place): string {
  const names: string[] = [];
  for (let at = place; at.up !== undefined; at = at.up)
    names.push(at.isElement ? `[${at.key}]` : /^[A-Za-z_$][\w$]*$/.test(at.key) ? `.${at.key}` : `[${JSON.stringify(at.key)}]`);
  const text = names.reverse().join("");
  return text.length > longestPath ? `${text.slice(0, longestPath)}…` : text;
}

/** Refuses a value as a whole, when what cannot be written of it is not known. */
export function refusedWhole(problem: string, cause: unknown): EdgewaterError<"SerializationError"> {
  return new EdgewaterError("SerializationError", `superjson cannot write the value at $ without loss: ${problem}`, { field: "$", cause });
}
