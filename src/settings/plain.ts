import type { Fields, Shape } from "./shape.ts";

/** An object with names and values and nothing else. */
export type Values = Record<string, unknown>;

/** The object when it is plain data: made by a literal or `JSON.parse`, here or in another realm, without methods or accessors. */
export function asValues(value: unknown): Values | undefined {
  if (!isPlainObject(value)) return undefined;
  const members = Object.values(Object.getOwnPropertyDescriptors(value));
  return members.some((member) => member.get ?? typeof member.value === "function") ? undefined : value;
}

/** Tells whether it is an object of no class. A store written as a literal is one, and is still no plain data. */
export function isPlainObject(value: unknown): value is Values {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** What is at a path, never an inherited property. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inside, key) => (typeof inside === "object" && inside !== null && Object.hasOwn(inside, key) ? (inside as Values)[key] : undefined),
    value,
  );
}

/** Where plain data has a key `__proto__`, which no setting needs and an attacker wants. */
export function findProto(value: unknown, path: readonly string[] = [], seen: Set<unknown> = new Set()): readonly string[] | undefined {
  const inside = Array.isArray(value) ? value : asValues(value);
  if (inside === undefined || seen.has(inside)) return undefined;
  seen.add(inside);
  for (const key of Object.keys(inside)) {
    const at = [...path, key];
    if (key === "__proto__") return at;
    const found = findProto((inside as Values)[key], at, seen);
    if (found) return found;
  }
  return undefined;
}

/**
 * Two objects as one, deeply; `above` wins where it is not undefined. Arrays, and whatever is not plain data, are taken
 * whole. Neither object is changed.
 */
export function merge(below: Values, above: Values, fields?: Fields): Values {
  const merged = { ...below };
  for (const [name, value] of Object.entries(above)) {
    if (value === undefined || name === "__proto__") continue;
    const [lower, upper] = [asValues(merged[name]), asValues(value)];
    const inside = fields?.get(name)?.fields;
    merged[name] = upper && (lower ?? inside) ? merge(lower ?? {}, upper, inside) : value;
  }
  return merged;
}

/**
 * A frozen copy of plain data, and of the maps, sets and dates in it: nothing that two handlers share. Everything else
 * is the same object as before, and so is what was given for a setting that is no data, such as a store.
 */
export function frozenCopy(value: unknown, shape: Shape, given: unknown): unknown {
  const seen = new Map<unknown, unknown>();
  const keep = ({ kinds, fields }: Shape, upper: unknown): void => {
    if (kinds.includes("value") && typeof upper === "object") seen.set(upper, upper);
    for (const [name, field] of fields ?? []) keep(field, valueAt(upper, [name]));
  };
  keep(shape, given);
  return copy(value, seen);
}

function copy(value: unknown, seen: Map<unknown, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const remember = <Copy>(made: Copy): Copy => {
    seen.set(value, made);
    return made;
  };
  switch (Object.getPrototypeOf(value)) {
    case Date.prototype:
      return remember(new Date(value as Date));
    case Set.prototype: {
      const made = remember(new Set());
      for (const item of value as Set<unknown>) made.add(copy(item, seen));
      return made;
    }
    case Map.prototype: {
      const made = remember(new Map());
      for (const [key, item] of value as Map<unknown, unknown>) made.set(key, copy(item, seen));
      return made;
    }
  }
  if (Array.isArray(value)) {
    const made: unknown[] = remember([]);
    for (const item of value) made.push(copy(item, seen));
    return Object.freeze(made);
  }
  if (!asValues(value)) return value;
  const made: Values = remember({});
  for (const [name, item] of Object.entries(value)) {
    Object.defineProperty(made, name, { value: copy(item, seen), enumerable: true, configurable: true, writable: true });
  }
  return Object.freeze(made);
}
