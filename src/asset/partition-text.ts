import { EdgewaterError } from "../errors.ts";
import { isWellFormed } from "./name.ts";

/** Orders texts as their UTF-8 bytes are ordered, which is by code point. */
export function compareText(left: string, right: string): number {
  for (let index = 0; index < left.length && index < right.length; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above all others. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/**
 * Checks the name of a dimension.
 *
 * @throws `PartitionError`
 */
export function checkDimension(name: string): void {
  if (name === "") refuse("The name of a dimension must not be empty");
  checkText(name, /[|,=]/, `The name ${JSON.stringify(name)} of a dimension`);
}

/**
 * The values that a key takes, sorted and distinct; `what` names them in the error.
 *
 * @throws `PartitionError`
 */
export function checkValues(values: unknown, what: string): readonly string[] {
  const list = typeof values === "string" ? [values] : values;
  if (!Array.isArray(list)) refuse(`${what} takes text or a list of texts`);
  if (list.length === 0) refuse(`${what} needs at least one value`);
  for (const value of list) {
    if (typeof value !== "string") refuse(`${what} takes text, got ${value === null ? "null" : typeof value}`);
    if (value === "") refuse(`${what} has an empty value`);
    checkText(value, /[|,]/, `The partition key ${JSON.stringify(value)}`);
  }
  return Object.freeze([...new Set<string>(list)].sort(compareText));
}

function checkText(text: string, reserved: RegExp, what: string): void {
  const found = reserved.exec(text)?.[0];
  if (found !== undefined) refuse(`${what} holds ${JSON.stringify(found)}, which separates the parts of a key`);
  if (!isWellFormed(text)) refuse(`${what} has a lone surrogate, which UTF-8 cannot carry`);
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
