import { EdgewaterError } from "../errors.ts";

/** How often a step is tried again, and how long it waits before. Its loads, its function and its write share the retries. */
export interface RetryPolicy {
  /** How many times more than once. */
  readonly maxRetries: number;
  /** Milliseconds before the first retry; 100 unless given. */
  readonly delayMs?: number;
  /** What the wait is multiplied with from one retry to the next; 2 unless given, 1 for a constant wait. */
  readonly factor?: number;
  /** The longest wait in milliseconds; 30,000 unless given. */
  readonly maxDelayMs?: number;
  /** Whether an error is worth another try; every one is unless given. An abort never is. */
  readonly retryOn?: (error: unknown) => boolean;
}

/**
 * Checks a policy.
 *
 * @throws `DefinitionError` for a count or a wait that is none
 */
export function checkRetryPolicy(policy: RetryPolicy | undefined, owner: string): void {
  if (policy === undefined) return;
  const { maxRetries, delayMs = 0, factor = 1, maxDelayMs = 0 } = policy;
  const isFine = Number.isInteger(maxRetries) && maxRetries >= 0 && delayMs >= 0 && factor >= 0 && maxDelayMs >= 0;
  if (isFine) return;
  throw new EdgewaterError("DefinitionError", `The retry policy of ${owner} needs a whole number of maxRetries, and no wait below zero`, {
    field: "retry",
  });
}
