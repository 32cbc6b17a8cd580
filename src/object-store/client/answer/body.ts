import { isEdgewaterError } from "../../../errors.ts";
import { decodeText } from "../../body.ts";
import { type Call, explain, failed } from "../../call.ts";
import type { GetResult, ObjectMeta } from "../../types.ts";
import { defaultTimeoutMs, withoutQuery } from "../exchange.ts";
import { statedLength } from "./answer.ts";

/** How the body of an answer is read. */
export interface BodyOptions {
  /** Milliseconds for which no byte may arrive: 30,000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** Number of bytes that the body must have; the stated length unless given. */
  readonly length?: number | undefined;
}

/**
 * An opened object whose body has yet to arrive. A body that is shorter or longer than stated, or from which no byte arrives
 * for too long, is `Unavailable`: wrong bytes are never returned as the object.
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

/** How an answer is read as text. */
export interface TextOptions {
  /** Milliseconds until the whole body must have arrived: 30,000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for which no byte may arrive; as long as the whole may take unless given. */
  readonly idleMs?: number | undefined;
  /** Number of bytes that are read at most. */
  readonly maxBytes: number;
}

/**
 * The body of an answer as text.
 *
 * @throws `Unavailable` for a body that is cut off, late, or larger than the limit; `Aborted`
 */
export async function textBody(call: Call, response: Response, options: TextOptions): Promise<string> {
  const { text, problem } = await textPrefix(call, response, options);
  if (problem) throw problem;
  return text;
}

/** The beginning of the body of an answer as text, as far as it arrives, and why it is not the whole. Never rejects. */
export async function textPrefix(
  call: Call,
  response: Response,
  { timeoutMs = defaultTimeoutMs, idleMs = timeoutMs, maxBytes }: TextOptions,
): Promise<{ readonly text: string; readonly problem?: unknown }> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    const { read, cancel } = bodyReader(call, response, { timeoutMs: idleMs, deadline: Date.now() + timeoutMs });
    for (let chunk = await read(); chunk; chunk = await read()) {
      const rest = maxBytes - size;
      size += chunk.byteLength;
      text += decoder.decode(chunk.subarray(0, rest), { stream: true });
      if (size <= maxBytes) continue;
      cancel(undefined);
      return { text, problem: failed(call, "Unavailable", `the answer is larger than ${maxBytes} bytes`) };
    }
    return { text: text + decoder.decode() };
  } catch (problem) {
    return { text, problem };
  }
}

async function readBytes(call: Call, response: Response, options: BodyOptions): Promise<Uint8Array<ArrayBuffer>> {
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
  /** Ends the reading. Does not wait for the source, which may never answer. */
  readonly cancel: (reason: unknown) => void;
}

interface ReaderOptions extends BodyOptions {
  /** When the whole body must have arrived, in milliseconds since 1970. */
  readonly deadline?: number;
}

function bodyReader(call: Call, response: Response, options: ReaderOptions): BodyReader {
  const { timeoutMs = defaultTimeoutMs, deadline = Number.POSITIVE_INFINITY, length = lengthOfBody(call, response) } = options;
  const reader = response.body?.getReader();
  const cancel = (reason: unknown): void => void reader?.cancel(reason).catch(() => undefined);
  let size = 0;
  const brokenOff = (how: string, cause?: unknown): Error => failed(call, "Unavailable", `the body ${how} after ${size} bytes`, { cause });
  let isLate = false;
  const read = async (): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const rest = deadline - Date.now();
    const end = (): void => {
      isLate = true;
      // Ends the pending read.
      cancel(undefined);
    };
    const timer = setTimeout(end, Math.max(Math.min(timeoutMs, rest), 0));
    try {
      const chunk = (await reader?.read())?.value;
      if (isLate) throw brokenOff(rest < timeoutMs ? "was not complete in time" : `stood still for ${timeoutMs} ms`);
      size += chunk?.byteLength ?? 0;
      if (length === undefined) return chunk;
      if (!chunk && size < length) throw brokenOff(`of ${length} bytes ended`);
      if (size > length) {
        cancel(undefined);
        const hint = response.type === "cors" ? "; if the server compresses, expose Content-Encoding in its CORS rules" : "";
        throw failed(call, "Unavailable", `the body has more than its ${length} bytes${hint}`);
      }
      return chunk;
    } catch (cause) {
      throw call.signal?.aborted || isEdgewaterError(cause)
        ? explain(call, cause)
        : brokenOff("broke off", withoutQuery(cause, response.url));
    } finally {
      clearTimeout(timer);
    }
  };
  return { read, cancel };
}

/** The number of bytes that arrive; undefined when that is not known. `fetch` may decompress what is compressed. */
function lengthOfBody(call: Call, response: Response): number | undefined {
  return response.headers.has("content-encoding") ? undefined : statedLength(call, response);
}
