import { EdgewaterError, type ErrorCode, isEdgewaterError } from "../../errors.ts";
import { preconditionName } from "./schema.ts";

/** What a database's error stands for. */
export interface Failure {
  readonly code: ErrorCode;
  readonly reason: string;
}

/** The error of the family for what a database has thrown. Its text never holds parameters, and so no values. */
export function databaseError(store: string, cause: unknown, classify: (cause: unknown) => Failure | undefined): EdgewaterError {
  if (isEdgewaterError(cause)) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const isPrecondition = message.includes(preconditionName);
  const found: Failure | undefined = isPrecondition
    ? { code: "PreconditionFailed", reason: "a precondition does not hold" }
    : classify(cause);
  const { code, reason } = found ?? { code: "Unavailable", reason: message };
  return new EdgewaterError(code, `Cannot use ${store}: ${reason}`, { store, cause });
}

/** What SQLite says, by its numbers where the runtime hands them on, and by its words. */
export function sqliteFailure(cause: unknown): Failure | undefined {
  const { errcode, message = "" } = cause as { readonly errcode?: number; readonly message?: string };
  const is = (number: number, words: RegExp): boolean => (errcode !== undefined && (errcode & 0xff) === number) || words.test(message);
  if (is(11, /disk image is malformed/) || is(26, /file is not a database/))
    return { code: "Integrity", reason: `the database is damaged: ${message}; restore it, or delete it and start anew` };
  if (is(13, /disk is full/)) return { code: "QuotaExceeded", reason: "the disk is full" };
  if (is(8, /readonly database/) || is(3, /access permission denied/)) return { code: "PermissionDenied", reason: message };
  if (is(14, /unable to open/)) return { code: "NotFound", reason: "the file is not there, or may not be opened" };
  return undefined;
}

/** Whether SQLite says that another connection is in the way. */
export function isBusy(cause: unknown): boolean {
  const { errcode, message = "" } = cause as { readonly errcode?: number; readonly message?: string };
  return errcode === undefined ? /database (table )?is locked/.test(message) : [5, 6].includes(errcode & 0xff);
}
