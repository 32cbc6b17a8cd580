import { chunkReader } from "../byte-stream.ts";
import { abortedError } from "../errors.ts";
import { type Call, explain, failed } from "./call.ts";
import type { Body, GetResult, ObjectMeta, StreamBody } from "./types.ts";

/** The bytes of a body. Text becomes UTF-8; bytes are not copied. */
export function bytesOf(body: Body): Uint8Array<ArrayBuffer> {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

/** Returns whether a body is in memory: bytes or text. */
export function isBuffered(body: StreamBody): body is Body {
  return typeof body === "string" || body instanceof Uint8Array;
}

/** The number of bytes of a body, if it is known without reading or encoding it. */
export function sizeOf(body: StreamBody): number | undefined {
  if (body instanceof Blob) return body.size;
  return body instanceof Uint8Array ? body.byteLength : undefined;
}

/**
 * Reads the chunks of a Blob or a stream. Cancels the stream if the consumer stops early or the signal is aborted.
 * The next chunk may overwrite the one before.
 *
 * @throws `Aborted`; `Unavailable` if the stream fails, with its error as the cause
 */
export async function* chunksOf(body: Blob | ReadableStream<Uint8Array>, call: Call): AsyncGenerator<Uint8Array, void, void> {
  const { store, key, signal } = call;
  const reader = chunkReader(body instanceof Blob ? body.stream() : body);
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener("abort", cancel, { once: true });
  let isRead = false;
  try {
    while (true) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw explain(call, cause);
      });
      // A cancelled stream looks like one that ended.
      if (signal?.aborted) throw abortedError(signal, { store, key });
      isRead = done;
      if (done) return;
      if (!(value instanceof Uint8Array)) throw explain(call, new TypeError("the stream contains a chunk that is not a Uint8Array"));
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    if (!isRead) cancel();
  }
}

/** Reads a whole body into a new buffer, which no caller can change later. */
export async function collect(body: StreamBody, call: Call): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof body === "string") return bytesOf(body);
  if (body instanceof Uint8Array) return body.slice();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunksOf(body, call)) chunks.push(chunk.slice());
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** An opened object whose bytes are in memory. The reader owns them from now on. */
export function openedBytes<Meta extends ObjectMeta>(meta: Meta, bytes: Uint8Array<ArrayBuffer>): GetResult<Meta> {
  return {
    meta,
    bytes: async () => bytes,
    text: async () => decodeText(bytes),
    stream: () => new Blob([bytes]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>,
  };
}

/** An opened object whose body is that of a web `Response`. */
export function openedResponse<Meta extends ObjectMeta>(meta: Meta, response: Response, call: Call): GetResult<Meta> {
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw explain(call, cause);
    }
  };
  return {
    meta,
    bytes,
    text: async () => decodeText(await bytes()),
    stream: () => response.body ?? new ReadableStream({ start: (controller) => controller.close() }),
  };
}

/** Decodes UTF-8 and keeps a byte order mark. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/**
 * Checks the type of a body before anything is written.
 *
 * @throws `NotSupported` if it is neither bytes, text, a Blob nor a stream
 */
export function checkBody(body: StreamBody, target: Pick<Call, "store" | "key">): void {
  if (isBuffered(body) || body instanceof Blob || body instanceof ReadableStream) return;
  const reason = "the body is not a string, a Uint8Array, a Blob or a ReadableStream";
  throw failed({ ...target, verb: "write", signal: undefined }, "NotSupported", reason);
}
