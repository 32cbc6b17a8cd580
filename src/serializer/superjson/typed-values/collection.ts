/** Objects that are written as their parts: Maps, Sets, arrays with holes, objects without prototype, class instances. */
import { damaged } from "../failures.ts";
import type { RegisteredClass } from "../registry.ts";
import { attempt, count, extrasOf, list, lostSymbol, type Parts, record, setOwn, shown } from "./checks.ts";
import { collisionsIn, collisionsOf } from "./collisions.ts";
import type { Encoded } from "./encoded-form.ts";
import { ours, type Type } from "./encoded-form.ts";
import { closedType, integrityOf } from "./integrity.ts";

export interface EmptyValue {
  readonly value: object;
  /** Gives it its parts, once they are made. */
  readonly fill: () => void;
}

export function encodeMap(map: Map<unknown, unknown>): Encoded | string {
  const problem = extrasOf(map) ?? collisionsOf(Map.prototype.keys.call(map), map.size);
  return problem ?? { type: '"map"', parts: [...Map.prototype.entries.call(map)], isOpaque: false };
}

export function encodeSet(set: Set<unknown>): Encoded | string {
  const problem = extrasOf(set) ?? collisionsOf(Set.prototype.values.call(set), set.size);
  return problem ?? { type: '"set"', parts: [...Set.prototype.values.call(set)], isOpaque: false };
}

export function decodeMap(raw: unknown): EmptyValue {
  const value = new Map<unknown, unknown>();
  return filling(value, raw, (row) => {
    const entry = list(row);
    if (entry.length !== 2) throw damaged("an entry of a Map is not a key and a value");
    value.set(entry[0], entry[1]);
    return entry[0];
  });
}

export function decodeSet(raw: unknown): EmptyValue {
  const value = new Set<unknown>();
  return filling(value, raw, (element) => {
    value.add(element);
    return element;
  });
}

/** @param add - Adds a row to the value and returns its key */
function filling(value: Map<unknown, unknown> | Set<unknown>, raw: unknown, add: (row: unknown) => unknown): EmptyValue {
  const rows = list(raw);
  const fill = (): void => {
    const collisions = collisionsIn(rows.length);
    let nulls = 0;
    for (const row of rows) {
      const key = add(row);
      if (key === null) nulls++;
      const problem = collisions?.add(key);
      if (problem !== undefined) throw damaged(problem);
    }
    // The copy of a shared Map or Set may have null several times, where a circle was cut. It is dropped for the first.
    if (value.size + Math.max(nulls - 1, 0) !== rows.length) throw damaged("a Map has a key twice, or a Set an element");
  };
  return { value, fill };
}

/** What an object has of its own, read once. */
export interface Snapshot {
  readonly parts: Parts;
  /** Whether a getter was read. */
  readonly hasGetter: boolean;
}

/** Reads the properties of an object once, or says why they would be lost. */
export function snapshotOf(value: object, names: readonly string[] = Object.getOwnPropertyNames(value)): Snapshot | string {
  const [symbol] = Object.getOwnPropertySymbols(value);
  if (symbol !== undefined) return lostSymbol(symbol);
  const parts: Parts = {};
  let hasGetter = false;
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(value, name);
    if (property === undefined) continue;
    if (!property.enumerable) return lostHidden(name);
    hasGetter ||= property.get !== undefined;
    setOwn(parts, name, property.get === undefined ? property.value : (value as Parts)[name]);
  }
  return { parts, hasGetter };
}

export function lostHidden(name: string): string {
  return `its hidden property ${JSON.stringify(name)} would be lost; make it enumerable or remove it`;
}

/** Whether an array lacks some of its elements. */
export function hasHoles(array: readonly unknown[]): boolean {
  if (!array.includes(undefined)) return false;
  for (let index = 0; index < array.length; index++) if (array[index] === undefined && !Object.hasOwn(array, index)) return true;
  return false;
}

/** An array with holes or properties of its own, by its keys. */
export function encodeSparse(array: readonly unknown[]): Encoded | string {
  const snapshot = snapshotOf(
    array,
    Object.getOwnPropertyNames(array).filter((name) => name !== "length"),
  );
  return typeof snapshot === "string" ? snapshot : closed(array, ours("Array", array.length), snapshot.parts, false);
}

/** Such an array takes no more memory than its elements, whatever its length. */
export function decodeSparse(length: unknown, raw: unknown): EmptyValue {
  const parts = record(raw);
  const longest = count(length, 2 ** 32 - 1);
  const value: unknown[] = [];
  // Engines keep an array with such an element as a table, in which holes take no memory.
  Object.defineProperty(value, 0, { get: () => undefined, configurable: true });
  value.length = Math.max(longest, 1);
  delete value[0];
  value.length = longest;
  const fill = (): void => {
    for (const key of Object.keys(parts)) {
      if (key === "length" || (isArrayIndex(key) && Number(key) >= longest))
        throw damaged(`an array of length ${longest} has ${shown(key)}`);
      setOwn(value, key, parts[key]);
    }
  };
  return { value, fill };
}

function isArrayIndex(key: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1;
}

export function encodeNullObject(value: object): Encoded | string {
  const snapshot = snapshotOf(value);
  return typeof snapshot === "string" ? snapshot : closed(value, ours("Object"), snapshot.parts, false);
}

export function decodeObject(value: object, raw: unknown): EmptyValue {
  const parts = record(raw);
  const fill = (): void => {
    for (const key of Object.keys(parts)) setOwn(value, key, parts[key]);
  };
  return { value, fill };
}

/** An instance of a registered class. */
export function encodeInstance(value: object, { name, allowedProps }: RegisteredClass): Encoded | string {
  const type = JSON.stringify(["class", name]);
  if (allowedProps !== undefined) {
    const parts: Parts = {};
    for (const property of allowedProps) setOwn(parts, property, (value as Parts)[property]);
    return { type, parts, isOpaque: true };
  }
  const tag = Object.prototype.toString.call(value);
  if (
    Array.isArray(value) ||
    value instanceof Error ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Date ||
    ArrayBuffer.isView(value)
  )
    return `a class that extends a built-in one (${tag}) cannot be kept; convert it to plain data`;
  const snapshot = snapshotOf(value);
  return typeof snapshot === "string" ? snapshot : closed(value, type, snapshot.parts, true);
}

export function decodeInstance(prototype: unknown, raw: unknown): EmptyValue {
  if (typeof prototype !== "object" || prototype === null) throw damaged("a registered class has no prototype");
  return attempt(() => decodeObject(Object.create(prototype) as object, raw));
}

function closed(value: object, type: Type, parts: Parts, isOpaque: boolean): Encoded | string {
  const integrity = integrityOf(value);
  if (integrity === "mixed") return "properties that cannot be changed would come back changeable; freeze all or none";
  return { type: integrity === undefined ? type : closedType(integrity, type), parts, isOpaque };
}
