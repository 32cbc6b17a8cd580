import { isEdgewaterError } from "../../errors.ts";
import { retrying } from "../../retry.ts";
import type { Call } from "../call.ts";
import { exchange, type HTTPRequest, type TransportOptions } from "./exchange.ts";

/**
 * Sends a request that may happen more than once without harm, and sends it again as long as the connection fails or
 * the server says that it is busy or broken. It is made anew for every attempt, because signatures age. Resolves with
 * the last answer, whatever it is.
 *
 * @throws `Aborted`, also during a wait; `Unavailable` when no attempt got an answer
 */
export async function send(
  call: Call,
  make: () => HTTPRequest | Promise<HTTPRequest>,
  options: TransportOptions = {},
  isRetried: (response: Response) => boolean = isTransient,
): Promise<Response> {
  const waitForRetry = retrying(options.retry, call);
  while (true) {
    let failure: unknown;
    const response = await exchange(call, await make(), options).catch((error: unknown) => {
      if (!isEdgewaterError(error, "Unavailable")) throw error;
      failure = error;
    });
    if (response && !isRetried(response)) return response;
    if (!(await waitForRetry(failure, { retryAfterMs: response ? retryAfter(response) : 0 }))) {
      if (response) return response;
      throw failure;
    }
    // What is not read keeps the connection from being used again.
    await response?.body?.cancel().catch(() => undefined);
  }
}

/** Whether a server says with its answer that the same request may succeed later. */
export function isTransient({ status }: Response): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505 && status !== 507);
}

/** Milliseconds that the server wants to be left alone (RFC 9110, 10.2.3); 0 when it says nothing. */
export function retryAfter({ headers }: Response): number {
  const value = headers.get("retry-after") ?? "";
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.max(ms || 0, 0);
}
