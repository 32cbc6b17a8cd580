import { EdgewaterError } from "../errors.ts";

/**
 * A typed piece of metadata: what a handler or an asset says about one output. The kind decides how it is shown.
 *
 * `Int` holds a bigint only where a number would not be exact. `Timestamp` and `Duration` are in seconds, `Timestamp`
 * since 1970-01-01T00:00:00Z. `Json` holds the JSON text. `Bytes` is a count. `DateRange` is in ISO texts without a zone.
 * `Schema` is a schema message of Arrow's IPC format.
 */
export type MetadataValue =
  | { readonly kind: "Text"; readonly value: string }
  | { readonly kind: "Int"; readonly value: number | bigint }
  | { readonly kind: "Float"; readonly value: number }
  | { readonly kind: "Bool"; readonly value: boolean }
  | { readonly kind: "Null"; readonly value: null }
  | { readonly kind: "Timestamp"; readonly value: number }
  | { readonly kind: "Duration"; readonly value: number }
  | { readonly kind: "Bytes"; readonly value: number }
  | { readonly kind: "Percentage"; readonly value: number }
  | { readonly kind: "Url"; readonly value: string }
  | { readonly kind: "Path"; readonly value: string }
  | { readonly kind: "Image"; readonly value: string }
  | { readonly kind: "Markdown"; readonly value: string }
  | { readonly kind: "Json"; readonly value: string }
  | { readonly kind: "Sql"; readonly value: string; readonly dialect?: string }
  | { readonly kind: "CodeBlock"; readonly value: string; readonly language?: string }
  | { readonly kind: "List"; readonly value: readonly MetadataValue[] }
  | { readonly kind: "DateRange"; readonly value: { readonly start: string; readonly end: string } }
  | { readonly kind: "Schema"; readonly value: Uint8Array }
  | { readonly kind: "DataVersion"; readonly value: string };

/** What `addOutputMetadata` takes: a plain value, whose kind is then inferred, or a {@link MetadataValue}. */
export type MetadataInput = MetadataValue | boolean | number | bigint | string | Date | null;

/** Metadata as it is recorded. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

const brand = Symbol.for("edgewater/metadata-value");

/** Freezes and marks a value whose content is known to fit its kind. Others use {@link MetadataValue}. */
export function makeMetadata<Value extends MetadataValue>(value: Value): Value {
  return Object.freeze(Object.defineProperty(value, brand, { value: true }));
}

export function refuse(message: string, field?: string): never {
  throw new EdgewaterError("MetadataError", message, { field });
}

export function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Array.isArray(value) ? "an array" : `an object of class ${value.constructor?.name ?? "null"}`;
}

export function requireText(kind: string, value: unknown): void {
  if (typeof value !== "string") refuse(`${kind} metadata takes a string, got ${describe(value)}`);
}

export function requireFinite(kind: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isFinite(value)) refuse(`${kind} metadata takes a finite number, got ${describe(value)}`);
}

/** Text metadata. */
export function textMetadata(value: string): MetadataValue {
  requireText("Text", value);
  return makeMetadata({ kind: "Text", value });
}

/** Int metadata: a whole number of 64 bits. */
export function intMetadata(value: number | bigint): MetadataValue {
  if (typeof value !== "bigint" && !Number.isInteger(value)) refuse(`Int metadata takes a whole number, got ${describe(value)}`);
  const exact = BigInt(value);
  if (BigInt.asIntN(64, exact) !== exact) refuse(`Int metadata holds 64 bits, got ${exact}`);
  return makeMetadata({ kind: "Int", value: Number.isSafeInteger(Number(exact)) ? Number(exact) : exact });
}

/** Timestamp metadata: a Date, or seconds since 1970-01-01T00:00:00Z. */
export function timestampMetadata(value: Date | number): MetadataValue {
  const seconds = value instanceof Date ? value.getTime() / 1000 : value;
  if (Number.isNaN(seconds)) refuse("Timestamp metadata takes a valid Date");
  requireFinite("Timestamp", seconds);
  return makeMetadata({ kind: "Timestamp", value: seconds });
}

/** Tells whether `value` came from {@link MetadataValue}, also across bundles and realms. */
export function isMetadataValue(value: unknown): value is MetadataValue {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * Turns a record of plain values into metadata: boolean → Bool, whole number and bigint → Int, other number → Float,
 * string → Text, Date → Timestamp, null → Null; a {@link MetadataValue} is kept.
 *
 * @throws `MetadataError` naming the key; nothing is kept then
 */
export function coerceMetadata(record: Readonly<Record<string, MetadataInput>>): Metadata {
  const entries = Object.entries(record).map(([key, value]): [string, MetadataValue] => {
    try {
      return [key, coerce(value)];
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new EdgewaterError("MetadataError", `Cannot use ${JSON.stringify(key)} as metadata: ${reason}`, { field: key, cause });
    }
  });
  return Object.fromEntries(entries);
}

/** The metadata of one plain value. @throws `MetadataError` */
export function coerce(value: unknown): MetadataValue {
  if (isMetadataValue(value)) return value;
  if (value === null) return makeMetadata({ kind: "Null", value });
  if (typeof value === "boolean") return makeMetadata({ kind: "Bool", value });
  if (typeof value === "bigint") return intMetadata(value);
  if (typeof value === "string") return textMetadata(value);
  if (value instanceof Date) return timestampMetadata(value);
  if (typeof value === "number") {
    return fitsInt64(value) ? intMetadata(value) : makeMetadata({ kind: "Float", value });
  }
  refuse(`no kind of metadata holds ${describe(value)}; use MetadataValue.json(…), .text(…) or another factory`);
}

function fitsInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 && !Object.is(value, -0);
}
