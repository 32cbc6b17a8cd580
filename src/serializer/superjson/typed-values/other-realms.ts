/**
 * Which built-in class an object is of, also when it comes from another realm: an iframe or `node:vm`. Such a value is kept
 * like one of this realm, as by structured cloning.
 */
import { errorClass } from "./error.ts";
import { viewName } from "./view.ts";

/** The name of the built-in class whose direct instance an object is; `null` for one without prototype. */
export function builtInName(value: object, prototype: object | null): string | undefined {
  switch (prototype) {
    case null:
      return "null";
    case Date.prototype:
      return isDate(value) ? "Date" : undefined;
    case Map.prototype:
      return isMap(value) ? "Map" : undefined;
    case Set.prototype:
      return isSet(value) ? "Set" : undefined;
    case RegExp.prototype:
      return isRegExp(value) ? "RegExp" : undefined;
    case URL.prototype:
      return hasBrand(URL.prototype, "href", value) ? "URL" : undefined;
    case URLSearchParams.prototype:
      return isSearchParams(value) ? "URLSearchParams" : undefined;
    case Blob.prototype:
      return hasBrand(Blob.prototype, "size", value) ? "Blob" : undefined;
    case File.prototype:
      return hasBrand(Blob.prototype, "size", value) ? "File" : undefined;
    default:
      return viewOf(value, prototype) ?? errorOf(value, prototype) ?? foreignName(value, prototype);
  }
}

function viewOf(value: object, prototype: object): string | undefined {
  const name = viewName(value);
  if (name === "Buffer") return name;
  return name !== undefined && isClass(prototype, name) ? name : undefined;
}

function errorOf(value: object, prototype: object): string | undefined {
  if (isClass(prototype, "DOMException")) return hasBrand(prototype, "name", value) ? "DOMException" : undefined;
  if (!isError(value)) return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(prototype, "name")?.value;
  return typeof name === "string" && (errorClass(name) !== undefined || name === "SuppressedError") && isClass(prototype, name)
    ? name
    : undefined;
}

/** Whether a prototype is that of a built-in class of this name, in this realm or another. */
function isClass(prototype: object, name: string): boolean {
  if ((globalThis as unknown as Readonly<Record<string, { prototype?: unknown } | undefined>>)[name]?.prototype === prototype) return true;
  const Class: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof Class === "function" && Class.name === name && Class.prototype === prototype && isNative(Class);
}

function isNative(Class: object): boolean {
  return /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(Class));
}

const foreignNames: Readonly<Record<string, (value: object) => boolean>> = {
  Date: isDate,
  Map: isMap,
  Set: isSet,
  RegExp: isRegExp,
};

function foreignName(value: object, prototype: object): string | undefined {
  for (const [name, isOne] of Object.entries(foreignNames)) if (isClass(prototype, name)) return isOne(value) ? name : undefined;
  return undefined;
}

/** Whether a prototype is `Object.prototype` of another realm. */
export function isForeignObject(prototype: object | null): boolean {
  return prototype !== null && Object.getPrototypeOf(prototype) === null && isClass(prototype, "Object");
}

/** Whether a prototype is `Array.prototype` of another realm. */
export function isForeignArray(prototype: object | null): boolean {
  return prototype !== null && Array.isArray(prototype) && isClass(prototype, "Array");
}

/** Whether a method or getter of a built-in class accepts a value as its own. */
function accepts(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function isDate(value: object): boolean {
  return accepts(() => Date.prototype.getTime.call(value));
}

function isMap(value: object): boolean {
  return accepts(() => Map.prototype.has.call(value as Map<unknown, unknown>, undefined));
}

function isSet(value: object): boolean {
  return accepts(() => Set.prototype.has.call(value as Set<unknown>, undefined));
}

function isRegExp(value: object): boolean {
  return hasBrand(RegExp.prototype, "source", value);
}

function isSearchParams(value: object): boolean {
  return accepts(() => URLSearchParams.prototype.has.call(value as URLSearchParams, ""));
}

function isError(value: object): boolean {
  const { isError: test } = Error as { readonly isError?: (value: unknown) => boolean };
  return test?.(value) ?? Object.prototype.toString.call(value) === "[object Error]";
}

function hasBrand(prototype: object, getter: string, value: object): boolean {
  const get = Object.getOwnPropertyDescriptor(prototype, getter)?.get;
  return get === undefined || accepts(() => get.call(value));
}
