/**
 * Options: checks of the objects of options that callers pass.
 *
 * @module
 */
import { EdgewaterError, type ErrorCode } from "./errors.ts";

/** What an option accepts. `undefined` always passes, unless the option is required. */
export interface OptionKind {
  /** The accepted values, for the message: `a string`. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  readonly isRequired?: true;
  /** The kinds of the members of an object. */
  readonly fields?: Readonly<Record<string, OptionKind>>;
}

/** The kind of every option of an object of options. The compiler compares the names with the type of the options. */
export type OptionKinds<Options> = { readonly [Name in keyof Options]-?: OptionKind };

/** Any value; for options that have a check of their own. */
export const anyValue: OptionKind = { expected: "any value", accepts: () => true };
export const aString: OptionKind = { expected: "a string", accepts: (value) => typeof value === "string" };
export const aName: OptionKind = {
  expected: "a string that is not empty",
  accepts: (value) => typeof value === "string" && value !== "",
};
export const aBoolean: OptionKind = { expected: "true or false", accepts: (value) => typeof value === "boolean" };
export const aNumber: OptionKind = { expected: "a number", accepts: (value) => typeof value === "number" };
/** A function that can be called, so no class. */
export const aFunction: OptionKind = { expected: "a function", accepts: (value) => typeof value === "function" && !isClass(value) };
export const anArray: OptionKind = { expected: "an array", accepts: Array.isArray };
/** Any object, also an instance of a class. */
export const anObject: OptionKind = { expected: "an object", accepts: isObject };
/** An object that only holds values: no array, no function, no instance of a class such as a Map or a Date. */
export const aPlainObject: OptionKind = { expected: "a plain object", accepts: isPlain };
export const aDate: OptionKind = {
  expected: "a valid Date",
  accepts: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
};
export const aURL: OptionKind = { expected: "a URL", accepts: (value) => typeof value === "string" || value instanceof URL };
export const aSignal: OptionKind = {
  expected: "an AbortSignal",
  accepts: (value) => isObject(value) && typeof value["aborted"] === "boolean" && typeof value["addEventListener"] === "function",
};
export const stringRecord: OptionKind = {
  expected: "a plain object whose values are strings",
  accepts: (value) => isPlain(value) && Object.values(value).every((each) => typeof each === "string"),
};

/** An array whose items are all of one kind. */
export function arrayOf(item: OptionKind): OptionKind {
  return { expected: `an array; each item is ${item.expected}`, accepts: (value) => Array.isArray(value) && value.every(item.accepts) };
}

/** A whole number that is not smaller than this. */
export function wholeNumber(least: number): OptionKind {
  return { expected: `a whole number, ${least} or more`, accepts: (value) => Number.isSafeInteger(value) && Number(value) >= least };
}

/** A limit: a whole number from 1 on, or infinity for none. */
export const aLimit: OptionKind = {
  expected: "a whole number, 1 or more",
  accepts: (value) => value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && Number(value) > 0),
};

/** A time limit. The longest is that of a timer, 24.8 days. */
export const aDuration: OptionKind = {
  expected: "a number of milliseconds above 0 and up to 2147483647, or Infinity for no limit",
  accepts: (value) => value === Number.POSITIVE_INFINITY || (typeof value === "number" && value > 0 && value < 2 ** 31),
};

/** A plain object with these members. */
export function objectOf<Members>(fields: OptionKinds<Members>): OptionKind {
  return { ...aPlainObject, fields };
}

