import { type EdgewaterError, type ErrorCode, isEdgewaterError, thrownText } from "../errors.ts";

/** Calls, and returns the error, which must have this code. */
export type Rejects = (call: () => Promise<unknown>, code: ErrorCode) => Promise<EdgewaterError>;

/** The check of a conformance suite that a call fails. `broken` makes the error that the suite fails with. */
export function rejectsOr(broken: (message: string, cause?: unknown) => Error): Rejects {
  return async (call, code) => {
    try {
      await call();
    } catch (error) {
      if (isEdgewaterError(error, code)) return error;
      throw broken(`expected ${code}, got ${thrownText(error)}`, error);
    }
    throw broken(`expected ${code}, but the call succeeded`);
  };
}
