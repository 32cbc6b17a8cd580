/** What crosses the queue: a request as the data of a job, and what became of it as its output. */
import { toHex } from "../../encoding/hex.ts";
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import type { FailureRecord } from "../../storage/types.ts";

/** How often pg-boss delivers a job again whose worker was lost. */
export const mostRetries = 5;

/** The output of a completed job: the outcome of the step, or why a worker cannot make it at all. */
export type Answer = { readonly outcome: StepOutcome } | { readonly error: FailureRecord };

/**
 * The id of the job of a request. It is a function of the run with its owner, the step and the attempt, so that pg-boss takes a
 * request once however often it is sent. A key for singletons would not do: pg-boss forgets it when the job is completed.
 */
export async function jobIdOf({ runId, owner, step, attempt }: StepRequest): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([runId, owner, step, attempt]));
  const hex = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", text)).subarray(0, 16));
  // Version 8 of UUIDs: the bits are its maker's own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** The request of a delivery. Each delivery is a later attempt of the step than all before it, also than those of earlier jobs. */
export function deliveredRequest({ data, retryCount }: { readonly data: StepRequest; readonly retryCount: number }): StepRequest {
  return { ...data, attempt: (data.attempt - 1) * (mostRetries + 1) + retryCount + 1 };
}
