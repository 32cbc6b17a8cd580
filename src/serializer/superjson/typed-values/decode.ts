import { thrownText } from "../../../errors.ts";
import { damaged } from "../failures.ts";
import type { Settings } from "../options.ts";
import { decodeBlob } from "./blob.ts";
import type { Buffers } from "./buffers.ts";
import { shown } from "./checks.ts";
import { decodeInstance, decodeMap, decodeObject, decodeSet, decodeSparse } from "./collection.ts";
import { decodeDate } from "./date.ts";
import { decodeError, decodeUnusualError, errorClass } from "./error.ts";
import { type Integrity, isIntegrity } from "./integrity.ts";
import { decodeBigInt, decodeNumber } from "./number.ts";
import type { Patterns } from "./patterns.ts";
import { decodeRegExp, decodeTemporal, decodeURL, decodeURLSearchParams } from "./text.ts";
import { decodeElements, decodeSharedView, decodeView, isViewName } from "./view.ts";

/** A value that was made, perhaps still empty so that its parts can refer to it. */
export interface Decoded {
  readonly value?: unknown;
  /** Gives it its parts, once they are made. */
  readonly fill?: (() => void) | undefined;
  /** Makes it of its parts, once they are whole: only a custom transformer of the user needs that. */
  readonly finish?: () => unknown;
  readonly integrity?: Integrity;
}

export interface DecodeContext {
  readonly settings: Settings;
  readonly buffers: Buffers;
  readonly patterns: Patterns;
}

/**
 * Makes a value of what was written in its place. Calls constructors of the language and what the user has registered, and
 * no other code.
 *
 * @param annotation - The type as JSON text
 */
export function decodeTyped(type: unknown, annotation: string, raw: unknown, context: DecodeContext): Decoded {
  if (!Array.isArray(type)) return decodeSimple(type, raw, context);
  const { settings, buffers } = context;
  const [family, name, ...details] = type as unknown[];
  if (typeof name !== "string") throw damaged(`it has an annotation without a name: ${annotation}`);
  switch (family) {
    case "symbol":
      return { value: registered(settings.registry.symbolNamed(name), "symbol", name) };
    case "class":
      return decodeInstance(registered(settings.registry.classNamed(name), "class", name).prototype, raw);
    case "custom":
      return decodeCustom(name, raw, settings);
    case "typed-array":
      return { value: decodeElements(name, raw) };
    case "edgewater":
      if (isIntegrity(name)) return decodeClosed(name, details[0], raw, context);
      if (name === "view") return { value: decodeSharedView(details, buffers.shared(raw)) };
      return decodeOurs(name, annotation, details, raw, buffers);
    default:
      throw unknownAnnotation(annotation);
  }
}

function decodeSimple(type: unknown, raw: unknown, { settings, patterns }: DecodeContext): Decoded {
  switch (type) {
    case "undefined":
      if (raw !== null) throw damaged(`${shown(raw)} stands for undefined`);
      return { value: undefined };
    case "number":
      return { value: decodeNumber(raw) };
    case "bigint":
      return { value: decodeBigInt(raw) };
    case "Date":
      return { value: decodeDate(raw) };
    case "URL":
      return { value: decodeURL(raw) };
    case "regexp":
      return { value: decodeRegExp(raw, settings.regExps, patterns) };
    case "set":
      return decodeSet(raw);
    case "map":
      return decodeMap(raw);
    case "Error":
      return decodeError("Error", raw, settings.registry.errorProps());
    default:
      throw unknownAnnotation(JSON.stringify(type));
  }
}

function decodeOurs(name: string, annotation: string, details: readonly unknown[], raw: unknown, buffers: Buffers): Decoded {
  switch (name) {
    case "Date":
      if (raw !== null) throw damaged(`${shown(raw)} stands for an invalid Date`);
      return { value: new Date(Number.NaN) };
    case "URLSearchParams":
      return { value: decodeURLSearchParams(raw) };
    case "Object":
      return decodeObject(Object.create(null) as object, raw);
    case "Array":
      return decodeSparse(details[0], raw);
    case "error":
      return decodeUnusualError(details, raw);
    case "Blob":
    case "File":
      return { value: buffers.copyOf(raw, annotation, (bytes) => decodeBlob(name, details, bytes)) };
    default:
      if (name.startsWith("Temporal.")) return { value: decodeTemporal(name, raw) };
      if (errorClass(name) !== undefined) return decodeError(name, raw, []);
      if (!isViewName(name)) throw unknownAnnotation(annotation);
      return { value: buffers.valueOf(raw, annotation, (bytes) => decodeView(name, bytes)) };
  }
}

function decodeClosed(integrity: Integrity, inner: unknown, raw: unknown, context: DecodeContext): Decoded {
  if (inner !== undefined) {
    const decoded = decodeTyped(inner, JSON.stringify(inner), raw, context);
    if (decoded.integrity !== undefined || decoded.finish !== undefined) throw damaged(`it is closed twice: ${JSON.stringify(inner)}`);
    return { ...decoded, integrity };
  }
  if (typeof raw !== "object" || raw === null) throw damaged(`${shown(raw)} cannot be ${integrity}`);
  return { value: raw, integrity };
}

function decodeCustom(name: string, raw: unknown, { registry }: Settings): Decoded {
  const transformer = registered(registry.customNamed(name), "custom transformer", name);
  return {
    finish: () => {
      try {
        return transformer.deserialize(raw);
      } catch (cause) {
        throw damaged(`the custom transformer ${JSON.stringify(name)} failed: ${thrownText(cause)}`, undefined, cause);
      }
    },
  };
}

function registered<Value>(found: Value | undefined, kind: string, name: string): Value {
  if (found === undefined) throw damaged(`the ${kind} ${JSON.stringify(name)} is not registered here`);
  return found;
}

function unknownAnnotation(annotation: string): Error {
  return damaged(`it has an annotation that is not known here: ${annotation}`);
}
