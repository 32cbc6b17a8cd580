import { damaged } from "../failures.ts";
import { shown } from "./checks.ts";
import { ours, type Type } from "./encoded-form.ts";

/** How far an object is closed: `Object.freeze`, `Object.seal` or `Object.preventExtensions`. */
export type Integrity = "frozen" | "sealed" | "closed";

/** What closes an object, by the names that are written. */
const closing: Readonly<Record<Integrity, (value: object) => void>> = {
  frozen: Object.freeze,
  sealed: Object.seal,
  closed: Object.preventExtensions,
};

/** How far an object is closed; `mixed` when single properties of it cannot be changed, which is not kept. */
export function integrityOf(value: object): Integrity | "mixed" | undefined {
  if (Object.isFrozen(value)) return "frozen";
  const own = Object.getOwnPropertyDescriptors(value) as Readonly<Record<string, PropertyDescriptor>>;
  // An array's length and a RegExp's lastIndex are never configurable.
  const all = Object.entries(own).filter(
    ([name]) => !(name === "length" && Array.isArray(value)) && !(name === "lastIndex" && isRegExp(value)),
  );
  const isWritable = Object.values(own).every(({ get, set, writable }) => writable || get !== undefined || set !== undefined);
  if (!isWritable) return "mixed";
  if (all.every(([, { configurable }]) => configurable)) return Object.isExtensible(value) ? undefined : "closed";
  return Object.isSealed(value) ? "sealed" : "mixed";
}

function isRegExp(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object RegExp]";
}

/** The annotation of a closed object, around that of what it is. */
export function closedType(integrity: Integrity, type: Type | undefined): Type {
  return type === undefined ? ours(integrity) : `${ours(integrity).slice(0, -1)},${type}]`;
}

export function isIntegrity(name: unknown): name is Integrity {
  return typeof name === "string" && Object.hasOwn(closing, name);
}

/** Closes an object after it has got its parts. */
export function close(value: unknown, integrity: Integrity): void {
  if (typeof value !== "object" || value === null) throw damaged(`${shown(value)} cannot be ${integrity}`);
  closing[integrity](value);
}
