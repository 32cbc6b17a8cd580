import { type RetryPolicy, retrying, stepRetryDefaults } from "../retry.ts";

/** The retries of one step: its load, its function and its writes share them. */
export interface StepRetries {
  /** Runs `work` until it succeeds or no retry is left. */
  readonly attempt: <Value>(work: () => Promise<Value>) => Promise<Value>;
}

/** The retries of one step under a policy. */
export function stepRetries(
  policy: RetryPolicy | undefined,
  signal: AbortSignal,
  onRetry: (error: unknown, retry: number) => Promise<void>,
): StepRetries {
  const waitForRetry = retrying(policy, { signal }, stepRetryDefaults);
  return {
    attempt: async (work) => {
      while (true) {
        try {
          return await work();
        } catch (error) {
          if (signal.aborted || !(await waitForRetry(error, { onRetry: (retry) => onRetry(error, retry) }))) throw error;
        }
      }
    },
  };
}
