import { isEdgewaterError } from "../../errors.ts";
import { openedBytes } from "../body.ts";
import { type Call, failed, printable } from "../call.ts";
import { checkMatch, resolveRange } from "../conditions.ts";
import type { ByteRange, FullObjectMeta, FullObjectStore, GetResult, PutMode, PutResult } from "../types.ts";
import { checkExtent, codingOf, etagIn, hiddenHeader, metaOf, statedLength, unexpected } from "./answer/answer.ts";
import { openedAnswer } from "./answer/body.ts";
import { lineageHeader } from "./attributes.ts";
import { type BucketClient, pathOf } from "./bucket-client.ts";
import { leavesBodies } from "./exchange.ts";
import { inParallel } from "./parallel.ts";

/** What an answer shows of an object. Caches its lineage. */
export function readMeta(client: BucketClient, call: Call, response: Response, size: number): FullObjectMeta {
  const { metadata, lineages } = client;
  const meta = metaOf(call, response, metadata, size);
  const name = lineageHeader(metadata);
  const lineage = response.headers.get(name);
  client.hasSeenLineage ||= lineage !== null;
  const isOurs = Boolean(lineages.recall(call.key, meta.etag ?? ""));
  if (isOurs && !client.hasSeenLineage && response.type === "cors") throw hiddenHeader(call, name);
  lineages.remember(call.key, meta.etag, lineage);
  return meta;
}

/** Reads what the server knows of an object. Reads the object itself when the answer to HEAD does not state its size. */
export async function headObject(client: BucketClient, call: Call): Promise<FullObjectMeta> {
  const response = await client.request(call, { method: "HEAD", path: pathOf(call.key) });
  const size = statedLength(call, response);
  if (size !== undefined) return readMeta(client, call, response, size);
  const { meta, stream } = await openObject(client, call, {});
  void stream()
    .cancel()
    .catch(() => undefined);
  return meta;
}

/** A read: the range and the conditions that it has, and the headers of the conditions. */
export interface ReadQuestion {
  readonly range?: ByteRange | undefined;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly headers?: Record<string, string> | undefined;
}

/**
 * Opens an object or a range of it.
 *
 * @throws `InvalidRange`; `PreconditionFailed` and `NotModified`, also when the server ignores conditions; `NotSupported` for a
 * server that ignores ranges, and for an object with a `Content-Encoding` that this runtime's `fetch` undoes; `Unavailable` for
 * an answer to another question; the errors of the request
 */
