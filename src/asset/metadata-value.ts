import { EdgewaterError } from "../errors.ts";
import { formatIso, parseIso } from "./naive-time.ts";

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

function requireText(kind: string, value: unknown): void {
  if (typeof value !== "string") refuse(`${kind} metadata takes a string, got ${describe(value)}`);
}

function requireFinite(kind: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isFinite(value)) refuse(`${kind} metadata takes a finite number, got ${describe(value)}`);
}

/** Text keeps its digits, of which there may be nine after the point. */
function naiveText(value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    const fraction = value.getUTCMilliseconds();
    return formatIso(value.getTime()) + (fraction === 0 ? "" : `.${String(fraction).padStart(3, "0")}`);
  }
  const isNaive = typeof value === "string" && parseIso(value.replace(/(:\d\d\.\d{3})\d{1,6}$/, "$1")) !== undefined;
  return isNaive ? value : refuse(`DateRange metadata takes ISO texts without a zone, or Dates, got ${describe(value)}`);
}

function refuse(message: string, field?: string): never {
  throw new EdgewaterError("MetadataError", message, { field });
}

function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Array.isArray(value) ? "an array" : `an object of class ${value.constructor?.name ?? "null"}`;
}

/**
 * Factories for the kinds of metadata that a plain value does not say by itself.
 *
 * @throws `MetadataError` when the value does not fit the kind
 *
 * @example
 * ```ts
 * context.addOutputMetadata({ rows: 1707, source: MetadataValue.url("https://example.com/feed"), report: MetadataValue.md("# Strong") });
 * ```
 */
export const MetadataValue = {
  text(value: string): MetadataValue {
    requireText("Text", value);
    return makeMetadata({ kind: "Text", value });
  },
  /** A whole number of 64 bits. */
  int(value: number | bigint): MetadataValue {
    if (typeof value !== "bigint" && !Number.isInteger(value)) refuse(`Int metadata takes a whole number, got ${describe(value)}`);
    const exact = BigInt(value);
    if (BigInt.asIntN(64, exact) !== exact) refuse(`Int metadata holds 64 bits, got ${exact}`);
    return makeMetadata({ kind: "Int", value: Number.isSafeInteger(Number(exact)) ? Number(exact) : exact });
  },
  float(value: number): MetadataValue {
    if (typeof value !== "number") refuse(`Float metadata takes a number, got ${describe(value)}`);
    return makeMetadata({ kind: "Float", value });
  },
  bool(value: boolean): MetadataValue {
    if (typeof value !== "boolean") refuse(`Bool metadata takes a boolean, got ${describe(value)}`);
    return makeMetadata({ kind: "Bool", value });
  },
  null(): MetadataValue {
    return makeMetadata({ kind: "Null", value: null });
  },
  /** A moment: a Date, or seconds since 1970-01-01T00:00:00Z. */
  timestamp(value: Date | number): MetadataValue {
    const seconds = value instanceof Date ? value.getTime() / 1000 : value;
    if (Number.isNaN(seconds)) refuse("Timestamp metadata takes a valid Date");
    requireFinite("Timestamp", seconds);
    return makeMetadata({ kind: "Timestamp", value: seconds });
  },
  /** A length of time in seconds. */
  duration(seconds: number): MetadataValue {
    requireFinite("Duration", seconds);
    return makeMetadata({ kind: "Duration", value: seconds });
  },
  /** A size in bytes. */
  bytes(count: number): MetadataValue {
    if (!Number.isSafeInteger(count) || count < 0) refuse(`Bytes metadata takes a count of bytes, got ${describe(count)}`);
    return makeMetadata({ kind: "Bytes", value: count });
  },
  /** A share; 1 is the whole. */
  percentage(share: number): MetadataValue {
    requireFinite("Percentage", share);
    return makeMetadata({ kind: "Percentage", value: share });
  },
  /** A URL, kept in its canonical form. */
  url(value: string | URL): MetadataValue {
    try {
      return makeMetadata({ kind: "Url", value: new URL(value).href });
    } catch (cause) {
      throw new EdgewaterError("MetadataError", "Url metadata takes an absolute URL", { cause });
    }
  },
  path(value: string): MetadataValue {
    requireText("Path", value);
    return makeMetadata({ kind: "Path", value });
  },
  /** An image by its URL, `data:` included. */
  image(value: string): MetadataValue {
    requireText("Image", value);
    return makeMetadata({ kind: "Image", value });
  },
  /** Markdown text. */
  md(value: string): MetadataValue {
    requireText("Markdown", value);
    return makeMetadata({ kind: "Markdown", value });
  },
  /** Anything that JSON can hold, kept as JSON text. */
  json(value: unknown): MetadataValue {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (cause) {
      throw new EdgewaterError("MetadataError", "Json metadata takes a value that JSON can hold", { cause });
    }
    if (text === undefined) refuse(`Json metadata takes a value that JSON can hold, got ${describe(value)}`);
    return makeMetadata({ kind: "Json", value: text });
  },
  /** A query, and the dialect it is in. */
  sql(query: string, dialect?: string): MetadataValue {
    requireText("Sql", query);
    if (dialect !== undefined) requireText("Sql", dialect);
    return makeMetadata({ kind: "Sql", value: query, ...(dialect === undefined ? {} : { dialect }) });
  },
  /** Source code, and the language it is in. */
  codeBlock(code: string, language?: string): MetadataValue {
    requireText("CodeBlock", code);
    if (language !== undefined) requireText("CodeBlock", language);
    return makeMetadata({ kind: "CodeBlock", value: code, ...(language === undefined ? {} : { language }) });
  },
  /** Several values, whose kinds are inferred as `addOutputMetadata` infers them. */
  list(values: readonly MetadataInput[]): MetadataValue {
    if (!Array.isArray(values)) refuse(`List metadata takes an array, got ${describe(values)}`);
    return makeMetadata({ kind: "List", value: Object.freeze(Array.from(values, coerce)) });
  },
  /** A span of wall-clock time: ISO texts without a zone, or Dates, read by their UTC fields. */
  dateRange(start: string | Date, end: string | Date): MetadataValue {
    return makeMetadata({ kind: "DateRange", value: Object.freeze({ start: naiveText(start), end: naiveText(end) }) });
  },
  /** The schema of a table: the bytes of a schema message of Arrow's IPC format. They are copied. */
  schema(bytes: Uint8Array): MetadataValue {
    if (!(bytes instanceof Uint8Array)) refuse(`Schema metadata takes a Uint8Array, got ${describe(bytes)}`);
    return makeMetadata({ kind: "Schema", value: bytes.slice() });
  },
  /** The data version of the output, where nothing nearer to the bytes says another. */
  dataVersion(version: string): MetadataValue {
    requireText("DataVersion", version);
    return makeMetadata({ kind: "DataVersion", value: version });
  },
} as const;

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

function coerce(value: unknown): MetadataValue {
  if (isMetadataValue(value)) return value;
  if (value === null) return MetadataValue.null();
  if (typeof value === "boolean") return MetadataValue.bool(value);
  if (typeof value === "bigint") return MetadataValue.int(value);
  if (typeof value === "string") return MetadataValue.text(value);
  if (value instanceof Date) return MetadataValue.timestamp(value);
  if (typeof value === "number") {
    return fitsInt64(value) ? MetadataValue.int(value) : MetadataValue.float(value);
  }
  refuse(`no kind of metadata holds ${describe(value)}; use MetadataValue.json(…), .text(…) or another factory`);
}

function fitsInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 && !Object.is(value, -0);
}
