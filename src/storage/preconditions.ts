import { EdgewaterError } from "../errors.ts";
import type { Batch, Precondition } from "./batch.ts";

/** The error of a commit whose preconditions do not hold. */
export function preconditionFailed(store: string, { preconditions = [] }: Batch): EdgewaterError<"PreconditionFailed"> {
  const message = `Nothing was written to ${store}: ${preconditions.map(describe).join(", or ")}`;
  return new EdgewaterError("PreconditionFailed", message, { store });
}

function describe(precondition: Precondition): string {
  if ("kv" in precondition) return `the value of ${JSON.stringify(precondition.kv)} is not the expected one`;
  if ("run" in precondition) return `the run ${precondition.run} is not ${precondition.is ?? "unknown"}`;
  return `the last materialization of ${JSON.stringify(precondition.latest)} is not ${precondition.is ?? "the first to come"}`;
}

/** Whether two values of the key-value store are the same bytes. */
export function sameBytes(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  return left === right || (left?.length === right?.length && left !== undefined && left.every((byte, index) => byte === right?.[index]));
}
