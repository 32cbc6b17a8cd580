import { toHex } from "../../encoding/hex.ts";
import { failed } from "../call.ts";
import type { Attributes } from "../types.ts";
import type { Stamp } from "./file-stats.ts";
import { readFileSync } from "./fs.ts";
import { ifThereSync } from "./system-error.ts";

/** The version of the records that this code writes. */
const version = 1;

/** What is kept beside an object with attributes. One line of JSON, which a person may read and remove. */
export interface ObjectRecord extends Attributes, Stamp {
  readonly key: string;
  /** A random token: the identity of the write, without quotes. */
  readonly etag: string;
  /** The CRC-32 of the bytes, as eight hexadecimal digits. */
  readonly crc32: string;
}

/** The content of the claim of a write: the new record, or what else will be done to the key. */
export type ClaimContent =
  | ObjectRecord
  | { readonly key: string; readonly isDelete: true }
  | { readonly key: string; readonly isAccept: true };

/** Returns whether a claim is that of a put, which becomes the record. */
export function isRecord(content: ClaimContent | "damaged" | undefined): content is ObjectRecord {
  return typeof content === "object" && "etag" in content;
}

const tokenBytes = 12;

/** Random bytes of the next tokens: asking for many at once is faster. */
const random = new Uint8Array(tokenBytes * 256);
let used: number = random.byteLength;

/** A new identity. */
export function newToken(): string {
  if (used === random.byteLength) {
    crypto.getRandomValues(random);
    used = 0;
  }
  used += tokenBytes;
  return toHex(random.subarray(used - tokenBytes, used));
}

/** The text of a record file or claim file. */
export function encode(content: ClaimContent): string {
  if (!isRecord(content)) return `${JSON.stringify({ v: version, ...content })}\n`;
  const { key, etag, size, mtimeMs, crc32, contentType, metadata } = content;
  return `${JSON.stringify({ v: version, key, etag, size, mtime: mtimeMs, crc32, contentType, metadata })}\n`;
}

/**
 * Reads a record or a claim; undefined if there is none.
 *
 * @throws `NotSupported` if a newer version of this library wrote it
 */
export function readRecord(
  path: string,
  { store, key }: { readonly store: string; readonly key: string },
): ClaimContent | "damaged" | undefined {
  const text = ifThereSync(() => readFileSync(path, "utf8"));
  if (text === undefined) return undefined;
  const fields = parse(text);
  if (typeof fields?.["v"] === "number" && fields["v"] > version) {
    const reason = `a newer version of edgewater wrote its record ${JSON.stringify(path)}; update edgewater`;
    throw failed({ store, key, verb: "read", signal: undefined }, "NotSupported", reason);
  }
  return (fields && toContent(fields)) ?? "damaged";
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function toContent(fields: Record<string, unknown>): ClaimContent | undefined {
  const { v, key, isDelete, isAccept, etag, size, mtime, crc32, contentType, metadata } = fields;
  if (v !== version || typeof key !== "string") return undefined;
  if (isDelete === true) return { key, isDelete };
  if (isAccept === true) return { key, isAccept };
  const isText = (value: unknown): value is string => typeof value === "string";
  if (!isText(etag) || !isText(crc32) || !Number.isSafeInteger(size) || !Number.isSafeInteger(mtime)) return undefined;
  if (contentType !== undefined && !isText(contentType)) return undefined;
  if (metadata !== undefined && (typeof metadata !== "object" || metadata === null || !Object.values(metadata).every(isText)))
    return undefined;
  return { key, etag, size: size as number, mtimeMs: mtime as number, crc32, contentType, metadata: metadata as Attributes["metadata"] };
}
