import { type EdgewaterError, isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { exchange, type HTTPRequest, isUnsent, type TransportOptions } from "../client/exchange.ts";
import { retryAfter } from "../client/send.ts";
import type { Attempt } from "./conditional-write.ts";

/**
 * Sends a conditional write once. `answered` says what the server's answer means; when there is none, the write may
 * have happened or may yet happen.
 *
 * @throws `Aborted`, and whatever `answered` throws
 */
export async function attemptOnce<Other = never>(
  call: Call,
  request: HTTPRequest,
  options: TransportOptions,
  answered: (response: Response) => Promise<Attempt | Other>,
): Promise<Attempt | Other> {
  let response: Response;
  try {
    response = await exchange(call, request, options);
  } catch (error) {
    if (!isEdgewaterError(error, "Unavailable")) throw error;
    return isUnsent(error) ? { outcome: "busy", error } : { outcome: "unclear", error, mayFollow: true };
  }
  return answered(response);
}

/** A server says that it has done nothing, and that the same request may succeed later. */
export function busy(response: Response, error: EdgewaterError): Attempt {
  return { outcome: "busy", error, retryAfter: retryAfter(response) };
}

/** A server has failed at an unknown point. A gateway answers for one behind it, which may still be at work. */
export function unclear(response: Response, error: EdgewaterError): Attempt {
  return { outcome: "unclear", error, mayFollow: response.status === 502 || response.status === 504, retryAfter: retryAfter(response) };
}
