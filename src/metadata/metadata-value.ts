/**
 * Metadata: typed values that describe one output, their factories, and the coercion of plain values.
 *
 * @module
 */
import { formatIso, parseIso } from "../encoding/wall-clock.ts";
import { EdgewaterError, thrownText } from "../errors.ts";

/**
 * A typed piece of metadata that a handler or an asset records about one output. The kind decides how it is shown.
 *
 * `Int` holds a bigint only where a number would not be exact. `Timestamp` and `Duration` are in seconds, `Timestamp`
 * since 1970-01-01T00:00:00Z. `Bytes` is a count. `Percentage` is a share, of which 1 is the whole. `Json` holds the JSON
 * text. `DateRange` holds ISO 8601 texts without a zone. `Schema` holds a schema message of the Arrow IPC format.
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

/** A plain value, whose kind is inferred, or a {@link MetadataValue}. */
export type MetadataInput = MetadataValue | boolean | number | bigint | string | Date | null;

/** Metadata by key, as it is recorded. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/**
 * Factories of metadata values, for the kinds that cannot be inferred from a plain value.
 *
 * @throws `MetadataError` when the value does not fit the kind
 *
 * @example
 * ```ts
 * context.addOutputMetadata({ rows: 1707, source: MetadataValue.url("https://example.com/feed"), report: MetadataValue.md("# Strong") });
 * ```
 */
export const MetadataValue = {
  /** Text. */
  text(value: string): MetadataValue {
    return makeMetadata({ kind: "Text", value: checkText("Text", value) });
  },
  /** A whole number of 64 bits. */
  int(value: number | bigint): MetadataValue {
    if (typeof value !== "bigint" && !Number.isInteger(value)) refuse("Int", "a whole number", value);
    const exact = BigInt(value);
    if (BigInt.asIntN(64, exact) !== exact) refuse("Int", "a whole number of 64 bits", value);
    return makeMetadata({ kind: "Int", value: Number.isSafeInteger(Number(exact)) ? Number(exact) : exact });
  },
  /** A floating-point number; NaN and the infinities are allowed. */
  float(value: number): MetadataValue {
    if (typeof value !== "number") refuse("Float", "a number", value);
    return makeMetadata({ kind: "Float", value });
  },
  /** True or false. */
  bool(value: boolean): MetadataValue {
    if (typeof value !== "boolean") refuse("Bool", "a boolean", value);
    return makeMetadata({ kind: "Bool", value });
  },
  /** No value. */
  null(): MetadataValue {
    return makeMetadata({ kind: "Null", value: null });
  },
  /** A moment: a Date, or seconds since 1970-01-01T00:00:00Z. */
  timestamp(value: Date | number): MetadataValue {
    if (value instanceof Date && Number.isNaN(value.getTime())) refuse("Timestamp", "a valid Date", value);
    return makeMetadata({ kind: "Timestamp", value: checkFinite("Timestamp", value instanceof Date ? value.getTime() / 1000 : value) });
  },
  /** A length of time in seconds. */
  duration(seconds: number): MetadataValue {
    return makeMetadata({ kind: "Duration", value: checkFinite("Duration", seconds) });
  },
  /** A size in bytes. */
  bytes(count: number): MetadataValue {
    if (!Number.isSafeInteger(count) || count < 0) refuse("Bytes", "a whole number of bytes from 0 on", count);
    return makeMetadata({ kind: "Bytes", value: count });
  },
  /** A share; 1 is the whole. */
  percentage(share: number): MetadataValue {
    return makeMetadata({ kind: "Percentage", value: checkFinite("Percentage", share) });
  },
  /** An absolute URL, stored in its canonical form. */
  url(value: string | URL): MetadataValue {
    try {
      return makeMetadata({ kind: "Url", value: new URL(value).href });
    } catch (cause) {
      throw new EdgewaterError("MetadataError", "Invalid Url metadata; expected an absolute URL", { cause });
    }
  },
  /** A path or an object's key. */
  path(value: string): MetadataValue {
    return makeMetadata({ kind: "Path", value: checkText("Path", value) });
  },
  /** An image by its URL; `data:` URLs are allowed. */
  image(value: string): MetadataValue {
    return makeMetadata({ kind: "Image", value: checkText("Image", value) });
  },
  /** Markdown text. */
  md(value: string): MetadataValue {
    return makeMetadata({ kind: "Markdown", value: checkText("Markdown", value) });
  },
  /** Any value that `JSON.stringify` accepts, stored as JSON text. */
  json(value: unknown): MetadataValue {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (cause) {
      throw new EdgewaterError("MetadataError", "Invalid Json metadata; expected a value that JSON.stringify accepts", { cause });
    }
    if (text === undefined) refuse("Json", "a value that JSON.stringify accepts", value);
    return makeMetadata({ kind: "Json", value: text });
  },
  /** A query, and optionally its dialect. */
  sql(query: string, dialect?: string): MetadataValue {
    const value = checkText("Sql", query);
    return makeMetadata({ kind: "Sql", value, ...(dialect === undefined ? {} : { dialect: checkText("Sql", dialect) }) });
  },
  /** Source code, and optionally its language. */
  codeBlock(code: string, language?: string): MetadataValue {
    const value = checkText("CodeBlock", code);
    return makeMetadata({ kind: "CodeBlock", value, ...(language === undefined ? {} : { language: checkText("CodeBlock", language) }) });
  },
  /** Several values. The kinds of plain values are inferred. */
  list(values: readonly MetadataInput[]): MetadataValue {
    if (!Array.isArray(values)) refuse("List", "an array", values);
    return makeMetadata({ kind: "List", value: Object.freeze(Array.from(values, coerce)) });
  },
  /** A span of wall-clock time: ISO 8601 texts without a zone, or Dates, of which the UTC fields count. */
  dateRange(start: string | Date, end: string | Date): MetadataValue {
    return makeMetadata({ kind: "DateRange", value: Object.freeze({ start: wallClockText(start), end: wallClockText(end) }) });
  },
  /** The schema of a table: the bytes of a schema message of the Arrow IPC format. They are copied. */
  schema(bytes: Uint8Array): MetadataValue {
    if (!(bytes instanceof Uint8Array)) refuse("Schema", "a Uint8Array", bytes);
    return makeMetadata({ kind: "Schema", value: bytes.slice() });
  },
  /** A data version. */
  dataVersion(version: string): MetadataValue {
    return makeMetadata({ kind: "DataVersion", value: checkText("DataVersion", version) });
  },
} as const;

