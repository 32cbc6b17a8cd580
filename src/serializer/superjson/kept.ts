import type { Settings } from "./options.ts";

/** Typed arrays that superjson knows. The others, and those that it would change, get an annotation of ours. */
const superjsonArrays = new Set(
  "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array".split(" "),
);

/** Bytes of a view above which it lies outside of the text. */
export const inlineLimit = 256;

/**
 * A value that JSON has nothing for, as what is written in its place: a text of its own, bytes, or parts, which are
 * written as any array or object is.
 */
export type Kept = { readonly type: string } & (
  | { readonly text: string; readonly bytes?: never; readonly parts?: never }
  | { readonly bytes: Uint8Array; readonly text?: never; readonly parts?: never }
  | { readonly parts: object; readonly isOpaque: boolean; readonly text?: never; readonly bytes?: never }
);

/** What is written for an instance of a class, or why it cannot be written. Dates and Blobs are the caller's. */
export function keep(value: object, settings: Settings): Kept | string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return { type: ours("Object"), parts: value, isOpaque: false };
  const className = settings.classNames.get(prototype as object);
  if (className !== undefined) return keepInstance(value, className);
  if (value instanceof Error) return keepError(value, prototype);
  const kept = keepView(value) ?? keepOther(value, prototype, settings);
  if (kept === undefined) return unknownClass(value);
  const [extra] = ArrayBuffer.isView(value) ? [] : Object.keys(value);
  return extra === undefined ? kept : `its own property ${JSON.stringify(extra)} would be lost`;
}

/** A sparse array, or one with properties of its own, by its keys. */
export function keepSparse(array: readonly unknown[]): Kept {
  return { type: ours("Array", array.length), parts: { ...array }, isOpaque: false };
}

/** Annotations that superjson does not know make it throw, so that it never misreads what only we can read. */
export function ours(...type: readonly unknown[]): string {
  return JSON.stringify(["edgewater", ...type]);
}

function keepOther(value: object, prototype: unknown, { regExps }: Settings): Kept | string | undefined {
  switch (prototype) {
    case Map.prototype:
      return { type: '"map"', parts: [...(value as Map<unknown, unknown>)], isOpaque: false };
    case Set.prototype:
      return { type: '"set"', parts: [...(value as Set<unknown>)], isOpaque: false };
    case URL.prototype:
      return { type: '"URL"', text: JSON.stringify((value as URL).href) };
    case URLSearchParams.prototype:
      return { type: ours("URLSearchParams"), text: JSON.stringify(`${value}`) };
    case RegExp.prototype:
      if (!regExps) return "regular expressions are switched off here";
      if ((value as RegExp).lastIndex !== 0) return "the lastIndex of a RegExp would be lost; set it to 0";
      return { type: '"regexp"', text: JSON.stringify(`${value}`) };
    default:
      return undefined;
  }
}

function keepView(value: object): Kept | undefined {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  if (Object.getPrototypeOf(value) !== prototypeOf(name)) {
    // A Buffer is a Uint8Array of Node's own and comes back as one of the language.
    if (value.constructor?.name !== "Buffer" || name !== "Uint8Array") return undefined;
  }
  if (value instanceof ArrayBuffer) return { type: ours(name), bytes: new Uint8Array(value) };
  if (!ArrayBuffer.isView(value) || !(value.buffer instanceof ArrayBuffer)) return undefined;
  const { buffer, byteOffset, byteLength } = value;
  if (byteLength <= inlineLimit && superjsonArrays.has(name)) {
    const numbers = [...(value as Float64Array)];
    if (numbers.every((number) => Number.isFinite(number) && !Object.is(number, -0)))
      return { type: `["typed-array","${name}"]`, text: JSON.stringify(numbers) };
  }
  return { type: ours(name), bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}

/** Of a class of this runtime. */
function prototypeOf(name: string): unknown {
  return (globalThis as unknown as Record<string, { prototype?: unknown } | undefined>)[name]?.prototype;
}

function keepError(error: Error, prototype: unknown): Kept | string {
  const name = (prototype as Error).name;
  if (prototypeOf(name) !== prototype) return unknownClass(error);
  const { name: own, message, stack: _, ...extras } = error;
  const parts: Record<string, unknown> = { name: own, message };
  if ("cause" in error) parts["cause"] = error.cause;
  const isStandard = name === "Error" && Object.keys(extras).every((key) => key === "cause");
  if (error instanceof AggregateError) parts["errors"] = error.errors;
  return { type: isStandard ? '"Error"' : ours(name), parts: Object.assign(parts, extras), isOpaque: true };
}

function keepInstance(value: object, className: string): Kept | string {
  if (typeof value === "function" || Array.isArray(value) || value instanceof Error || value instanceof Map || value instanceof Set)
    return "a class that extends one of the language cannot be kept; convert it to plain data";
  return { type: JSON.stringify(["class", className]), parts: { ...value }, isOpaque: true };
}

function unknownClass(value: object): string {
  const name = value.constructor?.name;
  const kind = typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object of an unknown class";
  return `${kind} would not come back as one; register its class or convert it to plain data`;
}

/** A Blob or File, whose bytes are read before. */
export function keepBlob(blob: Blob, bytes: Uint8Array): Kept {
  const file = blob instanceof File ? [blob.name, blob.lastModified] : [];
  return { type: ours(blob instanceof File ? "File" : "Blob", blob.type, ...file), bytes };
}
