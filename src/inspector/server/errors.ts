import { callSafely, EdgewaterError, type ErrorCode, type ErrorDetails, isEdgewaterError } from "../../errors.ts";
import { Refusal } from "../../http/refusal.ts";
import type { ErrorView } from "../inspection.ts";

const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  NotFound: 404,
  PreconditionFailed: 412,
  PermissionDenied: 403,
  Unauthenticated: 401,
  AlreadyExists: 409,
  Conflict: 409,
  InProgress: 409,
  TakenOver: 409,
  QuotaExceeded: 507,
  Unavailable: 503,
  Closed: 503,
  Timeout: 504,
  Integrity: 500,
  SchemaMismatch: 500,
};

/** The errors that say how a step of this server failed, whose texts are its code's own. */
const unsaid: readonly ErrorCode[] = ["StepFailed", "Aborted"];

/** An error as it is sent: its code, its message and the names in its details. No stack and no cause. */
export function errorView(error: unknown): ErrorView {
  if (!isEdgewaterError(error)) return { code: "Unavailable", message: "The server failed; its log says why", details: {} };
  const { code, store, key, asset, partition, field, issues, outcome, quota } = error;
  const details: ErrorDetails = { store, key, asset, partition, field, issues, outcome, quota };
  return { code, message: error.message, details: Object.fromEntries(Object.entries(details).filter(([, each]) => each !== undefined)) };
}

/** The status of the answer for an error. */
export function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  if (!isEdgewaterError(error)) return 500;
  return statuses[error.code] ?? (unsaid.includes(error.code) ? 500 : 422);
}

/** Tells the server of an error that is its own, not the client's. */
export function report(error: unknown, request: Request, onError: ((error: unknown, request: Request) => void) | undefined): void {
  if (statusOf(error) >= 500 && !(error instanceof Refusal)) callSafely(() => onError?.(error, request));
}

/** The error that a refused action gets. */
export function notAllowed(what: string, remedy: string, asset?: string): EdgewaterError {
  return new EdgewaterError("PermissionDenied", `Cannot ${what}: ${remedy}`, { asset });
}
