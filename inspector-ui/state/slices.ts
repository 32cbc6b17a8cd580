/** Long work in slices: the browser draws and hears people between two of them. */
import { nextTask } from "./next-task.ts";

/** Work that can pause wherever it yields. */
export type Steps<Result> = Generator<void, Result, void>;

/** The length of a slice in milliseconds: what is left of a frame after drawing. */
const sliceMs = 8;

/**
 * Does work in slices, each a task of its own.
 *
 * @throws the reason of `signal`, between two slices
 */
export async function inSlices<Result>(steps: Steps<Result>, signal: AbortSignal): Promise<Result> {
  for (;;) {
    await nextTask();
    signal.throwIfAborted();
    const end = performance.now() + sliceMs;
    do {
      const { done, value } = steps.next();
      if (done === true) return value;
    } while (performance.now() < end);
  }
}

/** Does work at once, where it is short. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
