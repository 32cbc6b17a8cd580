/** What crosses between a pool and its workers: JSON only, because a clone of an error loses its code and class. */
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import type { FailureRecord } from "../../storage/types.ts";

/** To a worker. */
export type ToWorker =
  | { readonly edgewater: "step"; readonly id: number; readonly request: StepRequest }
  /** Aborts a step. */
  | { readonly edgewater: "abort"; readonly id: number; readonly reason: FailureRecord };

/** From a worker. */
export type FromWorker =
  /** The repository is open. */
  | { readonly edgewater: "ready" }
  /** The repository cannot be opened. */
  | { readonly edgewater: "refused"; readonly error: FailureRecord }
  | { readonly edgewater: "ended"; readonly id: number; readonly outcome: StepOutcome }
  | { readonly edgewater: "failed"; readonly id: number; readonly error: FailureRecord };

/** Whether a message is one of these, and not one of the worker's own. */
export function isMessage<Message extends ToWorker | FromWorker>(message: unknown): message is Message {
  return typeof message === "object" && message !== null && "edgewater" in message;
}
