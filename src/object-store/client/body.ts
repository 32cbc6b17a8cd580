import { isEdgewaterError } from "../../errors.ts";
import { decodeText } from "../body.ts";
import { type Call, explain, failed } from "../call.ts";
import type { GetResult, ObjectMeta } from "../types.ts";
import { defaultTimeoutMs, withoutQuery } from "./exchange.ts";

/** How the body of an answer is read. */
export interface BodyOptions {
  /** Milliseconds for which it may stand still. */
  readonly timeoutMs?: number | undefined;
}

/**
 * An opened object whose body is still to come. What ends before the length that the server has said, or stands still
 * for too long, is `Unavailable`: a part never passes for the whole.
 */
export function openedAnswer<Meta extends ObjectMeta>(
  meta: Meta,
  response: Response,
  call: Call,
  { timeoutMs = defaultTimeoutMs }: BodyOptions = {},
): GetResult<Meta> {
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const { read } = reading(response, call, timeoutMs);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (let chunk = await read(); chunk; chunk = await read()) chunks.push(chunk);
    const [first] = chunks;
    const isWhole = chunks.length === 1 && first?.byteLength === first?.buffer.byteLength;
    return first && isWhole ? first : new Uint8Array(await new Blob(chunks).arrayBuffer());
  };
  return {
    meta,
    bytes,
    text: async () => decodeText(await bytes()),
    stream: () => {
      const { read, cancel } = reading(response, call, timeoutMs);
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

interface Next {
  /** The next chunk, undefined after the last. */
  readonly read: () => Promise<Uint8Array<ArrayBuffer> | undefined>;
  readonly cancel: (reason: unknown) => Promise<void> | undefined;
}

function reading(response: Response, call: Call, timeoutMs: number): Next {
  const { headers, body } = response;
  // What fetch decodes is no longer as long as it was sent.
  const length = headers.has("content-encoding") ? 0 : Number(headers.get("content-length"));
  const reader = body?.getReader();
  let size = 0;
  const brokenOff = (how: string, cause?: unknown): Error => failed(call, "Unavailable", `the body ${how} after ${size} bytes`, { cause });
  let isLate = false;
  const read = async (): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    // A read that is pending ends with what it reads from.
    const timer = setTimeout(() => {
      isLate = true;
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

/** The body of an answer, as text. */
export async function textBody(call: Call, response: Response): Promise<string> {
  return response.text().catch((cause: unknown) => {
    throw explain(call, withoutQuery(cause, response.url));
  });
}
