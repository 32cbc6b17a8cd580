/**
 * Compares the answers of HTTP servers with what was asked: status, range, length, etag, encoding, redirects, whole documents,
 * size and time.
 *
 * @module
 */
import { type Call, failed } from "../../call.ts";
import { resolveRange } from "../../conditions.ts";
import type { ByteRange, FullObjectMeta } from "../../types.ts";
import { attributesOf, countMetadataHeaders, lineageHeader, type MetadataHeaders, metadataCountIn } from "../attributes.ts";
import { validDate } from "./xml.ts";

/** The error for an answer that does not fit its question. Trying again may help. */
export function unexpected(call: Call, what: string): Error {
  return failed(call, "Unavailable", `the server answered with ${what}`);
}

/** The bytes that an answer to GET carries. */
export interface Extent {
  readonly start: number;
  /** The byte after the last one; undefined when the answer does not state it. */
  readonly end: number | undefined;
  /** Size of the whole object; undefined when the answer does not state it. */
  readonly size: number | undefined;
}

/**
 * Compares an answer of success to GET with the range that was asked for. A server may answer a range with the whole object
 * (status 200).
 *
 * @throws `InvalidRange` for a range that starts at the end or later; `Unavailable` for any other status, for another range, and for a length that contradicts the range; `NotSupported`
 * for a range of an object of unstated size, and when a browser hides `Content-Range`
 */
export function checkExtent(call: Call, response: Response, range: ByteRange | undefined): Extent {
  const { status } = response;
  const length = statedLength(call, response);
  if (status === 200) {
    const size = isDecoded(response) ? undefined : length;
    return { start: 0, end: size, size };
  }
  if (status !== 206) throw unexpected(call, `the status ${status}; a read has 200 or 206`);
  if (range === undefined) throw unexpected(call, "a part of the object, although the whole was asked for");
  const [, first, last, total] =
    /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(requiredHeader(call, response, "Content-Range")) ?? [];
  if (first === undefined) throw unexpected(call, "an invalid Content-Range");
  if (total === "*") throw failed(call, "NotSupported", "the server does not state the object's size");
  const [start, end, size] = [Number(first), Number(last) + 1, Number(total)];
  // Azurite answers with 206 and nothing to a range that starts at the end.
  if (start === range.start && start >= size) resolveRange(range, size, call);
  const expectedEnd = Math.min(range.end ?? size, size);
  if (start !== range.start || end !== expectedEnd || end <= start) {
    throw unexpected(call, `the bytes ${start} to ${end} of ${size}, not with ${range.start} to ${expectedEnd}`);
  }
  if (length !== undefined && length !== end - start && !isDecoded(response)) {
    throw unexpected(call, `${length} bytes for the range ${start} to ${end}`);
  }
  return { start, end, size };
}

/**
 * The length that an answer states; undefined without one.
 *
 * @throws `Unavailable` for a length that is not a number
 */
export function statedLength(call: Call, { headers }: Response): number | undefined {
  const text = headers.get("content-length");
  if (text === null) return undefined;
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) throw unexpected(call, "an invalid Content-Length");
  return Number(text);
}

/** Codings that the `fetch` of some runtime undoes. */
const decodedCodings = /^(?:x-)?(?:gzip|deflate|compress|br|zstd)$/i;

/** The coding of a body that `fetch` may undo, so that other bytes arrive than the server sends; undefined without one. */
export function codingOf({ headers }: Response): string | undefined {
  const codings = (headers.get("content-encoding") ?? "").split(",").map((coding) => coding.trim());
  return codings.find((coding) => decodedCodings.test(coding));
}

function isDecoded(response: Response): boolean {
  return codingOf(response) !== undefined;
}

/**
 * What the headers of an answer to GET or HEAD show of an object.
 *
 * @param size size of the whole object, also when a range was read
 * @throws `NotSupported`, naming the header, when a browser hides one that is needed; `Unavailable` when one is missing;
 * `Integrity` for damaged metadata
 */
export function metaOf(call: Call, response: Response, metadata: MetadataHeaders, size: number): FullObjectMeta {
  const { headers } = response;
  const count = metadataCountIn(headers.get(lineageHeader(metadata)));
  if (response.type === "cors" && countMetadataHeaders(headers, metadata) < count) {
    throw hiddenHeader(call, `${metadata.prefix}…, of which there are ${count}`);
  }
  const { contentType, metadata: entries = {} } = attributesOf(headers, metadata, call);
  return {
    key: call.key,
    size,
    etag: etagIn(call, response, metadata),
    lastModified: validDate(headers.get("last-modified")),
    contentType,
    metadata: entries,
  };
}

/** The etag in an answer to GET, HEAD or PUT. Throws like {@link requiredHeader}. */
export function etagIn(call: Call, response: Response, { etag = "ETag" }: MetadataHeaders): string {
  return requiredHeader(call, response, etag);
}

/**
 * A header that every answer of this kind has.
 *
 * @param name the name as CORS rules spell it
 * @throws `NotSupported`, naming the header that the CORS rules must expose, when a browser may hide it; otherwise
 * `Unavailable`, because the answer is not one of the service
 */
export function requiredHeader(call: Call, response: Response, name: string): string {
  const value = response.headers.get(name);
  if (value) return value;
  if (response.type === "cors") throw hiddenHeader(call, name);
  throw failed(call, "Unavailable", `the answer has no header ${name}`, { field: name });
}

/** The error for a header that cannot be read. */
export function hiddenHeader(call: Call, name: string): Error {
  const reason = `the answer shows no header ${name}; in a browser, expose it in the CORS rules`;
  return failed(call, "NotSupported", reason, { field: name });
}
