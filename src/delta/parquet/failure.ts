import { EdgewaterError, isEdgewaterError } from "../../errors.ts";

/** What is wrong with the bytes of a file, found where the name of the file is not known. */
export class Damage extends Error {}

/** What a file needs that this reader lacks. */
export class Unsupported extends Error {}

/** A value that does not fit its column. */
export class UnfitValue extends Error {
  readonly field: string;

  constructor(field: string, reason: string) {
    super(reason);
    this.field = field;
  }
}

/**
 * The error about a file: `NotSupported` for what the reader lacks, `Integrity` for everything that decoders throw. Errors of the
 * store pass unchanged.
 */
export function explain(file: string, thrown: unknown): EdgewaterError {
  if (isEdgewaterError(thrown)) return thrown as EdgewaterError;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const name = JSON.stringify(file);
  if (thrown instanceof Unsupported) return new EdgewaterError("NotSupported", `Cannot read ${name}: ${reason}`, { key: file });
  const message = `Cannot read ${name}: ${reason}; the file is damaged or no Parquet: restore it`;
  return new EdgewaterError("Integrity", message, { key: file, cause: thrown });
}
