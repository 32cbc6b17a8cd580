import { type EdgewaterError, isEdgewaterError, throwIfAborted } from "../../errors.ts";
import type { RetryPolicy } from "../../retry.ts";
import { hasUndici } from "../../runtime/node.ts";
import { type Call, explain } from "../call.ts";

/** How a remote store's requests are sent. */
export interface TransportOptions {
  /** Sends the requests; the runtime's `fetch` unless given. */
  readonly fetch?: typeof fetch | undefined;
  /** How failed requests are tried again. */
  readonly retry?: RetryPolicy | undefined;
  /**
   * Milliseconds until an answer must have begun, and for which its body may stand still: 30,000 unless given. A request
   * with a body has one second more for every 50 kB.
   */
  readonly timeoutMs?: number | undefined;
}

/** One request, signed and ready to go. */
export interface HTTPRequest {
  readonly method: string;
  readonly url: string | URL;
  readonly headers: Headers | Record<string, string>;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | undefined;
}

const slowestBytesPerMs = 50;

/** Bytes above which Node's fetch is given a stream, which saves a copy. */
const largeBody = 1e6;

/** What a remote store waits for an answer. */
export const defaultTimeoutMs = 30_000;

/**
 * Sends one request once. Resolves with whatever the server answers, as soon as its headers are there; the caller's
 * signal goes on to hold for the body.
 *
 * @throws `Aborted`; `Unavailable`, naming the host and nothing else of the URL, when no answer comes
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
  const isLarge = body instanceof Uint8Array && size > largeBody && send === fetch && hasUndici();
  try {
    return await send(url, {
      // No browser may answer a signed request from its cache. Runtimes without one lack the option, and some refuse it.
      ...("cache" in Request.prototype && { cache: "no-store" }),
      method,
      headers,
      body: body ?? null,
      ...(isLarge && (await import("./streamed.ts")).streamed(headers, body)),
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    });
  } catch (cause) {
    const reason = `${new URL(url).origin} ${late.signal.aborted ? `did not answer within ${Math.ceil(timeoutMs)} ms` : "cannot be reached"}`;
    throw explain(call, withoutQuery(cause, `${url}`), () => ({ code: "Unavailable", reason }));
  } finally {
    clearTimeout(timer);
  }
}

/** What fetch failed of. Deno's and Bun's errors name the URL, whose query may be a signature; then no more than the code is shown. */
export function withoutQuery(cause: unknown, url: string): unknown {
  if (!url.includes("?") || isEdgewaterError(cause)) return cause;
  const { code, cause: below } = (cause ?? {}) as NonNullable<Coded>;
  return Object.assign(new Error("fetch failed"), { code: code ?? below?.code });
}

/** Whether a request failed before anything of it was sent. Only some runtimes tell; elsewhere it is false. */
export function isUnsent({ cause }: EdgewaterError): boolean {
  const [error, below] = [cause as Coded, (cause as Coded)?.cause];
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ConnectionRefused)$/.test(`${error?.code ?? below?.code}`);
}

type Coded = { readonly code?: unknown; readonly cause?: Coded } | undefined | null;
