import { damaged } from "../failures.ts";
import { lostSymbol, type Parts, record, setHidden, setOwn, shown, text } from "./checks.ts";
import type { Encoded } from "./encoded-form.ts";
import { ours } from "./encoded-form.ts";
import { closedType, integrityOf } from "./integrity.ts";

/** Where an error was thrown, which is not kept: it names files of one machine. */
const whereThrown = new Set([
  "stack",
  "line",
  "column",
  "sourceURL",
  "originalLine",
  "originalColumn",
  "fileName",
  "lineNumber",
  "columnNumber",
]);

type ErrorClass = new (...args: unknown[]) => Error;

const errorClasses = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  ...(typeof SuppressedError === "function" && { SuppressedError }),
};

/** The error classes of the language. No other is called, whatever the bytes say. */
export function errorClass(name: string): ErrorClass | undefined {
  return Object.hasOwn(errorClasses, name) ? (errorClasses as unknown as Readonly<Record<string, ErrorClass>>)[name] : undefined;
}

/**
 * superjson's form of an `Error` where that gives it back; a like form for the other classes; and our own form, which also
 * says which properties are hidden, for all that is unusual.
 *
 * @param className - `DOMException`, or a class of the language
 * @param allowed - The properties beside name, message and cause that superjson writes
 */
export function encodeError(error: Error, className: string, allowed: readonly string[]): Encoded | string {
  const own = new Map<string, PropertyDescriptor>();
  // Some runtimes keep name and message of a DOMException in properties or symbols of its own.
  const usual = className === "DOMException" ? new DOMException() : {};
  for (const name of Object.getOwnPropertyNames(error)) {
    if (Object.hasOwn(usual, name) && name !== "cause") continue;
    const property = Object.getOwnPropertyDescriptor(error, name);
    if (property === undefined || (whereThrown.has(name) && !(property.enumerable && name !== "stack")) || isEngines(name, property))
      continue;
    own.set(name, { ...property, value: property.get === undefined ? property.value : (error as unknown as Parts)[name] });
  }
  const known = Object.getOwnPropertySymbols(usual);
  for (const symbol of Object.getOwnPropertySymbols(error))
    if (!known.includes(symbol) && Object.getOwnPropertyDescriptor(error, symbol)?.enumerable) return lostSymbol(symbol);
  const closed = integrityOf(error);
  // Bun has properties in its own errors that cannot be deleted.
  const isChangeable = Object.isExtensible(error) && [...own.values()].every(({ get, set, writable }) => writable || get || set);
  const integrity = closed === "mixed" && isChangeable ? undefined : closed;
  if (integrity === "mixed") return "properties of an error that cannot be changed would come back changeable";
  const encoded = encodeUsual(error, className, own, allowed) ?? encodeUnusual(className, own);
  return integrity === undefined ? encoded : { ...encoded, type: closedType(integrity, encoded.type) };
}

/** Functions and accessors that a runtime hides in its own errors, such as `toString` of Node's. */
function isEngines(name: string, { enumerable, value }: PropertyDescriptor): boolean {
  return !enumerable && typeof value === "function" && !language.has(name);
}

/** What the language gives an error. */
const language = new Set(["name", "message", "cause", "errors", "error", "suppressed"]);

type PartsEncoded = Extract<Encoded, { readonly parts: object }>;

function encodeUsual(
  error: Error,
  className: string,
  own: ReadonlyMap<string, PropertyDescriptor>,
  allowed: readonly string[],
): PartsEncoded | undefined {
  const message = own.get("message");
  const name = own.get("name");
  if (className === "DOMException" || className === "SuppressedError") return undefined;
  const inherited: unknown = (Object.getPrototypeOf(error) as Error).name;
  if (message === undefined || message.enumerable || typeof message.value !== "string") return undefined;
  if (name !== undefined && (!name.enumerable || typeof name.value !== "string" || name.value === inherited)) return undefined;
  const parts: Parts = { name: name?.value ?? inherited, message: message.value };
  if (typeof parts["name"] !== "string") return undefined;
  const hidden = className === "AggregateError" ? ["cause", "errors"] : ["cause"];
  const extras: string[] = [];
  for (const [key, { enumerable, value }] of own) {
    if (key === "message" || key === "name") continue;
    if (hidden.includes(key) === enumerable) return undefined;
    if (key === "__proto__") return undefined;
    if (enumerable) extras.push(key);
    else if (key === "cause") parts["cause"] = value;
  }
  if (className === "AggregateError") {
    if (!own.has("errors")) return undefined;
    parts["errors"] = own.get("errors")?.value;
  }
  if (className === "Error" && extras.every((key) => allowed.includes(key) && own.get(key)?.value !== undefined)) {
    for (const key of allowed) if (!(key in parts)) parts[key] = key === "stack" ? error.stack : own.get(key)?.value;
    return { type: '"Error"', parts, isOpaque: true };
  }
  for (const key of extras) parts[key] = own.get(key)?.value;
  return { type: ours(className), parts, isOpaque: true };
}

