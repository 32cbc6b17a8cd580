import { EdgewaterError } from "../../errors.ts";
import { describe } from "../../options.ts";
import type { TableLocation } from "../store.ts";

/**
 * The error for a file of a table that cannot be believed.
 *
 * @param problem what is wrong with it, for the message: `it is missing`
 * @param cause what was thrown
 */
export function damaged({ store }: TableLocation, key: string, problem: string, cause?: unknown): EdgewaterError<"Integrity"> {
  const message = `Cannot read ${JSON.stringify(key)} in ${store.name}: ${problem}; restore the file, or the table from a copy`;
  return new EdgewaterError("Integrity", message, { store: store.name, key, cause });
}

/** A value in a log that is not what the protocol says. Those who know the file name it. */
export class ActionProblem extends Error {}

/** Says that a field is wrong. Shows numbers, and no text. */
export function wrongField(field: string, value: unknown, expected: string): ActionProblem {
  return new ActionProblem(`${field} is ${describe(value)}; expected ${expected}`);
}
