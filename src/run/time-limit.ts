import { abortedError, EdgewaterError, orAborted, throwIfAborted } from "../errors.ts";

/** Longest time of a timer, in milliseconds: 24.8 days. */
const longestTimer = 2 ** 31 - 1;

/** The limits of one attempt of a step. */
export interface Limits {
  /** The display name of the step. */
  readonly label: string;
  /** The name of its asset, task or multi-asset. */
  readonly asset: string;
  /** Aborts the run. */
  readonly signal: AbortSignal;
  /** The time that the attempt has, in milliseconds; undefined or infinite for no limit. */
  readonly timeoutMs: number | undefined;
}

/**
 * Runs one attempt of a step until it ends, the run is aborted, or its time is up. What still runs then is abandoned: the
 * signal that it got is aborted, and what becomes of it is ignored.
 *
 * @throws `Aborted`, `Timeout`, and what the attempt rejects with
 */
export async function withinLimits(
  { label, asset, signal, timeoutMs = Number.POSITIVE_INFINITY }: Limits,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  throwIfAborted(signal, { asset });
  const late = new AbortController();
  const own = AbortSignal.any([signal, late.signal]);
  const timer = timeoutMs <= longestTimer ? setTimeout(() => late.abort(timeout(label, asset, timeoutMs)), timeoutMs) : undefined;
  try {
    await orAborted(work(own), own, { asset });
  } catch (error) {
    if (signal.aborted) throw abortedError(signal, { asset });
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

function timeout(label: string, asset: string, timeoutMs: number): EdgewaterError<"Timeout"> {
  const message = `The step ${JSON.stringify(label)} took longer than its timeoutMs, ${timeoutMs} ms; pass a longer timeoutMs, or find out what its function or its handlers wait for`;
  return new EdgewaterError("Timeout", message, { asset });
}
