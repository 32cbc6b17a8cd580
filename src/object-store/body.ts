import { type Call, explain } from "./call.ts";
import type { Body, GetResult, ObjectMeta } from "./types.ts";

/** The bytes of a body. Text becomes UTF-8; bytes are not copied. */
export function bytesOf(body: Body): Uint8Array<ArrayBuffer> {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

/** An opened object whose bytes are at hand and belong to the caller from now on. */
export function openedBytes(meta: ObjectMeta, bytes: Uint8Array<ArrayBuffer>): GetResult {
  return {
    meta,
    bytes: async () => bytes,
    text: async () => decodeText(bytes),
    stream: () => new Blob([bytes]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>,
  };
}

/** An opened object whose body a web `Response` holds: from `fetch`, or made of a Blob or a stream. */
export function openedResponse(meta: ObjectMeta, response: Response, call: Call): GetResult {
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

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
