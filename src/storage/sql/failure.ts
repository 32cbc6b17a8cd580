import { EdgewaterError, type ErrorCode, isEdgewaterError, thrownText } from "../../errors.ts";
import { preconditionName } from "./schema.ts";

/** The code and the reason of a database's error. */
export interface Failure {
  /** The code of the error to throw. */
  readonly code: ErrorCode;
  /** The reason, as the end of the error message. */
  readonly reason: string;
}

/** The EdgewaterError for an error that a database has thrown. Its message never contains parameters of statements. */
export function databaseError(store: string, cause: unknown, classify: (cause: unknown) => Failure | undefined): EdgewaterError {
  if (isEdgewaterError(cause)) return cause;
  const message = thrownText(cause);
  const isPrecondition = message.includes(preconditionName);
  const found: Failure | undefined = isPrecondition
    ? { code: "PreconditionFailed", reason: "a precondition does not hold" }
    : classify(cause);
  const { code, reason } = found ?? { code: "Unavailable", reason: message };
  return new EdgewaterError(code, `Cannot use ${store}: ${reason}`, { store, cause });
}

/**
 * The failure of an SQLite error, by its result code where the runtime reports one, otherwise by its message. Codes and
 * messages: SQLite documentation, "Result and Error Codes".
 */
export function sqliteFailure(cause: unknown): Failure | undefined {
  const { errcode, message = "" } = cause as { readonly errcode?: number; readonly message?: string };
  const is = (resultCode: number, text: RegExp): boolean =>
    (errcode !== undefined && (errcode & 0xff) === resultCode) || text.test(message);
  if (is(11, /disk image is malformed/) || is(26, /file is not a database/))
    return {
      code: "Integrity",
      reason: `the database is damaged: ${message}; restore a backup, or delete the file to start with an empty Storage`,
    };
  if (is(13, /disk is full/)) return { code: "QuotaExceeded", reason: "the disk is full; free some space" };
  if (is(8, /readonly database/) || is(3, /access permission denied/)) return { code: "PermissionDenied", reason: message };
  if (is(14, /unable to open/))
    return { code: "NotFound", reason: "the file does not exist or cannot be opened; check its path and permissions" };
  return undefined;
}

/** Whether another connection holds a lock (SQLITE_BUSY or SQLITE_LOCKED). */
export function isBusy(cause: unknown): boolean {
  const { errcode, message = "" } = cause as { readonly errcode?: number; readonly message?: string };
  return errcode === undefined ? /database (table )?is locked/.test(message) : [5, 6].includes(errcode & 0xff);
}