/** `["edgewater","error",class,hidden]`: all that an error has of its own, and which of it is hidden. */
function encodeUnusual(className: string, own: ReadonlyMap<string, PropertyDescriptor>): PartsEncoded {
  const parts: Parts = {};
  const hidden: string[] = [];
  for (const [key, { enumerable, value }] of own) {
    setOwn(parts, key, value);
    if (!enumerable) hidden.push(key);
  }
  return { type: ours("error", className, hidden), parts, isOpaque: true };
}

/** What is written for a `DOMException`, whose name and message are not properties of its own. */
export function encodeDOMException(exception: DOMException): Encoded | string {
  const encoded = encodeError(exception, "DOMException", []);
  if (typeof encoded === "string" || encoded.parts === undefined) return encoded;
  return { ...encoded, type: encoded.type, parts: { "": [exception.name, exception.message], ...encoded.parts } };
}

export interface EmptyError {
  readonly value: Error;
  readonly fill: () => void;
}

/** An error of superjson's form, or of the like form of another class. */
export function decodeError(name: string, raw: unknown, allowed: readonly string[]): EmptyError {
  const parts = record(raw);
  const message = text(parts["message"]);
  const ownName = text(parts["name"]);
  const value = emptyError(name, [message]);
  setHidden(value, "stack", `${ownName}: ${message}`);
  if (ownName !== value.name) setOwn(value, "name", ownName);
  return {
    value,
    fill: () => {
      for (const key of Object.keys(parts)) {
        if (key === "name" || key === "message") continue;
        // superjson writes every property that is allowed, also of errors that do not have it.
        if (name === "Error" && parts[key] === undefined && allowed.includes(key)) continue;
        const isHidden = key === "cause" || key === "stack" || (key === "errors" && name === "AggregateError");
        if (isHidden) setHidden(value, key, parts[key]);
        else setOwn(value, key, parts[key]);
      }
    },
  };
}

/** An error of our own form. */
export function decodeUnusualError([className, hidden]: readonly unknown[], raw: unknown): EmptyError {
  const parts = record(raw);
  if (!Array.isArray(hidden) || !hidden.every((key) => typeof key === "string" && Object.hasOwn(parts, key)))
    throw damaged("the hidden properties of an error are not a list of its properties");
  const names = new Set<unknown>(hidden);
  const isException = className === "DOMException";
  const value = isException ? emptyException(parts[""]) : emptyError(text(className), []);
  if (!isException) {
    // The constructors of these give what none may have.
    for (const key of ["message", "errors", "error", "suppressed"]) delete (value as unknown as Parts)[key];
  }
  if (!Object.hasOwn(parts, "stack"))
    setHidden(value, "stack", `${value.name}: ${typeof parts["message"] === "string" ? parts["message"] : value.message}`);
  return {
    value,
    fill: () => {
      for (const key of Object.keys(parts)) {
        if (isException && key === "") continue;
        if (names.has(key)) setHidden(value, key, parts[key]);
        else setOwn(value, key, parts[key]);
      }
    },
  };
}

function emptyException(raw: unknown): Error {
  if (!Array.isArray(raw) || raw.length !== 2) throw damaged("a DOMException has no name and message");
  if (typeof DOMException !== "function") throw damaged("this runtime has no DOMException");
  return new DOMException(text(raw[1]), text(raw[0]));
}

function emptyError(name: string, messages: readonly string[]): Error {
  const Class = errorClass(name);
  if (Class === undefined) throw damaged(`${shown(name)} is not an error class of this runtime`);
  if (name === "AggregateError") return new Class([], ...messages);
  return name === "SuppressedError" ? new Class(undefined, undefined, ...messages) : new Class(...messages);
}