/** Returns whether `value` was made by {@link MetadataValue}, also in another bundle or realm. */
export function isMetadataValue(value: unknown): value is MetadataValue {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * Coerces a record of plain values to metadata: boolean to Bool, whole number and bigint to Int, other number to Float,
 * string to Text, Date to Timestamp, null to Null. A {@link MetadataValue} stays as it is.
 *
 * @throws `MetadataError` naming the first key whose value cannot be coerced
 */
export function coerceMetadata(record: Readonly<Record<string, MetadataInput>>): Metadata {
  const entries = entriesOf(record).map(([key, value]): [string, MetadataValue] => {
    try {
      return [key, coerce(value)];
    } catch (cause) {
      const reason = thrownText(cause);
      throw new EdgewaterError("MetadataError", `Cannot use ${JSON.stringify(key)} as metadata: ${reason}`, { field: key, cause });
    }
  });
  return Object.fromEntries(entries);
}

function entriesOf(record: unknown): readonly (readonly [string, unknown])[] {
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new EdgewaterError("MetadataError", `Invalid metadata; expected an object of names and values, got ${describe(record)}`);
  }
  try {
    return Object.entries(record);
  } catch (cause) {
    throw new EdgewaterError("MetadataError", `Cannot read metadata: ${thrownText(cause)}`, { cause });
  }
}

function coerce(value: unknown): MetadataValue {
  if (isMetadataValue(value)) return value;
  if (value === null) return MetadataValue.null();
  if (typeof value === "boolean") return MetadataValue.bool(value);
  if (typeof value === "bigint") return MetadataValue.int(value);
  if (typeof value === "string") return MetadataValue.text(value);
  if (value instanceof Date) return MetadataValue.timestamp(value);
  if (typeof value === "number") return fitsInt64(value) ? MetadataValue.int(value) : MetadataValue.float(value);
  const reason = `no kind of metadata is inferred from ${describe(value)}; use MetadataValue.json(…), .text(…) or another factory`;
  throw new EdgewaterError("MetadataError", reason);
}

function fitsInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 && !Object.is(value, -0);
}

const brand = Symbol.for("edgewater/metadata-value");

/** Freezes and brands a value that is known to fit its kind. */
export function makeMetadata<Value extends MetadataValue>(value: Value): Value {
  return Object.freeze(Object.defineProperty(value, brand, { value: true }));
}

function refuse(kind: MetadataValue["kind"], expected: string, value: unknown): never {
  throw new EdgewaterError("MetadataError", `Invalid ${kind} metadata; expected ${expected}, got ${describe(value)}`);
}

function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Array.isArray(value) ? "an array" : "an object";
}

function checkText(kind: MetadataValue["kind"], value: unknown): string {
  return typeof value === "string" ? value : refuse(kind, "a string", value);
}

function checkFinite(kind: MetadataValue["kind"], value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : refuse(kind, "a finite number", value);
}

/** Text keeps its digits after the point, of which there may be nine. */
function wallClockText(value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    const fraction = value.getUTCMilliseconds();
    return formatIso(value.getTime()) + (fraction === 0 ? "" : `.${String(fraction).padStart(3, "0")}`);
  }
  const isValid = typeof value === "string" && parseIso(value.replace(/(:\d\d\.\d{3})\d{1,6}$/, "$1")) !== undefined;
  return isValid ? value : refuse("DateRange", "ISO 8601 texts without a zone, or Dates", value);
}
