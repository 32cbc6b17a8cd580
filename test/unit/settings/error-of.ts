import { EdgewaterError } from "edgewater";

/** The error that a call throws; it throws another when there is none, or one that is not of the family. */
export function errorOf(call: () => unknown): EdgewaterError {
  try {
    call();
  } catch (error) {
    if (error instanceof EdgewaterError) return error;
    throw error;
  }
  throw new Error("it did not throw");
}
