import { type EdgewaterError, isEdgewaterError, throwIfAborted } from "../../errors.ts";
import type { RetryPolicy } from "../../retry.ts";
import { hasUndici } from "../../runtime/node.ts";
import { type Call, explain } from "../call.ts";

/** How a remote store sends its requests. */
export interface TransportOptions {
  /** Sends the requests; the runtime's `fetch` unless given. */
  readonly fetch?: typeof fetch | undefined;
  /** How failed requests are retried. */
  readonly retry?: RetryPolicy | undefined;
  /**
   * Milliseconds until an answer must begin, and for which no byte of its body may arrive: 30,000 unless given. A request
   * with a body gets one second more for every 50 kB.
   */
  readonly timeoutMs?: number | undefined;
}

/** One request, signed and ready to send. */
export interface HTTPRequest {
  readonly method: string;
  readonly url: string | URL;
  readonly headers: Headers | Record<string, string>;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | undefined;
}

const slowestBytesPerMs = 50;

/** Size in bytes above which a body is streamed to Node's fetch. */
const largeBody = 1e6;

/** The default of `timeoutMs`. */
export const defaultTimeoutMs = 30_000;

/**
 * Sends one request once. Resolves with any answer of the server as soon as its headers have arrived; the caller's signal
 * also covers the body.
 *
 * @throws `Aborted`; `Unavailable` when no answer arrives: its message shows the host and nothing else of the URL
 */
export async function exchange(call: Call, request: HTTPRequest, options: TransportOptions = {}): Promise<Response> {
  const { signal } = call;
  throwIfAborted(signal, call);
  const { body, method, headers, url } = request;
  const size = body instanceof Blob ? body.size : (body?.byteLength ?? 0);
  const timeoutMs = (options.timeoutMs ?? defaultTimeoutMs) + size / slowestBytesPerMs;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const send = options.fetch ?? fetch;
  const isStreamed = body instanceof Uint8Array && size > largeBody && send === fetch && hasUndici();
  try {
    return await send(url, {
      // A browser must not answer a signed request from its cache. Runtimes without a cache lack the option; some refuse it.
      ...("cache" in Request.prototype && { cache: "no-store" }),
      method,
      headers,
      body: body ?? null,
      ...(isStreamed && streamedBody(headers, body)),
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    });
  } catch (cause) {
    const reason = `${new URL(url).origin} ${late.signal.aborted ? `did not answer within ${Math.ceil(timeoutMs)} ms` : "cannot be reached"}`;
    throw explain(call, withoutQuery(cause, `${url}`), () => ({ code: "Unavailable", reason }));
  } finally {
    clearTimeout(timer);
  }
}

/** Bytes handed over at a time. */
const pieceSize = 2 ** 20;

/**
 * A large body, and its headers, for Node's fetch (undici). Undici copies bytes before it sends them and leaves the copy to
 * the garbage collector; a stream is sent piece by piece without a copy, and with `content-length` it is sent like any other
 * body. The fetch of other runtimes sends streams in chunks of unknown number, which storage services refuse.
 */
function streamedBody(headers: Headers | Record<string, string>, body: Uint8Array<ArrayBuffer>): RequestInit {
  const all = new Headers(headers);
  all.set("content-length", String(body.byteLength));
  let position = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    controller.enqueue(body.subarray(position, position + pieceSize));
    position += pieceSize;
    if (position >= body.byteLength) controller.close();
  };
  const init: RequestInit & { duplex: "half" } = { headers: all, body: new ReadableStream({ pull }, { highWaterMark: 0 }), duplex: "half" };
  return init;
}

/**
 * The cause of a failed fetch, without a signature: the errors of Deno and Bun show the URL. For a URL with a query, only
 * the error's code is kept.
 */
export function withoutQuery(cause: unknown, url: string): unknown {
  if (!url.includes("?") || isEdgewaterError(cause)) return cause;
  const { code, cause: inner } = (cause ?? {}) as NonNullable<CodedError>;
  return Object.assign(new Error("fetch failed"), { code: code ?? inner?.code });
}

/** Returns whether a request failed before anything of it was sent. False in runtimes that do not report it. */
export function isUnsent({ cause }: EdgewaterError): boolean {
  const error = cause as CodedError;
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ConnectionRefused)$/.test(`${error?.code ?? error?.cause?.code}`);
}

type CodedError = { readonly code?: unknown; readonly cause?: CodedError } | undefined | null;
