/** Misuse of options, as plain JavaScript allows it: misspelt and unknown names, and values of wrong types. */
import { isEdgewaterError } from "edgewater";
import type { Entry } from "./entries.ts";

/** Random numbers below a limit. */
export type Random = (below: number) => number;

/** Pseudo-random numbers (Marsaglia, "Xorshift RNGs", 32 bits). */
export function randomOf(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Returns the names of the options that an entry knows, as the error for an unknown one lists them. */
export async function knownOptions(entry: Entry): Promise<readonly string[]> {
  const error = await outcomeOf(entry, { ...entry.right, zzzzzzzzzzzzzzz: 1 });
  const [, names] = /its options are (.*)$/.exec(isEdgewaterError(error) ? error.message : "") ?? [];
  if (names === undefined) throw new Error(`${entry.name} accepts an unknown option: ${String(error)}`);
  return names.split(", ");
}

const letters = "abcdefghijklmnopqrstuvwxyz";

/** A name with one mistake: a letter too few, too many or wrong, two swapped, or the case. */
export function misspelt(name: string, random: Random): string {
  const at = random(name.length);
  const letter = letters[random(letters.length)] ?? "";
  const [before, here, after] = [name.slice(0, at), name[at] ?? "", name.slice(at + 1)];
  switch (random(6)) {
    case 0:
      return before + after;
    case 1:
      return before + letter + here + after;
    case 2:
      return before + letter + after;
    case 3:
      return before + (after[0] ?? "") + here + after.slice(1);
    case 4:
      return name.toLowerCase();
    default:
      return name.replace(/[A-Z]/g, (upper) => `_${upper.toLowerCase()}`);
  }
}

const plainObjects: readonly unknown[] = [{}, { a: null }, Object.create(null), new Proxy({}, {})];

/** No function accepts one of these in place of its options. */
const noOptions: readonly unknown[] = [
  null,
  0,
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1n,
  "",
  "x",
  "__proto__",
  true,
  false,
  Symbol("x"),
  [],
  [null],
  [1],
  () => undefined,
  class {},
  new Date(Number.NaN),
  /x/,
  new Map([[1, 2]]),
  new Map(),
  new Set(),
  new Date(0),
  new (class Options {})(),
  new Uint8Array(),
];

const wrongValues: readonly unknown[] = [...plainObjects, ...noOptions];

/** The result of one input: undefined when it is right. */
export type Finding = string | undefined;

/** Passes a misspelt option: the error must be of the family, name it, and name the right one if one is near. */
export async function tryMisspelling(entry: Entry, known: readonly string[], random: Random): Promise<Finding> {
  const name = known[random(known.length)] ?? "";
  const wrong = misspelt(name, random);
  if (wrong === "" || known.includes(wrong)) return undefined;
  const error = await outcomeOf(entry, { ...entry.right, [wrong]: entry.right[name] ?? 1 });
  const isNamed = isEdgewaterError(error) && error.message.includes(`Unknown option ${JSON.stringify(wrong)} of `);
  if (!isNamed) return `${entry.name}({ ${wrong} }): ${String(error)}`;
  const hint = /did you mean "(\w+)"\?|its options are /.exec(error.message);
  return hint === null ? `${entry.name}({ ${wrong} }) has no hint: ${error.message}` : undefined;
}

/**
 * Passes a value of a wrong type as an option, or in place of the options: any error must be of the family. What is no plain
 * object is refused in place of the options.
 */
export async function tryWrongType(entry: Entry, known: readonly string[], random: Random): Promise<Finding> {
  const name = known[random(known.length + 1)];
  const value = wrongValues[random(wrongValues.length)];
  const error = await outcomeOf(entry, name === undefined ? value : { ...entry.right, [name]: value });
  const mustRefuse = name === undefined && noOptions.includes(value);
  if (error === undefined ? !mustRefuse : isEdgewaterError(error)) return undefined;
  const shown = typeof value === "object" && value !== null ? Object.prototype.toString.call(value) : String(value);
  return `${entry.name}(${name === undefined ? shown : `{ ${name}: ${shown} }`}): ${error instanceof Error ? (error.stack ?? "").split("\n").slice(0, 3).join(" ") : String(error)}`;
}

/** Calls an entry. Returns what it throws; undefined when it succeeds. */
async function outcomeOf(entry: Entry, options: unknown): Promise<unknown> {
  try {
    const result = await entry.call(options as never);
    if (typeof result === "object" && result !== null && Symbol.asyncIterator in result) {
      for await (const _ of result as AsyncIterable<unknown>);
    }
    return undefined;
  } catch (error) {
    return error ?? new Error("an empty error");
  }
}
