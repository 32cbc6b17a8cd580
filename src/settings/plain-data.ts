import type { Fields, Shape } from "./shape.ts";

/** A plain object. */
export type Values = Record<string, unknown>;

/** Returns the value if it is a plain object without methods and accessors, else `undefined`. */
export function asValues(value: unknown): Values | undefined {
  if (!isPlainObject(value)) return undefined;
  const members = Object.values(Object.getOwnPropertyDescriptors(value));
  return members.some((member) => member.get ?? typeof member.value === "function") ? undefined : value;
}

/** Returns whether the value is an object without a class, also of another realm. It may have methods, as a store written as a literal. */
export function isPlainObject(value: unknown): value is Values {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** Returns the value at a path of own properties. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inside, key) => (typeof inside === "object" && inside !== null && Object.hasOwn(inside, key) ? (inside as Values)[key] : undefined),
    value,
  );
}

/** Returns the path of the first key `__proto__` in plain data. Such a key could pollute prototypes and is refused. */
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
 * Merges two objects deeply; `above` wins where it is not `undefined`. Arrays and values that are not plain data are not
 * merged. Neither object changes.
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
 * Returns a frozen copy of plain data and of the maps, sets and dates in it, so that no two handlers share them. All other
 * objects stay the same, also those given for settings that are not data, such as a store.
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
  const remember = <Copy>(copied: Copy): Copy => {
    seen.set(value, copied);
    return copied;
  };
  switch (Object.getPrototypeOf(value)) {
    case Date.prototype:
      return remember(new Date(value as Date));
    case Set.prototype: {
      const copied = remember(new Set());
      for (const item of value as Set<unknown>) copied.add(copy(item, seen));
      return copied;
    }
    case Map.prototype: {
      const copied = remember(new Map());
      for (const [key, item] of value as Map<unknown, unknown>) copied.set(key, copy(item, seen));
      return copied;
    }
  }
  if (Array.isArray(value)) {
    const copied: unknown[] = remember([]);
    for (const item of value) copied.push(copy(item, seen));
    return Object.freeze(copied);
  }
  if (!asValues(value)) return value;
  const copied: Values = remember({});
  for (const [name, item] of Object.entries(value)) {
    Object.defineProperty(copied, name, { value: copy(item, seen), enumerable: true, configurable: true, writable: true });
  }
  return Object.freeze(copied);
}
