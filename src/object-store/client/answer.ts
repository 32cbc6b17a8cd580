import { isEdgewaterError } from "../../errors.ts";
import { decodeText } from "../body.ts";
import { type Call, explain, failed } from "../call.ts";
import type { FullObjectMeta, GetResult, ObjectMeta } from "../types.ts";
import { attributesOf, countMetadataHeaders, lineageHeader, type MetadataHeaders, metadataCountIn } from "./attributes.ts";
import { defaultTimeoutMs, withoutQuery } from "./exchange.ts";

/**
 * What the headers of an answer to GET or HEAD show of an object. The size is that of the whole object, also when a range
 * was read.
 *
 * @throws `NotSupported`, naming the header, when a browser hides one that is needed; `Integrity` for damaged metadata
 */
export function metaOf(call: Call, response: Response, metadata: MetadataHeaders): FullObjectMeta {
  const { headers } = response;
  const lastModified = headers.get("last-modified");
  const count = metadataCountIn(headers.get(lineageHeader(metadata)));
  if (response.type === "cors" && countMetadataHeaders(headers, metadata) < count) {
    throw hiddenHeader(call, `${metadata.prefix}…, of which there are ${count}`);
  }
  const { contentType, metadata: entries = {} } = attributesOf(headers, metadata, call);
  return {
    key: call.key,
    size: Number(statedSize(call, response) ?? 0),
    etag: etagIn(call, response, metadata),
    lastModified: lastModified === null ? undefined : new Date(lastModified),
    contentType,
    metadata: entries,
  };
}

/** The size of the whole object as the headers state it: from `Content-Range` for a range, else from `Content-Length`. */
export function statedSize(call: Call, response: Response): string | null | undefined {
  return response.status === 206 ? requiredHeader(call, response, "Content-Range").split("/")[1] : response.headers.get("content-length");
}

/** The etag in an answer to GET, HEAD or PUT. */
export function etagIn(call: Call, response: Response, { etag = "ETag" }: MetadataHeaders): string {
  return requiredHeader(call, response, etag);
}

/**
 * A header that every answer of this kind has. When it is missing, a browser hides it.
 *
 * @param name the name as CORS rules spell it
 * @throws `NotSupported`, naming the header that the CORS rules must expose
 */
export function requiredHeader(call: Call, { headers }: Response, name: string): string {
  const value = headers.get(name);
  if (value === null) throw hiddenHeader(call, name);
  return value;
}

/** The error for a header that cannot be read. */
export function hiddenHeader(call: Call, name: string): Error {
  const reason = `the answer shows no header ${name}; in a browser, expose it in the CORS rules`;
  return failed(call, "NotSupported", reason, { field: name });
}

/** How the body of an answer is read. */
export interface BodyOptions {
  /** Milliseconds for which no byte may arrive: 30,000 unless given. */
  readonly timeoutMs?: number | undefined;
}

/**
 * An opened object whose body has yet to arrive. A body that ends before its stated length, or from which no byte arrives
 * for too long, is `Unavailable`: a part is never returned as the whole.
 */
export function openedAnswer<Meta extends ObjectMeta>(
  meta: Meta,
  response: Response,
  call: Call,
  options: BodyOptions = {},
): GetResult<Meta> {
  const bytes = (): Promise<Uint8Array<ArrayBuffer>> => readBytes(call, response, options);
  return {
    meta,
    bytes,
    text: async () => decodeText(await bytes()),
    stream: () => {
      const { read, cancel } = bodyReader(call, response, options);
      return new ReadableStream(
        {
          pull: (controller) => read().then((chunk) => (chunk ? controller.enqueue(chunk) : controller.close())),
          cancel,
        },
        { highWaterMark: 0 },
      );
    },
  };
}

/** The body of an answer, as text. Throws like {@link openedAnswer}. */
export async function textBody(call: Call, response: Response, options?: BodyOptions): Promise<string> {
  return new TextDecoder().decode(await readBytes(call, response, options));
}

async function readBytes(call: Call, response: Response, options: BodyOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { read } = bodyReader(call, response, options);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let chunk = await read(); chunk; chunk = await read()) chunks.push(chunk);
  const [first] = chunks;
  // The caller owns the bytes, so a view of a larger buffer is copied.
  const isWhole = chunks.length === 1 && first?.byteLength === first?.buffer.byteLength;
  return first && isWhole ? first : new Uint8Array(await new Blob(chunks).arrayBuffer());
}

interface BodyReader {
  /** Resolves with the next chunk, or undefined after the last. */
  readonly read: () => Promise<Uint8Array<ArrayBuffer> | undefined>;
  readonly cancel: (reason: unknown) => Promise<void> | undefined;
}

function bodyReader(call: Call, response: Response, { timeoutMs = defaultTimeoutMs }: BodyOptions): BodyReader {
  const { headers, body } = response;
  // `fetch` decompresses, so the stated length of a compressed body is not the number of bytes that arrive.
  const length = headers.has("content-encoding") ? 0 : Number(headers.get("content-length"));
  const reader = body?.getReader();
  let size = 0;
  const brokenOff = (how: string, cause?: unknown): Error => failed(call, "Unavailable", `the body ${how} after ${size} bytes`, { cause });
  let isLate = false;
  const read = async (): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const timer = setTimeout(() => {
      isLate = true;
      // Ends the pending read.
      void reader?.cancel().catch(() => undefined);
    }, timeoutMs);
    try {
      const chunk = (await reader?.read())?.value;
      if (isLate) throw brokenOff(`stood still for ${timeoutMs} ms`);
      size += chunk?.byteLength ?? 0;
      if (!chunk && size < length) throw brokenOff(`of ${length} bytes ended`);
      return chunk;
    } catch (cause) {
      throw call.signal?.aborted || isEdgewaterError(cause)
        ? explain(call, cause)
        : brokenOff("broke off", withoutQuery(cause, response.url));
    } finally {
      clearTimeout(timer);
    }
  };
  return { read, cancel: (reason) => reader?.cancel(reason) };
}
