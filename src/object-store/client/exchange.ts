import { abortedError, type EdgewaterError, isEdgewaterError, orAborted, throwIfAborted } from "../../errors.ts";
import type { RetryPolicy } from "../../retry.ts";
import { hasUndici, isBun, isDeno } from "../../runtime/node.ts";
import { type Call, failed } from "../call.ts";

/** How a remote store sends its requests. */
export interface TransportOptions {
  /** Sends the requests; the runtime's `fetch` unless given. */
  readonly fetch?: typeof fetch | undefined;
  /** How failed requests are retried. */
  readonly retry?: RetryPolicy | undefined;
  /**
   * Milliseconds until an answer must begin, for which no byte of an object may arrive, and in which the whole of any other
   * answer must arrive, such as a page of a list or an error: 30,000 unless given. A request with a body gets one second more
   * for every 50 kB. The server's answer to a copy, or to the end of an upload in parts, may take 20 times as long while its
   * bytes keep arriving.
   */
  readonly timeoutMs?: number | undefined;
}

/** One request, signed and ready to send. */
export interface HTTPRequest {
  readonly method: string;
  readonly url: string | URL;
  readonly headers: Headers | Record<string, string>;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | undefined;
  /** `follow` is for requests without credentials; any other follows no redirect. */
  readonly redirect?: "follow" | undefined;
}

const slowestBytesPerMs = 50;

/** Size in bytes above which a body is streamed to Node's fetch. */
const largeBody = 1e6;

/** The default of `timeoutMs`. */
export const defaultTimeoutMs = 30_000;

/**
 * Sends one request once. Resolves with any answer of the server as soon as its headers have arrived, also with a redirect;
 * the caller's signal also covers the body.
 *
 * @throws `Aborted`; `Unavailable` when no answer arrives: its message shows the host and nothing else of the URL
 */
export async function exchange(call: Call, request: HTTPRequest, options: TransportOptions = {}): Promise<Response> {
  const { signal } = call;
  throwIfAborted(signal, call);
  const { body, method, url, redirect = "manual" } = request;
  const size = body instanceof Blob ? body.size : (body?.byteLength ?? 0);
  const timeoutMs = (options.timeoutMs ?? defaultTimeoutMs) + size / slowestBytesPerMs;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const send = options.fetch ?? fetch;
  const isStreamed = body instanceof Uint8Array && size > largeBody && send === fetch && hasUndici();
  const headers = withoutCoding(request);
  const whole = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  let response: Response;
  try {
    const sent = send(url, {
      // A browser must not answer a signed request from its cache. Runtimes without a cache lack the option; some refuse it.
      ...("cache" in Request.prototype && { cache: "no-store" }),
      method,
      headers,
      body: body ?? null,
      redirect,
      ...(leavesBodies(options) && { decompress: false }),
      ...(isStreamed && streamedBody(headers, body)),
      signal: whole,
    });
    // A custom fetch may ignore the signal.
    response = await orAborted(sent, whole, call);
  } catch (cause) {
    if (isEdgewaterError(cause) && !isEdgewaterError(cause, "Aborted")) throw cause;
    if (signal?.aborted) throw abortedError(signal, call);
    const reason = `${new URL(url).origin} ${late.signal.aborted ? `did not answer within ${Math.ceil(timeoutMs)} ms` : "cannot be reached"}`;
    throw failed(call, "Unavailable", reason, { cause: withoutQuery(cause, `${url}`) });
  } finally {
    clearTimeout(timer);
  }
  if (redirect === "manual" && response.redirected) {
    void response.body?.cancel().catch(() => undefined);
    throw failed(call, "Unavailable", "the fetch that was passed followed a redirect, which no signed request may");
  }
  return response;
}

/**
 * Asks for the bytes as they are: a compressed answer has another size and other ranges. Deno then also leaves the body of an
 * object that is stored compressed. Not signed, because proxies change it; browsers ignore it.
 */
function withoutCoding({ method, headers: given }: HTTPRequest): Headers {
  const headers = new Headers(given);
  if ((method === "GET" || method === "HEAD") && !headers.has("accept-encoding")) headers.set("accept-encoding", "identity");
  return headers;
}

/**
 * Returns whether bodies arrive as the server sends them, also compressed ones: with the fetch of Deno and Bun. Every other
 * fetch decompresses them.
 */
export function leavesBodies({ fetch: send }: TransportOptions): boolean {
  return (send === undefined || send === globalThis.fetch) && (isBun() || isDeno());
}

/** Bytes handed over at a time. */
const pieceSize = 2 ** 20;

/**
 * A large body, and its headers, for Node's fetch (undici). Undici copies bytes before it sends them and leaves the copy to
 * the garbage collector; a stream is sent piece by piece without a copy, and with `content-length` it is sent like any other
 * body. The fetch of other runtimes sends streams in chunks of unknown number, which storage services refuse.
 */
function streamedBody(headers: Headers, body: Uint8Array<ArrayBuffer>): RequestInit {
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