export async function openObject(client: BucketClient, call: Call, question: ReadQuestion): Promise<GetResult<FullObjectMeta>> {
  const { range, headers: conditions = {} } = question;
  const part = range && resolveRange(range, Number.MAX_SAFE_INTEGER, call);
  const path = pathOf(call.key);
  let response: Response;
  try {
    const headers = part ? { ...conditions, range: rangeHeader(part.start, range.end) } : conditions;
    response = await client.request(call, { method: "GET", path, headers });
  } catch (error) {
    if (isUnasked(error, question)) throw unexpected(call, "the refusal of a condition or range that it was not asked for");
    if (part?.start !== 0 || !isEdgewaterError(error, "InvalidRange")) throw error;
    // An empty object has no first byte for a range to start with.
    const head = await client.request(call, { method: "HEAD", path, headers: conditions });
    if (statedLength(call, head) !== 0) throw error;
    const meta = readMeta(client, call, head, 0);
    checkMatch(question, meta.etag, call);
    return openedBytes(meta, new Uint8Array());
  }
  try {
    if (part && response.status === 200) throw failed(call, "NotSupported", "the server does not support ranges");
    const { start, end, size } = checkExtent(call, response, range);
    checkCoding(client, call, response);
    // Some servers answer with an empty body to a range that starts at the end.
    if (size !== undefined) resolveRange(range, size, call);
    const meta = readMeta(client, call, response, size ?? 0);
    checkMatch(question, meta.etag, call);
    const { timeoutMs } = client.options;
    const length = end === undefined ? statedLength(call, response) : end - start;
    if (length !== undefined) return openedAnswer({ ...meta, size: size ?? length }, response, call, { timeoutMs, length });
    const bytes = await openedAnswer(meta, response, call, { timeoutMs }).bytes();
    return openedBytes({ ...meta, size: bytes.byteLength }, bytes);
  } catch (error) {
    if (!response.body?.locked) void response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

function isUnasked(error: unknown, { range, ifMatch, ifNoneMatch }: ReadQuestion): boolean {
  return (
    (isEdgewaterError(error, "NotModified") && ifNoneMatch === undefined) ||
    (isEdgewaterError(error, "PreconditionFailed") && ifMatch === undefined) ||
    (isEdgewaterError(error, "InvalidRange") && range === undefined)
  );
}

/**
 * Refuses an object whose stored bytes cannot be read here: one with a `Content-Encoding`, unless this runtime leaves bodies
 * as they are, and one that Google Cloud Storage decompresses before it sends it ("Transcoding of gzip-compressed files").
 */
function checkCoding(client: BucketClient, call: Call, response: Response): void {
  const stored = response.headers.get("x-goog-stored-content-encoding") ?? "identity";
  const sent = codingOf(response);
  const isTranscoded = sent === undefined && stored !== "identity" && stored !== "";
  if (!isTranscoded && (sent === undefined || leavesBodies(client.options))) return;
  const reason = `the object has the Content-Encoding ${sent ?? printable(stored)}, and its stored bytes cannot be read here; store it without one`;
  throw failed(call, "NotSupported", reason);
}

/** A range as HTTP writes it, with the last byte as its end (RFC 9110, section 14.1.2). */
export function rangeHeader(start: number, end: number | undefined): string {
  return `bytes=${start}-${end === undefined ? "" : end - 1}`;
}

/** The headers of a conditional read, for servers that compare etags. */
export function matchHeaders({
  ifMatch,
  ifNoneMatch,
}: {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}): Record<string, string> {
  return {
    ...(ifMatch !== undefined && { "if-match": ifMatch }),
    ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
  };
}

/** Writes an object unconditionally. Sending it again has the same result. */
export async function overwrite(
  { metadata, lineages, request }: BucketClient,
  call: Call,
  body: Uint8Array<ArrayBuffer> | Blob,
  headers: Record<string, string>,
): Promise<PutResult> {
  const response = await request(call, { method: "PUT", path: pathOf(call.key), headers, body });
  const etag = etagIn(call, response, metadata);
  lineages.remember(call.key, etag, headers[lineageHeader(metadata)] ?? null);
  return { etag };
}

/** Deletes objects with one request each, several at a time. Missing objects count as deleted. */
export async function deleteEach(
  client: BucketClient,
  calls: readonly Call[],
  concurrency: number,
  headers: Record<string, string> = {},
): Promise<void> {
  await inParallel(calls, concurrency, async (call) => {
    try {
      await client.request(call, { method: "DELETE", path: pathOf(call.key), headers });
    } catch (error) {
      if (!isMissingObject(error)) throw error;
    }
  });
}

/** Returns whether an error is about a missing object; the error about a missing bucket names no key. */
export function isMissingObject(error: unknown): boolean {
  return isEdgewaterError(error, "NotFound") && error.key !== undefined;
}

/**
 * Copies within a bucket. An overwrite is done by the server and keeps all that it knows of the object. Servers take no
 * condition with a copy, so a conditional copy reads and writes the object here. A copy onto itself does nothing.
 */
export async function copyWithin(
  store: FullObjectStore,
  { key, signal }: Call,
  to: string,
  mode: PutMode,
  byServer: () => Promise<PutResult>,
): Promise<PutResult> {
  if (mode !== "overwrite") {
    const object = await store.get(key, { signal });
    const { contentType, metadata } = object.meta;
    return store.put(to, await object.bytes(), { mode, contentType, metadata, signal });
  }
  return key === to ? { etag: (await store.head(key, { signal })).etag } : byServer();
}
