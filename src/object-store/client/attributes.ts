import { type Call, failed } from "../call.ts";
import type { Attributes } from "../types.ts";

/** How a server carries an object's metadata in headers. */
export interface MetadataHeaders {
  /** Prefix of every metadata header, such as `x-amz-meta-`. */
  readonly prefix: string;
  /** The metadata names that the server keeps unchanged. */
  readonly names: RegExp;
  /** The content type that the server reports for an object that was put without one. */
  readonly defaultContentType: string;
  /** The header with the etag; `ETag` unless given. */
  readonly etag?: string;
}

/** Prefix of this library's own metadata entries, which callers never see. */
const ownPrefix = "edgewater";

/** The header with the lineage of the object: the write that made it and the writes before that one. */
export const lineageHeader = ({ prefix }: MetadataHeaders): string => `${prefix}${ownPrefix}nonces`;

/** The header with the attributes that plain headers cannot carry unchanged. */
export const packedHeader = ({ prefix }: MetadataHeaders): string => `${prefix}${ownPrefix}metadata`;

/** The number of metadata headers in an answer, without the lineage header. */
export function countMetadataHeaders(headers: Headers, metadata: MetadataHeaders): number {
  return [...headers].filter(([name]) => name.startsWith(metadata.prefix) && name !== lineageHeader(metadata)).length;
}

/** The number of metadata headers that the object has, as its lineage header states it; 0 without one. */
export function metadataCountIn(lineage: string | null | undefined): number {
  return Number(lineage?.split(",")[0]?.split(".")[2] ?? 0);
}

interface PackedAttributes {
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * The headers for attributes. Headers change some values: capitals in a name, empty values, leading, trailing or repeated
 * spaces, and anything beyond ASCII. Those values go into one entry of this library's own, as JSON in ASCII, so that all of
 * them come back unchanged. With any entry, the lineage header is added too; it states their number and no write token yet.
 */
export function attributeHeaders({ contentType, metadata = {} }: Attributes, headers: MetadataHeaders): Record<string, string> {
  const { prefix, names, defaultContentType } = headers;
  const isPlain = ([name, value]: readonly [string, string]): boolean =>
    names.test(name) && !name.startsWith(ownPrefix) && isPlainValue(value) && !value.startsWith("=?");
  const entries = Object.entries(metadata);
  const rest = entries.filter((entry) => !isPlain(entry));
  const isTypePlain = contentType === undefined || (isPlainValue(contentType) && contentType !== defaultContentType);
  const packed = asciiJSON({
    contentType: isTypePlain ? undefined : contentType,
    metadata: rest.length === 0 ? undefined : Object.fromEntries(rest),
  });
  const sent = {
    ...Object.fromEntries(entries.filter(isPlain).map(([name, value]) => [prefix + name, value])),
    ...(packed !== "{}" && { [packedHeader(headers)]: packed }),
  };
  const count = Object.keys(sent).length;
  return {
    ...(contentType !== undefined && isTypePlain && { "content-type": contentType }),
    ...sent,
    ...(count === 0 ? {} : { [lineageHeader(headers)]: `..${count},*` }),
  };
}

/**
 * The attributes in an answer's headers.
 *
 * @throws `Integrity` when the library's own entry is damaged
 */
export function attributesOf(answer: Headers, headers: MetadataHeaders, call: Call): Attributes {
  const { prefix, defaultContentType } = headers;
  const type = answer.get("content-type");
  const all = [...answer].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value] as const);
  const packed = parsePacked(answer.get(packedHeader(headers)) ?? "{}");
  if (packed === undefined) throw failed(call, "Integrity", "its metadata is damaged");
  return {
    contentType: packed.contentType ?? (type === null || type === defaultContentType ? undefined : type),
    metadata: Object.fromEntries([...all.filter(([name]) => !name.startsWith(ownPrefix)), ...Object.entries(packed.metadata ?? {})]),
  };
}

/** The attributes of the library's own entry; undefined for one that is damaged. */
function parsePacked(text: string): PackedAttributes | undefined {
  try {
    const { contentType, metadata } = JSON.parse(text) as { readonly contentType?: unknown; readonly metadata?: unknown };
    if (contentType !== undefined && typeof contentType !== "string") return undefined;
    if (metadata === undefined) return { contentType };
    if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return undefined;
    const entries = Object.entries(metadata);
    return entries.every(([, value]) => typeof value === "string")
      ? { contentType, metadata: metadata as Record<string, string> }
      : undefined;
  } catch {
    return undefined;
  }
}

function isPlainValue(value: string): boolean {
  return /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(value);
}

/** JSON in ASCII without repeated spaces, which signatures collapse into one. */
function asciiJSON(value: PackedAttributes): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[^\x20-\x7e]|(?<= ) /g, escaped);
}
