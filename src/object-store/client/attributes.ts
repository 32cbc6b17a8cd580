import { type Call, failed } from "../call.ts";
import type { Attributes } from "../types.ts";

/** How a cloud carries an object's metadata in headers. */
export interface MetadataHeaders {
  /** Such as `x-amz-meta-`. */
  readonly prefix: string;
  /** The names that come back as they were sent, in lower case. */
  readonly names: RegExp;
  /** What the cloud says of an object that was put without a content type. */
  readonly defaultContentType: string;
  /** The header that names the content, when it is not ETag. */
  readonly etag?: string;
}

/** The names of this library's own entries all begin like this; they are never shown. */
const own = "edgewater";

/** The header of the write that made the object, and of those before it. */
export const noncesHeader = ({ prefix }: MetadataHeaders): string => `${prefix}${own}nonces`;

/** The header of what headers cannot carry as it is. */
export const packedHeader = ({ prefix }: MetadataHeaders): string => `${prefix}${own}metadata`;

/** How many entries of metadata are to be seen among an answer's headers, without the one of nonces. */
export function countEntries(headers: Headers, metadata: MetadataHeaders): number {
  return [...headers].filter(([name]) => name.startsWith(metadata.prefix) && name !== noncesHeader(metadata)).length;
}

/** How many there should be, from the value of the one of nonces. */
export function countIn(nonces: string | null | undefined): number {
  return Number(nonces?.split(",")[0]?.split(".")[2] ?? 0);
}

interface Packed {
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * The headers of attributes. What a header would change (capitals in a name; an empty value, space at the ends, runs of
 * space, anything but ASCII) goes as JSON in ASCII into one entry of this library's own, so that all come back exactly. Where
 * there are entries, the one of nonces has their number, and no nonce yet.
 */
export function attributeHeaders({ contentType, metadata = {} }: Attributes, headers: MetadataHeaders): Record<string, string> {
  const { prefix, names, defaultContentType } = headers;
  const isPlain = ([name, value]: readonly [string, string]): boolean =>
    names.test(name) && !name.startsWith(own) && isPlainValue(value) && !value.startsWith("=?");
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
    ...(count === 0 ? {} : { [noncesHeader(headers)]: `..${count},*` }),
  };
}

/**
 * The attributes from an answer's headers.
 *
 * @throws `Integrity` when the library's own entry was damaged
 */
export function attributesOf(answer: Headers, headers: MetadataHeaders, call: Call): Attributes {
  const { prefix, defaultContentType } = headers;
  const type = answer.get("content-type");
  const all = [...answer].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value] as const);
  let packed: Packed;
  try {
    packed = JSON.parse(answer.get(packedHeader(headers)) ?? "{}") as Packed;
  } catch (cause) {
    throw failed(call, "Integrity", "its metadata is damaged", { cause });
  }
  return {
    contentType: packed.contentType ?? (type === null || type === defaultContentType ? undefined : type),
    metadata: Object.fromEntries([...all.filter(([name]) => !name.startsWith(own)), ...Object.entries(packed.metadata ?? {})]),
  };
}

function isPlainValue(value: string): boolean {
  return /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(value);
}

/** JSON in ASCII, and without runs of space, which signatures fold into one. */
function asciiJSON(value: Packed): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[^\x20-\x7e]|(?<= ) /g, escaped);
}
