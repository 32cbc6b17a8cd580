import { thrownText } from "../../../errors.ts";
import { damaged } from "../failures.ts";

export type Parts = Record<string, unknown>;

/** Adds a property, whatever its name, without calling a setter that the object inherits. */
export function setOwn(target: object, key: string | number, value: unknown): void {
  // Defining is several times slower.
  if (key in target) Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else (target as Parts)[key] = value;
}

/** Replaces a part of an array or object of JSON. */
export function replacePart(holder: object, key: string | number, value: unknown): void {
  if (key === "__proto__") setOwn(holder, key, value);
  else (holder as Parts)[key] = value;
}

/** Sets a property that `for in` and `Object.keys` leave out, such as the `cause` of an error. */
export function setHidden(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });
}

/** @throws `SerializationError` for anything but a string */
export function text(raw: unknown): string {
  if (typeof raw !== "string") throw damaged(`${shown(raw)} is not a string`);
  return raw;
}

/** @throws `SerializationError` for anything but an array of JSON */
export function list(raw: unknown): readonly unknown[] {
  if (!Array.isArray(raw)) throw damaged(`${shown(raw)} is not an array`);
  return raw;
}

/** @throws `SerializationError` for anything but an object of JSON */
export function record(raw: unknown): Parts {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw) || Object.getPrototypeOf(raw) !== Object.prototype)
    throw damaged(`${shown(raw)} is not an object`);
  return raw as Parts;
}

/** @throws `SerializationError` for anything but a whole number from 0 to `most` */
export function count(raw: unknown, most: number): number {
  if (typeof raw !== "number" || !Number.isInteger(raw) || raw < 0 || raw > most || Object.is(raw, -0))
    throw damaged(`${shown(raw)} is not a whole number from 0 to ${most}`);
  return raw;
}

/** What `work` returns; what it throws becomes a `SerializationError`. */
export function attempt<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    throw damaged(thrownText(cause), undefined, cause);
  }
}

/** The beginning of a value as JSON, for messages. */
export function shown(raw: unknown): string {
  if (typeof raw === "object" && raw !== null) return Array.isArray(raw) ? "an array" : "an object";
  const json = typeof raw === "bigint" ? `${raw}n` : (JSON.stringify(raw) ?? String(raw));
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

/**
 * Why an object that is not only data has something that would be lost: properties of its own, or that nothing can be added
 * to it. Undefined when there is nothing.
 *
 * @param expected - Own names that every such object has, such as `lastIndex`
 * @param reference - Makes another such object, whose symbols are those of the runtime
 */
export function extrasOf(value: object, expected: readonly string[] = [], reference?: () => object): string | undefined {
  let known: readonly symbol[] | undefined;
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === "string") {
      if (!expected.includes(key)) return `its own property ${JSON.stringify(key)} would be lost; store it beside the value`;
      continue;
    }
    known ??= reference === undefined ? [] : Object.getOwnPropertySymbols(reference());
    if (!known.includes(key)) return lostSymbol(key);
  }
  return undefined;
}

export function lostSymbol(symbol: symbol): string {
  return `its property ${String(symbol)} would be lost; use a string as the key`;
}
