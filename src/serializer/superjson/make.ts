import { fromBase64 } from "../../encoding/base64.ts";
import { damaged } from "./damaged.ts";
import type { Settings } from "./options.ts";

/** A value that was made, perhaps still empty so that its parts can refer to it. */
export interface Made {
  readonly value: unknown;
  /** Gives it its parts, once they are made. */
  readonly fill?: (() => void) | undefined;
}

type Parts = Record<string, unknown>;

/** Makes a value of what was written in its place. Nothing is called but constructors of the language. */
export function make(type: unknown, raw: unknown, buffers: readonly Uint8Array<ArrayBuffer>[], settings: Settings): Made {
  if (!Array.isArray(type)) return makeSimple(type, raw, settings);
  const [family, name, ...details] = type as unknown[];
  if (typeof name !== "string") throw damaged(`it has an annotation without a name: ${JSON.stringify(type)}`);
  switch (family) {
    case "symbol":
      return { value: registered(settings.symbols, "symbol", name) };
    case "class":
      return withParts(Object.create(registered(settings.classes, "class", name).prototype as object) as object, raw);
    case "typed-array":
      return { value: makeNumbers(name, list(raw)) };
    case "edgewater":
      return makeOurs(String(name), details, raw, buffers);
    default:
      throw damaged(`it has an annotation that is not known here: ${JSON.stringify(type)}`);
  }
}

function makeSimple(type: unknown, raw: unknown, settings: Settings): Made {
  switch (type) {
    case "undefined":
      return { value: undefined };
    case "number":
      return { value: Number(text(raw)) };
    case "bigint":
      return { value: attempt(() => BigInt(text(raw))) };
    case "Date":
      return { value: makeDate(raw) };
    case "URL":
      return { value: attempt(() => new URL(text(raw))) };
    case "regexp":
      return { value: makeRegExp(text(raw), settings) };
    case "set": {
      const value = new Set();
      const fill = (): void => {
        for (const element of list(raw)) value.add(element);
      };
      return { value, fill };
    }
    case "map": {
      const value = new Map();
      const fill = (): void => {
        for (const row of list(raw)) value.set(...(list(row) as [unknown, unknown]));
      };
      return { value, fill };
    }
    case "Error":
      return makeError("Error", raw);
    default:
      throw damaged(`it has an annotation that is not known here: ${JSON.stringify(type)}`);
  }
}

/** The usual dates by arithmetic, which is faster than the parser of any engine. */
export function makeDate(raw: unknown): Date {
  const iso = text(raw);
  const value = new Date(usualTime(iso) ?? iso);
  if (Number.isNaN(value.getTime())) throw damaged(`${JSON.stringify(raw)} is no date`);
  return value;
}

const template = "0000-00-00T00:00:00.000Z";

/** Milliseconds of what `Date.prototype.toISOString` writes for years of four digits and the days to the 28th. */
function usualTime(iso: string): number | undefined {
  if (iso.length !== template.length) return undefined;
  for (let index = 0; index < template.length; index++) {
    const [code, expected] = [iso.charCodeAt(index), template.charCodeAt(index)];
    if (expected === 48 ? code < 48 || code > 57 : code !== expected) return undefined;
  }
  const [year, month, day] = [number(iso, 0, 4), number(iso, 5, 7), number(iso, 8, 10)];
  const [hour, minute, second, millisecond] = [number(iso, 11, 13), number(iso, 14, 16), number(iso, 17, 19), number(iso, 20, 23)];
  const isUsual = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60;
  return isUsual ? Date.UTC(year, month - 1, day, hour, minute, second, millisecond) : undefined;
}

/** Of what are all digits. */
function number(text: string, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index++) value = 10 * value + text.charCodeAt(index) - 48;
  return value;
}

/** Sets a property, whatever its name. */
export function setOwn(target: object, key: string | number, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else (target as Record<string | number, unknown>)[key] = value;
}

function makeOurs(name: string, details: readonly unknown[], raw: unknown, buffers: readonly Uint8Array<ArrayBuffer>[]): Made {
  switch (name) {
    case "Date":
      return { value: new Date(Number.NaN) };
    case "URLSearchParams":
      return { value: new URLSearchParams(text(raw)) };
    case "Object":
      return withParts(Object.create(null) as object, raw);
    case "Array": {
      const value: unknown[] = [];
      value.length = attempt(() => new Array(Number(details[0])).length);
      return withParts(value, raw);
    }
    case "Blob":
      return { value: new Blob([bytesOf(raw, buffers)], { type: text(details[0]) }) };
    case "File":
      if (typeof details[2] !== "number") throw damaged("a File has no time");
      return {
        value: new File([bytesOf(raw, buffers)], text(details[1]), { type: text(details[0]), lastModified: details[2] as number }),
      };
    default:
      return /Error$/.test(name) ? makeError(name, raw) : { value: makeView(name, bytesOf(raw, buffers)) };
  }
}

