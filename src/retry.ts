/**
 * Retries: the one policy that stores, `withRetry` and steps share, and the waits that follow from it.
 *
 * @module
 */
import { abortedError, EdgewaterError, type ErrorCode, isEdgewaterError, throwIfAborted } from "./errors.ts";
import { aFunction, anyValue, checkOptions, describe, type OptionKinds } from "./options.ts";

/**
 * How often, how long and with which waits something that failed is tried again.
 *
 * | field | stores and `withRetry` | steps of a run |
 * |-|-|-|
 * | `maxRetries` | 4 | 0 |
 * | `delayMs` | 100 | 100 |
 * | `factor` | 2 | 2 |
 * | `maxDelayMs` | 10,000 | 30,000 |
 * | `maxElapsedMs` | 60,000 | no limit |
 * | `jitter` | `"full"` | `"none"` |
 */
export interface RetryPolicy {
  /** Number of retries after the first attempt; 0 turns retries off. */
  readonly maxRetries?: number | undefined;
  /** Wait before the first retry, in milliseconds. */
  readonly delayMs?: number | undefined;
  /** Factor by which the wait grows from one retry to the next; 1 keeps it constant. */
  readonly factor?: number | undefined;
  /** Longest wait between two attempts, in milliseconds. */
  readonly maxDelayMs?: number | undefined;
  /** Time after the first attempt, in milliseconds, after which no further attempt starts. */
  readonly maxElapsedMs?: number | undefined;
  /** `"full"` waits a random time between 0 and the computed wait, so that many clients do not retry in step. */
  readonly jitter?: "full" | "none" | undefined;
  /**
   * Whether to retry after this error. Called only for errors that can be retried at all; an abort never can. There is no
   * retry when it throws.
   */
  readonly retryOn?: ((error: unknown) => boolean) | undefined;
}

/** The store and key for the error of an aborted call, and the signal that aborts it. */
export interface RetryTarget {
  readonly store?: string | undefined;
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of one retry. */
export interface RetryStep {
  /** Wait that the server asked for (`Retry-After`), in milliseconds, on top of the policy's own. */
  readonly retryAfterMs?: number | undefined;
  /** Called once the retry is decided and before its wait, with the number of the retry, counted from 1. */
  readonly onRetry?: ((retry: number) => Promise<void>) | undefined;
}

/** See {@link retrying}. */
export type WaitForRetry = (error: unknown, step?: RetryStep) => Promise<boolean>;

interface RetryDefaults {
  readonly maxRetries: number;
  readonly maxDelayMs: number;
  readonly maxElapsedMs: number;
  readonly jitter: "full" | "none";
}

const storeDefaults: RetryDefaults = { maxRetries: 4, maxDelayMs: 10_000, maxElapsedMs: 60_000, jitter: "full" };

/** The defaults of a step. */
export const stepRetryDefaults: RetryDefaults = {
  maxRetries: 0,
  maxDelayMs: 30_000,
  maxElapsedMs: Number.POSITIVE_INFINITY,
  jitter: "none",
};

/**
 * Starts the retries of one call. The returned function waits before the next attempt and resolves to true, or resolves to
 * false when the policy allows no further attempt.
 *
 * @throws `Aborted` when the target's signal is aborted before or during a wait
 *
 * @example
 * ```ts
 * const waitForRetry = retrying(policy, { store, key, signal });
 * while (true) {
 *   try {
 *     return await work();
 *   } catch (error) {
 *     if (!isEdgewaterError(error, "Unavailable") || !(await waitForRetry(error))) throw error;
 *   }
 * }
 * ```
 */
export function retrying(policy: RetryPolicy = {}, target: RetryTarget = {}, defaults: RetryDefaults = storeDefaults): WaitForRetry {
  const {
    maxRetries = defaults.maxRetries,
    delayMs = 100,
    factor = 2,
    maxDelayMs = defaults.maxDelayMs,
    maxElapsedMs = defaults.maxElapsedMs,
    jitter = defaults.jitter,
    retryOn = () => true,
  } = policy;
  const start = Date.now();
  let retries = 0;
  return async (error, { retryAfterMs = 0, onRetry } = {}) => {
    if (retries >= maxRetries || isEdgewaterError(error, "Aborted") || !(await accepts(retryOn, error))) return false;
    const limit = Math.min(maxDelayMs, delayMs * factor ** retries);
    const wait = retryAfterMs + (jitter === "full" ? Math.random() * limit : limit);
    if (Date.now() - start + wait > maxElapsedMs) return false;
    retries++;
    await onRetry?.(retries);
    await sleep(wait, target);
    return true;
  };
}

/** What the caller's function says. The error itself is what counts when the function throws, or its promise rejects. */
async function accepts(retryOn: (error: unknown) => boolean, error: unknown): Promise<boolean> {
  try {
    return await retryOn(error);
  } catch {
    return false;
  }
}

/**
 * Waits for `ms` milliseconds.
 *
 * @throws `Aborted` when the target's signal is aborted before or during the wait
 */
export function sleep(ms: number, { signal, ...target }: RetryTarget = {}): Promise<void> {
  throwIfAborted(signal, target);
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      if (signal) reject(abortedError(signal, target));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** The options of a policy; {@link checkRetryPolicy} checks the values. */
const retryKinds: OptionKinds<RetryPolicy> = {
  maxRetries: anyValue,
  delayMs: anyValue,
  factor: anyValue,
  maxDelayMs: anyValue,
  maxElapsedMs: anyValue,
  jitter: anyValue,
  retryOn: aFunction,
};

/**
 * Checks a policy when it is passed.
 *
 * @param owner the asset, store or repository that the policy belongs to, for the message
 * @throws an error of this code that names the field and its value
 */
export function checkRetryPolicy(policy: RetryPolicy | undefined, owner: string, code: ErrorCode): void {
  if (policy === undefined) return;
  checkOptions(`the retry policy of ${owner}`, policy, retryKinds, code);
  const { maxRetries, delayMs, factor, maxDelayMs, maxElapsedMs, jitter } = policy;
  const refuse = (field: string, value: unknown, expected: string): never => {
    const message = `Invalid retry policy of ${owner}: ${field} is ${typeof value === "string" ? JSON.stringify(value) : describe(value)}; expected ${expected}`;
    throw new EdgewaterError(code, message, { field: `retry.${field}` });
  };
  if (maxRetries !== undefined && !(Number.isInteger(maxRetries) && maxRetries >= 0)) {
    refuse("maxRetries", maxRetries, "a whole number of at least 0");
  }
  for (const [field, value] of Object.entries({ delayMs, factor, maxDelayMs, maxElapsedMs })) {
    if (value !== undefined && !(typeof value === "number" && value >= 0)) refuse(field, value, "a number of at least 0");
  }
  if (jitter !== undefined && jitter !== "full" && jitter !== "none") refuse("jitter", jitter, '"full" or "none"');
}
