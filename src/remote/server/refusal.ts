import { type EdgewaterError, type ErrorCode, isEdgewaterError } from "../../errors.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Storage } from "../../storage/types.ts";
import { type Answer, type AnsweredError, versions } from "../protocol.ts";

/** The errors that a question can cause by itself. Their messages show what was asked, and nothing of the server. */
const byQuestion: readonly ErrorCode[] = ["SettingsError", "InvalidPath", "MetadataError", "PartitionError"];

/** What a client is told of an error of the Storage, which may show paths, hosts and statements; anything else is a failure. */
const told: Readonly<Partial<Record<ErrorCode, readonly [status: number, reason: string]>>> = {
  PreconditionFailed: [412, "a precondition of the commit does not hold; nothing was written"],
  PermissionDenied: [403, "the Storage of the server may only be read"],
  QuotaExceeded: [507, "the disk or the quota of the server is full"],
  Integrity: [500, "the records of the server are damaged"],
  SchemaMismatch: [409, "the records of the server have another version than its edgewater"],
};

/** The answer to a question that failed. */
export function failureAnswer(
  error: unknown,
  { name }: Storage,
  id: string | undefined,
  isCommit: boolean,
): { status: number; answer: Answer } {
  const { status, ...answered } = answeredError(error, name);
  // A back end that fails during a commit may have written it.
  const isOpen = isCommit && answered.code === "Unavailable" && !(error instanceof Refusal);
  return { status, answer: { edgewater: "records", ...versions, id, error: { ...answered, ...(isOpen && { outcome: "unknown" }) } } };
}

function answeredError(error: unknown, storageName: string): AnsweredError & { readonly status: number } {
  if (error instanceof Refusal) return { status: error.status, code: error.code, reason: error.message };
  if (isEdgewaterError(error, ...byQuestion)) {
    const { code, field, message } = error;
    return { status: 400, code, field, reason: message.replaceAll(storageName, "the Storage of the server") };
  }
  const known = isEdgewaterError(error) ? told[error.code] : undefined;
  if (known !== undefined) {
    const { code, field } = error as EdgewaterError;
    return { status: known[0], code, field, reason: known[1] };
  }
  return { status: 503, code: "Unavailable", reason: "the Storage of the server failed, or cannot be reached" };
}