/** One of some values. */
export function oneOf(...values: readonly unknown[]): OptionKind {
  const shown = values.map((value) => JSON.stringify(value));
  const expected = shown.length === 1 ? `${shown[0]}` : `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
  return { expected, accepts: (value) => values.includes(value) };
}

/** An object with these methods. */
export function withMethods(what: string, ...methods: readonly string[]): OptionKind {
  return {
    expected: `${what} (an object with the methods ${methods.join(", ")})`,
    accepts: (value) => isObject(value) && methods.every((method) => typeof value[method] === "function"),
  };
}

/** One kind or another. */
export function either(first: OptionKind, second: OptionKind): OptionKind {
  return { expected: `${first.expected} or ${second.expected}`, accepts: (value) => first.accepts(value) || second.accepts(value) };
}

/** An option that must be given. */
export function required(kind: OptionKind): OptionKind {
  return { ...kind, isRequired: true };
}

/**
 * Checks an object of options: it is an object, every name is known, every value is of its kind, and no required option is
 * missing. The error names the option, and the nearest known one for an unknown name. It shows no text that was passed as a
 * value, which may be a secret.
 *
 * @param owner the function or class that takes the options, for the message: `Repository.open`
 * @throws an error with this code
 *
 * @example
 * ```ts
 * const kinds: OptionKinds<PruneOptions> = { before: required(aNumber), keep: aNumber, dryRun: aBoolean, signal: aSignal };
 * checkOptions("storage.prune", options, kinds);
 * ```
 */
export function checkOptions<Options>(
  owner: string,
  options: unknown,
  kinds: OptionKinds<Options>,
  code: ErrorCode = "SettingsError",
  details: { readonly store?: string; readonly asset?: string } = {},
): void {
  const problem = problemOf(owner, options, kinds);
  if (problem !== undefined) throw new EdgewaterError(code, problem.message, { ...details, field: problem.field });
}

/** An invalid option and the message about it. */
interface Problem {
  readonly field: string | undefined;
  readonly message: string;
}

/** Builds no text unless there is a problem, because verbs of stores call it for every object. */
function problemOf(owner: string, options: unknown, kinds: Readonly<Record<string, OptionKind>>): Problem | undefined {
  if (!isPlain(options)) {
    return { field: undefined, message: `Invalid options of ${owner}: ${describe(options)}; expected ${aPlainObject.expected}` };
  }
  for (const field in options) {
    const kind = Object.hasOwn(kinds, field) ? kinds[field] : undefined;
    if (kind === undefined) return { field, message: unknownOption(owner, field, Object.keys(kinds)) };
    const value = options[field];
    if (value === undefined) continue;
    const inside = kind.fields === undefined ? undefined : problemOf(`${owner}.${field}`, value, kind.fields);
    if (inside !== undefined) return { ...inside, field: inside.field === undefined ? field : `${field}.${inside.field}` };
    if (kind.accepts(value)) continue;
    return { field, message: `Invalid ${field} of ${owner}: ${describe(value)}; expected ${kind.expected}` };
  }
  for (const field in kinds) {
    const kind = kinds[field];
    if (kind?.isRequired && options[field] === undefined) {
      return { field, message: `Missing ${field} of ${owner}; expected ${kind.expected}` };
    }
  }
  return undefined;
}

function unknownOption(owner: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint =
    near !== undefined ? `did you mean ${JSON.stringify(near)}?` : known.length > 0 ? `its options are ${known.join(", ")}` : "it has none";
  return `Unknown option ${JSON.stringify(name)} of ${owner}; ${hint}`;
}

/**
 * Checks one argument or option.
 *
 * @throws an error with this code that names the field and what it expects
 */
export function checkValue(owner: string, field: string, value: unknown, kind: OptionKind, code: ErrorCode = "SettingsError"): void {
  if (value === undefined ? !kind.isRequired : kind.accepts(value)) return;
  throw new EdgewaterError(code, `Invalid ${field} of ${owner}: ${describe(value)}; expected ${kind.expected}`, { field });
}

/** Describes a value of a wrong type in a message, without its text, which may be a secret. */
export function describe(value: unknown): string {
  if (value === null || ["undefined", "boolean", "number", "bigint"].includes(typeof value)) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return `a ${isClass(value) ? "class" : typeof value}`;
  const name = classOf(value as object)?.name;
  return typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object";
}

/** Returns whether a value is a class, as its source shows. */
export function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class[\s{/]/.test(Function.prototype.toString.call(value));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Returns whether a value is an object without a class, also one of another realm and one that inherits from such an object. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value) && classOf(value) === undefined;
}

/** The class of an object; undefined for a plain one. The last prototype of a chain is that of all objects of a realm. */
function classOf(value: object): { readonly name?: unknown } | undefined {
  let prototype: object | null = Object.getPrototypeOf(value);
  while (prototype !== null) {
    const next: object | null = Object.getPrototypeOf(prototype);
    if (next !== null && Object.hasOwn(prototype, "constructor")) return prototype.constructor;
    prototype = next;
  }
  return undefined;
}

/** The numbers that an option accepts. */
export interface Accepted {
  readonly least: number;
  /** Default: no upper limit. */
  readonly most?: number;
  /** Whether `Infinity` is accepted. Default: false. */
  readonly infinite?: boolean;
  /** Whether fractions are accepted. Default: false. */
  readonly fractions?: boolean;
  /** The unit, for the message: `bytes`, `milliseconds`. */
  readonly unit?: string;
}

/**
 * Checks a number in options; undefined is the default and passes.
 *
 * @param owner the store or function that the option belongs to, for the message
 * @throws an error with this code that names the option, its value and what is accepted
 */
export function checkNumber(
  owner: string,
  field: string,
  value: number | undefined,
  { least, most = Number.MAX_VALUE, infinite = false, fractions = false, unit }: Accepted,
  code: ErrorCode = "SettingsError",
): void {
  if (value === undefined) return;
  if (infinite && value === Number.POSITIVE_INFINITY) return;
  const isNumber = fractions ? typeof value === "number" : Number.isInteger(value);
  if (isNumber && value >= least && value <= most) return;
  const kind = `a ${fractions ? "" : "whole "}number${unit === undefined ? "" : ` of ${unit}`}`;
  const range = most === Number.MAX_VALUE ? `${least} or more` : `from ${least} to ${most}`;
  const shown = typeof value === "string" ? JSON.stringify(value) : describe(value);
  throw new EdgewaterError(code, `Invalid ${field} of ${owner}: ${shown}; expected ${kind}, ${range}`, { field });
}

/** Returns the most similar known name; `undefined` when more than a third of its letters differ. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const ranked = known
    .map((each) => ({ each, steps: distance(plain(name), plain(each)) }))
    .filter(({ each, steps }) => steps <= Math.max(1, Math.floor(each.length / 3)) && steps < each.length)
    .sort((left, right) => left.steps - right.steps);
  return ranked[0]?.each;
}

/** Returns the number of insertions, deletions, replacements and swaps of neighbours between two texts. */
function distance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 10) return Number.POSITIVE_INFINITY;
  let [before, row]: number[][] = [[], Array.from({ length: right.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      const swapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      const steps = [(row?.[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row?.[j - 1] ?? 0) + (same ? 0 : 1)];
      next.push(Math.min(...steps, swapped ? (before?.[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY));
    }
    [before, row] = [row, next];
  }
  return row?.at(-1) ?? 0;
}
