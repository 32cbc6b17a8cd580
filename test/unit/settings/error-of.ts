import { EdgewaterError } from "edgewater";

/** Returns the `EdgewaterError` that a call throws; fails when it throws no or another error. */
export function errorOf(call: () => unknown): EdgewaterError {
  try {
    call();
  } catch (error) {
    if (error instanceof EdgewaterError) return error;
    throw error;
  }
  throw new Error("The call did not throw");
}
