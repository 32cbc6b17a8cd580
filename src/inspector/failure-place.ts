import type { FailureRecord } from "../storage/types.ts";
import type { FailurePlace } from "./inspection.ts";

/**
 * The stored value that a step has failed for, as far as its error or a cause of it names one: an input that a type hint refuses, that
 * is damaged or gone. What the step itself would have made is not stored.
 */
export function failurePlace({ causes, ...error }: FailureRecord, makes: readonly string[]): FailurePlace | undefined {
  const named = [error, ...causes].find(({ asset }) => asset !== undefined && !makes.includes(asset));
  if (named?.asset === undefined) return undefined;
  const row = /^\$\[(\d{1,15})\]/.exec(named.field ?? "")?.[1];
  return {
    asset: named.asset,
    ...(named.partition !== undefined && { partition: named.partition }),
    ...(row !== undefined && { row: Number(row) }),
  };
}
