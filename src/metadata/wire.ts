import { EdgewaterError } from "../errors.ts";
import { makeMetadata } from "./metadata.ts";
import { MetadataValue } from "./metadata-value.ts";

/**
 * Metadata as upstream's records hold it: one field named after the kind, with the content in fields below, such as
 * `{"Int":{"value":1}}` or `{"Sql":{"query":"select 1","dialect":null}}`. Plain JSON; a number that JSON cannot hold
 * exactly is text: `"9007199254740993"`, `"NaN"`, `"-0"`.
 */
export type MetadataWire = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Lists nest no deeper than this. */
const maximumDepth = 100;

/**
 * Gives the wire form of a value.
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
 * @throws `MetadataError` for what is no metadata, or a whole number that has lost digits when its JSON was parsed
 */
export function metadataFromWire(json: unknown): MetadataValue {
  return fromWire(json, 0);
}

/** The wire form as JSON text in which whole numbers of 64 bits are plain digits, as upstream writes them. */
export function metadataToText(value: MetadataValue): string {
  return JSON.stringify(metadataToWire(value)).replace(/("Int":\{"value":)"(-?\d+)"\}/g, "$1$2}");
}

/**
 * Reads JSON text of the wire form without losing digits.
 *
 * @throws `MetadataError` for what is not JSON or no metadata
 */
export function metadataFromText(text: string): MetadataValue {
  // A quotation mark inside a JSON string has a backslash before it, so this never matches inside one.
  const exact = text.replace(/("Int"\s*:\s*\{\s*"value"\s*:\s*)(-?\d{16,})(?=\s*\})/g, '$1"$2"');
  let json: unknown;
  try {
    json = JSON.parse(exact);
  } catch (cause) {
    throw new EdgewaterError("MetadataError", "Metadata cannot be read: it is not JSON", { cause });
  }
  return metadataFromWire(json);
}

function toWire(value: MetadataValue, depth: number): MetadataWire {
  if (depth > maximumDepth) refuse(`Metadata lists nest more than ${maximumDepth} deep`);
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
    if (!Array.isArray(value)) return refuse("List metadata in JSON holds an array");
    return MetadataValue.list(value.map((each) => fromWire(each, depth + 1)));
  },
  DateRange: ({ start, end }) => MetadataValue.dateRange(start as string, end as string),
  Schema: ({ ipc_bytes: bytes }) => {
    const areBytes = Array.isArray(bytes) && bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256);
    return areBytes ? MetadataValue.schema(Uint8Array.from(bytes)) : refuse("Schema metadata in JSON holds an array of bytes");
  },
  DataVersion: ({ value }) => MetadataValue.dataVersion(value as string),
};

function fromWire(json: unknown, depth: number): MetadataValue {
  if (depth > maximumDepth) refuse(`Metadata lists nest more than ${maximumDepth} deep`);
  if (json === "Null") return MetadataValue.null();
  const [entry, ...others] = isRecord(json) ? Object.entries(json) : [];
  if (entry === undefined || others.length > 0) return refuse('Metadata in JSON has one field, its kind, such as {"Int":{"value":1}}');
  const [kind, content] = entry;
  if (!Object.hasOwn(readers, kind)) return refuse(`There is no kind of metadata ${JSON.stringify(kind)}`);
  if (kind !== "Null" && !isRecord(content)) return refuse(`${kind} metadata in JSON holds its content in fields, such as {"value":…}`);
  return readers[kind as MetadataValue["kind"]](isRecord(content) ? content : {}, depth);
}

function wholeNumber(value: unknown): number | bigint {
  if (typeof value === "string" && /^-?\d+$/.test(value)) return BigInt(value);
  if (Number.isSafeInteger(value)) return value as number;
  return refuse("Int metadata in JSON is a whole number; one above 2^53 must be read with metadataFromText");
}

/** `null` is how JSON writers without a word for it write NaN. */
function float(value: unknown): number {
  if (typeof value === "number") return value;
  if (value === null) return Number.NaN;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity" || value === "-0") return Number(value);
  return refuse("A number in the JSON of metadata is a number, or one of the texts NaN, Infinity, -Infinity and -0");
}

function jsonOf(value: unknown): MetadataValue {
  try {
    JSON.parse(value as string);
  } catch (cause) {
    throw new EdgewaterError("MetadataError", "Json metadata in JSON holds JSON text", { cause });
  }
  if (typeof value !== "string") return refuse("Json metadata in JSON holds JSON text");
  return makeMetadata({ kind: "Json", value });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(message: string): never {
  throw new EdgewaterError("MetadataError", message);
}
