/**
 * Refusals of requests, which tell the client what to do.
 *
 * @module
 */
import { EdgewaterError, type ErrorCode, type ErrorDetails } from "../errors.ts";

/** An error whose message was written for the client of a handler of requests. */
export class Refusal extends EdgewaterError {
  /** The status of the answer. */
  readonly status: number;

  constructor(code: ErrorCode, status: number, message: string, details: ErrorDetails = {}) {
    super(code, message, details);
    this.status = status;
  }
}

/** The refusal of a request that did not arrive as it was sent. Sending it again may help. */
export function damaged(): Refusal {
  return new Refusal("Unavailable", 400, "the request was cut off or changed on its way");
}
