import { EdgewaterError } from "../errors.ts";
import { MetadataValue, makeMetadata } from "./metadata-value.ts";

/**
 * The JSON form in which Storage records a metadata value: one field named after the kind that holds the content, such as
 * `{"Int":{"value":1}}` or `{"Sql":{"query":"select 1","dialect":null}}`. A number that JSON cannot represent exactly is a
 * string: `"9007199254740993"`, `"NaN"`, `"-0"`.
 */
export type MetadataWire = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The largest depth of nested lists. */
const maximumDepth = 100;

/**
 * Returns the wire form of a value.
 *
 * @throws `MetadataError` for lists nested more than 100 deep
 *
 * @example
 * ```ts
 * JSON.stringify(metadataToWire(MetadataValue.int(1))); // '{"Int":{"value":1}}'
 * ```
 */
export function metadataToWire(value: MetadataValue): MetadataWire {
  return toWire(value, 0);
}

/**
 * Reads the wire form.
 *
 * @throws `MetadataError` for invalid metadata, and for a whole number above 2^53, which may have lost digits in `JSON.parse`
 */
export function metadataFromWire(json: unknown): MetadataValue {
  return fromWire(json, 0);
}

/** Returns the wire form as JSON text in which whole numbers of 64 bits are plain digits, as Python writes them. */
export function metadataToText(value: MetadataValue): string {
  return JSON.stringify(metadataToWire(value)).replace(/("Int":\{"value":)"(-?\d+)"\}/g, "$1$2}");
}

/**
 * Reads JSON text of the wire form without losing digits.
 *
 * @throws `MetadataError` for text that is not JSON, and for invalid metadata
 */
export function metadataFromText(text: string): MetadataValue {
  // Inside a JSON string a quotation mark follows a backslash, so the pattern cannot match there.
  const exact = text.replace(/("Int"\s*:\s*\{\s*"value"\s*:\s*)(-?\d{16,})(?=\s*\})/g, '$1"$2"');
  let json: unknown;
  try {
    json = JSON.parse(exact);
  } catch (cause) {
    throw new EdgewaterError("MetadataError", "Cannot read metadata: the text is not JSON", { cause });
  }
  return metadataFromWire(json);
}

function toWire(value: MetadataValue, depth: number): MetadataWire {
  if (depth > maximumDepth) refuse(`Cannot nest metadata lists more than ${maximumDepth} deep`);
  return { [value.kind]: contentOf(value, depth) };
}

function contentOf(value: MetadataValue, depth: number): Readonly<Record<string, unknown>> {
  switch (value.kind) {
    case "Null":
      return {};
    case "Int":
      return { value: typeof value.value === "bigint" ? String(value.value) : value.value };
    case "Float":
    case "Timestamp":
    case "Duration":
    case "Percentage":
      return { value: Number.isFinite(value.value) && !Object.is(value.value, -0) ? value.value : floatText(value.value) };
    case "Sql":
      return { query: value.value, dialect: value.dialect ?? null };
    case "CodeBlock":
      return { code: value.value, language: value.language ?? null };
    case "List":
      return { value: value.value.map((each) => toWire(each, depth + 1)) };
    case "DateRange":
      return { start: value.value.start, end: value.value.end };
    case "Schema":
      return { ipc_bytes: [...value.value] };
    default:
      return { value: value.value };
  }
}

const floatText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

type Reader = (content: Readonly<Record<string, unknown>>, depth: number) => MetadataValue;

const readers: Readonly<Record<MetadataValue["kind"], Reader>> = {
  Text: ({ value }) => MetadataValue.text(value as string),
  Int: ({ value }) => MetadataValue.int(wholeNumber(value)),
  Float: ({ value }) => MetadataValue.float(float(value)),
  Bool: ({ value }) => MetadataValue.bool(value as boolean),
  Null: () => MetadataValue.null(),
  Timestamp: ({ value }) => MetadataValue.timestamp(float(value)),
  Duration: ({ value }) => MetadataValue.duration(float(value)),
  Bytes: ({ value }) => MetadataValue.bytes(value as number),
  Percentage: ({ value }) => MetadataValue.percentage(float(value)),
  Url: ({ value }) => MetadataValue.url(value as string),
  Path: ({ value }) => MetadataValue.path(value as string),
  Image: ({ value }) => MetadataValue.image(value as string),
  Markdown: ({ value }) => MetadataValue.md(value as string),
  Json: ({ value }) => jsonOf(value),
  Sql: ({ query, dialect }) => MetadataValue.sql(query as string, (dialect ?? undefined) as string | undefined),
  CodeBlock: ({ code, language }) => MetadataValue.codeBlock(code as string, (language ?? undefined) as string | undefined),
  List: ({ value }, depth) => {
    if (!Array.isArray(value)) return refuse("Invalid List metadata in JSON; expected an array");
    return MetadataValue.list(value.map((each) => fromWire(each, depth + 1)));
  },
  DateRange: ({ start, end }) => MetadataValue.dateRange(start as string, end as string),
  Schema: ({ ipc_bytes: bytes }) => {
    const areBytes = Array.isArray(bytes) && bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256);
    return areBytes ? MetadataValue.schema(Uint8Array.from(bytes)) : refuse("Invalid Schema metadata in JSON; expected an array of bytes");
  },
  DataVersion: ({ value }) => MetadataValue.dataVersion(value as string),
};

function fromWire(json: unknown, depth: number): MetadataValue {
  if (depth > maximumDepth) refuse(`Cannot nest metadata lists more than ${maximumDepth} deep`);
  if (json === "Null") return MetadataValue.null();
  const [entry, ...others] = isRecord(json) ? Object.entries(json) : [];
  if (entry === undefined || others.length > 0)
    return refuse('Invalid metadata in JSON; expected one field named after the kind, such as {"Int":{"value":1}}');
  const [kind, content] = entry;
  if (!Object.hasOwn(readers, kind)) return refuse(`Invalid metadata in JSON: unknown kind ${JSON.stringify(kind)}`);
  if (kind !== "Null" && !isRecord(content))
    return refuse(`Invalid ${kind} metadata in JSON; expected an object of fields, such as {"value":…}`);
  return readers[kind as MetadataValue["kind"]](isRecord(content) ? content : {}, depth);
}

function wholeNumber(value: unknown): number | bigint {
  if (typeof value === "string" && /^-?\d+$/.test(value)) return BigInt(value);
  if (Number.isSafeInteger(value)) return value as number;
  return refuse("Invalid Int metadata in JSON; expected a whole number; read numbers above 2^53 with metadataFromText");
}

/** `null` stands for NaN: some JSON writers write it so. */
function float(value: unknown): number {
  if (typeof value === "number") return value;
  if (value === null) return Number.NaN;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity" || value === "-0") return Number(value);
  return refuse('Invalid number in the JSON of metadata; expected a number, "NaN", "Infinity", "-Infinity" or "-0"');
}

function jsonOf(value: unknown): MetadataValue {
  try {
    JSON.parse(value as string);
  } catch (cause) {
    throw new EdgewaterError("MetadataError", "Invalid Json metadata in JSON; expected JSON text", { cause });
  }
  if (typeof value !== "string") return refuse("Invalid Json metadata in JSON; expected JSON text");
  return makeMetadata({ kind: "Json", value });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(message: string): never {
  throw new EdgewaterError("MetadataError", message);
}
