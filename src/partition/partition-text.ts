import { compareUtf8, isWellFormed } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";

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
  return Object.freeze([...new Set<string>(list)].sort(compareUtf8));
}

function checkText(text: string, reserved: RegExp, what: string): void {
  const found = reserved.exec(text)?.[0];
  if (found !== undefined) refuse(`${what} holds ${JSON.stringify(found)}, which separates the parts of a key`);
  if (!isWellFormed(text)) refuse(`${what} has a lone surrogate, which UTF-8 cannot carry`);
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
