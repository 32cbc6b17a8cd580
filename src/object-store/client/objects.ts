import { isEdgewaterError } from "../../errors.ts";
import { openedBytes } from "../body.ts";
import { type Call, failed } from "../call.ts";
import { resolveRange } from "../conditions.ts";
import type { ByteRange, FullObjectMeta, FullObjectStore, GetResult, PutMode, PutResult } from "../types.ts";
import { etagIn, hiddenHeader, metaOf, openedAnswer } from "./answer.ts";
import { lineageHeader } from "./attributes.ts";
import { type BucketClient, pathOf } from "./bucket-client.ts";
import { inParallel } from "./parallel.ts";

/** What an answer shows of an object. Caches its lineage. */
export function readMeta(client: BucketClient, call: Call, response: Response): FullObjectMeta {
  const { metadata, lineages } = client;
  const meta = metaOf(call, response, metadata);
  const name = lineageHeader(metadata);
  const lineage = response.headers.get(name);
  client.hasSeenLineage ||= lineage !== null;
  const isOurs = Boolean(lineages.recall(call.key, meta.etag ?? ""));
  if (isOurs && !client.hasSeenLineage && response.type === "cors") throw hiddenHeader(call, name);
  lineages.remember(call.key, meta.etag, lineage);
  return meta;
}

/** Reads what the server knows of an object. */
export async function headObject(client: BucketClient, call: Call): Promise<FullObjectMeta> {
  return readMeta(client, call, await client.request(call, { method: "HEAD", path: pathOf(call.key) }));
}

/**
 * Opens an object or a range of it.
 *
 * @param conditions headers that make the read conditional
 * @throws `InvalidRange`; `NotSupported` for a server that ignores ranges; the errors of the request
 */
export async function openObject(
  client: BucketClient,
  call: Call,
  range: ByteRange | undefined,
  conditions: Record<string, string>,
): Promise<GetResult<FullObjectMeta>> {
  const part = range && resolveRange(range, Number.MAX_SAFE_INTEGER, call);
  const path = pathOf(call.key);
  let response: Response;
  try {
    const headers = part ? { ...conditions, range: rangeHeader(part.start, range.end) } : conditions;
    response = await client.request(call, { method: "GET", path, headers });
  } catch (error) {
    if (part?.start !== 0 || !isEdgewaterError(error, "InvalidRange")) throw error;
    // An empty object has no first byte for a range to start with.
    const meta = readMeta(client, call, await client.request(call, { method: "HEAD", path, headers: conditions }));
    if (meta.size > 0) throw error;
    return openedBytes(meta, new Uint8Array());
  }
  try {
    if (part && response.status !== 206) throw failed(call, "NotSupported", "the server does not support ranges");
    const meta = readMeta(client, call, response);
    // Some servers answer with an empty body to a range that starts at the end.
    resolveRange(range, meta.size, call);
    return openedAnswer(meta, response, call, client.options);
  } catch (error) {
    void response.body?.cancel().catch(() => undefined);
    throw error;
  }
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
