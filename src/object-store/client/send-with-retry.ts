import { type EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { retrying } from "../../retry.ts";
import type { Call } from "../call.ts";
import { errorOf } from "./error-codes.ts";
import { exchange, type HTTPRequest, type TransportOptions } from "./exchange.ts";

/** How {@link send} treats answers. */
export interface SendRules {
  /** Whether to retry after this answer; {@link isTransient} unless given. */
  readonly isRetried?: ((response: Response) => boolean) | undefined;
  /** The error that an answer stands for, which the retry policy sees; by the status alone unless given. Must read the body to its end. */
  readonly errorOf?: ((response: Response) => Promise<EdgewaterError>) | undefined;
  /** Checks or reads an answer of success. An `Unavailable` that it throws is retried like an answer of failure. */
  readonly read?: ((response: Response) => void | Promise<void>) | undefined;
}

/**
 * Sends a request that may happen more than once without harm. Retries while the connection fails or the server is busy or
 * broken, as far as the retry policy allows. Every attempt makes the request anew, because signatures expire. Resolves with
 * the last answer, also when it reports a failure.
 *
 * @throws `Aborted`, also during a wait; `Unavailable` when the last attempt got no answer
 */
export async function send(
  call: Call,
  make: () => HTTPRequest | Promise<HTTPRequest>,
  options: TransportOptions = {},
  rules: SendRules = {},
): Promise<Response> {
  const { isRetried = isTransient } = rules;
  const waitForRetry = retrying(options.retry, call);
  while (true) {
    const request = await make();
    let response: Response | undefined;
    let error: unknown;
    try {
      const answer = await exchange(call, request, options);
      if (answer.ok) await readOrCancel(answer, rules);
      response = answer;
    } catch (failure) {
      if (!isEdgewaterError(failure, "Unavailable")) throw failure;
      error = failure;
    }
    if (response) {
      if (!isRetried(response)) return response;
      // Reads a copy of the body: the last answer is returned unread.
      error = rules.errorOf ? await rules.errorOf(response.clone()) : errorOf(response.status, undefined, call);
    }
    if (!(await waitForRetry(error, { retryAfterMs: response ? retryAfterMs(response) : 0 }))) {
      if (response) return response;
      throw error;
    }
    // An unread body keeps its connection from being used again.
    void response?.body?.cancel().catch(() => undefined);
  }
}

async function readOrCancel(response: Response, { read }: SendRules): Promise<void> {
  try {
    await read?.(response);
  } catch (error) {
    if (!response.body?.locked) void response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

/** Returns whether the same request may succeed later, by the status of its answer. */
export function isTransient({ status }: { readonly status: number }): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505 && status !== 507);
}

/** The wait that the server asks for with `Retry-After` (RFC 9110, section 10.2.3), in milliseconds; 0 without one. */
export function retryAfterMs({ headers }: Response): number {
  const value = headers.get("retry-after") ?? "";
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.max(ms || 0, 0);
}
