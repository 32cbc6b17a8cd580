import { formatIso, parseIso } from "../encoding/wall-clock.ts";
import { EdgewaterError } from "../errors.ts";
import {
  coerce,
  describe,
  intMetadata,
  type MetadataInput,
  makeMetadata,
  refuse,
  requireFinite,
  requireText,
  textMetadata,
  timestampMetadata,
  type MetadataValue as Value,
} from "./metadata.ts";

/** A typed piece of metadata. See {@link Value}. */
export type MetadataValue = Value;

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
    return textMetadata(value);
  },
  /** A whole number of 64 bits. */
  int(value: number | bigint): MetadataValue {
    return intMetadata(value);
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
    return timestampMetadata(value);
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

/** Text keeps its digits, of which there may be nine after the point. */
function naiveText(value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    const fraction = value.getUTCMilliseconds();
    return formatIso(value.getTime()) + (fraction === 0 ? "" : `.${String(fraction).padStart(3, "0")}`);
  }
  const isNaive = typeof value === "string" && parseIso(value.replace(/(:\d\d\.\d{3})\d{1,6}$/, "$1")) !== undefined;
  return isNaive ? value : refuse(`DateRange metadata takes ISO texts without a zone, or Dates, got ${describe(value)}`);
}