function withParts(value: object, raw: unknown): Made {
  const parts = record(raw);
  const fill = (): void => {
    for (const key of Object.keys(parts)) setOwn(value, key, parts[key]);
  };
  return { value, fill };
}

function makeError(name: string, raw: unknown): Made {
  const parts = record(raw);
  const BuiltIn = builtIn(name);
  const value = (name === "AggregateError" ? new BuiltIn([], text(parts["message"])) : new BuiltIn(text(parts["message"]))) as Error;
  const own = text(parts["name"]);
  // Where an error was thrown is not kept: it names files of one machine.
  Object.defineProperty(value, "stack", { value: `${own}: ${value.message}`, writable: true, configurable: true, enumerable: false });
  if (own !== value.name) value.name = own;
  return {
    value,
    fill: () => {
      for (const key of Object.keys(parts)) {
        const isHidden = key === "cause" || (key === "errors" && name === "AggregateError");
        if (isHidden) Object.defineProperty(value, key, { value: parts[key], writable: true, configurable: true, enumerable: false });
        else if (key !== "name" && key !== "message") setOwn(value, key, parts[key]);
      }
    },
  };
}

function makeRegExp(source: string, { regExps }: Settings): RegExp {
  if (!regExps) throw damaged("it holds a regular expression, and they are switched off here");
  const end = source.lastIndexOf("/");
  return attempt(() => new RegExp(source.slice(1, end), source.slice(end + 1)));
}

function makeNumbers(name: unknown, numbers: readonly unknown[]): unknown {
  if (!/^(Uint8Clamped|Uint8|Int8|Uint16|Int16|Uint32|Int32|Float32|Float64)Array$/.test(String(name)))
    throw damaged(`it has a typed array of ${JSON.stringify(name)}`);
  if (numbers.some((number) => typeof number !== "number"))
    throw damaged(`a ${String(name)} holds what is no number: superjson lost it when it was written`);
  return new (builtIn(String(name)))(numbers);
}

function makeView(name: string, bytes: Uint8Array<ArrayBuffer>): unknown {
  if (!/^(ArrayBuffer|DataView|Uint8ClampedArray|(Big)?(Ui|I)nt\d+Array|Float\d+Array)$/.test(name))
    throw damaged(`it has an annotation that is not known here: ${name}`);
  const { buffer, byteOffset, byteLength } = bytes;
  if (name === "ArrayBuffer") return buffer.slice(byteOffset, byteOffset + byteLength);
  const BuiltIn = builtIn(name);
  const size = BuiltIn.BYTES_PER_ELEMENT ?? 1;
  if (byteLength % size !== 0) throw damaged(`a ${name} has ${byteLength} bytes`);
  // Bytes that a store hands out in the middle of a larger buffer may not lie as numbers must.
  return byteOffset % size === 0 ? new BuiltIn(buffer, byteOffset, byteLength / size) : new BuiltIn(bytes.slice().buffer);
}

interface Constructor {
  readonly BYTES_PER_ELEMENT?: number;
  new (...args: unknown[]): unknown;
}

function builtIn(name: string): Constructor {
  const found = (globalThis as unknown as Record<string, Constructor | undefined>)[name];
  if (typeof found !== "function") throw damaged(`this runtime has no ${name}`);
  return found;
}

function bytesOf(raw: unknown, buffers: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (typeof raw === "string") return attempt(() => fromBase64(raw));
  const buffer = typeof raw === "number" ? buffers[raw] : undefined;
  if (buffer === undefined) throw damaged(`there is no buffer ${JSON.stringify(raw)}`);
  return buffer;
}

function registered<Value>(known: ReadonlyMap<string, Value>, kind: string, name: unknown): Value {
  const found = known.get(String(name));
  if (found === undefined) throw damaged(`the ${kind} ${JSON.stringify(name)} is not registered here`);
  return found;
}

function text(raw: unknown): string {
  if (typeof raw !== "string") throw damaged(`${JSON.stringify(raw) ?? "nothing"} is no text`);
  return raw;
}

function list(raw: unknown): readonly unknown[] {
  if (!Array.isArray(raw)) throw damaged(`${JSON.stringify(raw)} is no list`);
  return raw;
}

function record(raw: unknown): Parts {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw damaged(`${JSON.stringify(raw)} is no object`);
  return raw as Parts;
}

function attempt<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    throw damaged((cause as Error).message, undefined, cause);
  }
}
