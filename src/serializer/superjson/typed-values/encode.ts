/**
 * The values that JSON lacks: one file per kind, which writes and reads it.
 *
 * @module
 */
import type { Settings } from "../options.ts";
import { encodeBlob } from "./blob.ts";
import { encodeInstance, encodeMap, encodeNullObject, encodeSet } from "./collection.ts";
import { dateExtras, dateType, timeOf } from "./date.ts";
import type { Encoded } from "./encoded-form.ts";
import { encodeDOMException, encodeError } from "./error.ts";
import { builtInName } from "./other-realms.ts";
import type { Patterns } from "./patterns.ts";
import { encodeRegExp, encodeTemporal, encodeURL, encodeURLSearchParams } from "./text.ts";
import { encodeView, viewName } from "./view.ts";

export interface EncodeContext {
  readonly settings: Settings;
  readonly patterns: Patterns;
}

/** What is written for an object that is neither an array nor plain, or why it cannot be written. */
export function encodeTyped(value: object, context: EncodeContext): Encoded | string {
  const prototype = Object.getPrototypeOf(value) as object | null;
  const known = prototype === null ? undefined : context.settings.registry.classOf(prototype);
  if (known !== undefined) return encodeInstance(value, known);
  const name = builtInName(value, prototype);
  const encoded = name === undefined ? undefined : encodeBuiltIn(value, name, context);
  if (encoded === undefined) return encodeTemporal(value) ?? unknownClass(value);
  if (typeof encoded === "string" || Object.isExtensible(value) || name === "null" || isError(value)) return encoded;
  return `a ${name} that cannot be extended would come back extensible; copy it`;
}

/** Errors and objects without prototype say themselves how far they are closed. */
function isError(value: object): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

function encodeBuiltIn(value: object, name: string, { settings, patterns }: EncodeContext): Encoded | string | undefined {
  switch (name) {
    case "null":
      return encodeNullObject(value);
    case "Date":
      return dateExtras(value as Date) ?? { type: dateType(value as Date), text: dateText(value as Date) };
    case "Map":
      return encodeMap(value as Map<unknown, unknown>);
    case "Set":
      return encodeSet(value as Set<unknown>);
    case "URL":
      return encodeURL(value as URL);
    case "URLSearchParams":
      return encodeURLSearchParams(value as URLSearchParams);
    case "RegExp":
      return encodeRegExp(value as RegExp, settings.regExps, patterns);
    case "Blob":
    case "File":
      return encodeBlob(value as Blob);
    case "DOMException":
      return encodeDOMException(value as DOMException);
    default:
      if (name.endsWith("Error")) return encodeError(value as Error, name, settings.registry.errorProps());
      return viewName(value) === name ? encodeView(value, name) : undefined;
  }
}

/** Of a Date of another realm; those of this one are written without a copy of their text. */
function dateText(date: Date): string {
  return JSON.stringify(Number.isNaN(timeOf(date)) ? null : new Date(timeOf(date)));
}

function unknownClass(value: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value) ?? {}, "constructor")?.value?.name;
  const kind = typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object of an unknown class";
  return `${kind} would not come back as one; register its class or convert it to plain data`;
}
