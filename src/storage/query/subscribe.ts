import { isEdgewaterError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import type { AnyEvent } from "../events.ts";
import type { SubscribeOptions } from "../types.ts";

const pageSize = 1000;

/** How a subscription reads events, and what it listens to. */
export interface Source {
  readonly events: Backend["events"];
  /** Waits for events, where the back end can. */
  readonly nextEvents: Backend["nextEvents"];
  /** Woken by every commit of this Storage, and by closing. */
  readonly waiting: Set<() => void>;
  readonly isClosed: () => boolean;
}

/**
 * Reads events page by page. After the last page it waits for a commit of this Storage, or until other writers may have committed;
 * where the back end can wait for events itself, it does.
 */
export async function* subscribe(
  source: Source,
  { after = 0, intervalMs = 250, signal }: SubscribeOptions,
): AsyncGenerator<AnyEvent, void, void> {
  const { events, nextEvents, waiting, isClosed } = source;
  const isOver = (): boolean => isClosed() || signal?.aborted === true;
  let cursor = after;
  while (!isOver()) {
    const page = nextEvents ? await untilOver(nextEvents, cursor, source, signal) : await events({ after: cursor, limit: pageSize });
    for (const event of page) {
      yield event;
      cursor = event.id;
      if (signal?.aborted) return;
    }
    if (nextEvents === undefined && page.length < pageSize && !isClosed()) await pause(intervalMs, waiting, signal);
  }
}

/** Waits for events until closing or an abort. */
async function untilOver(
  nextEvents: NonNullable<Backend["nextEvents"]>,
  after: number,
  { waiting, isClosed }: Source,
  signal: AbortSignal | undefined,
): Promise<readonly AnyEvent[]> {
  const over = new AbortController();
  const end = (): void => over.abort(signal?.reason);
  const wake = (): void => {
    if (isClosed()) end();
  };
  waiting.add(wake);
  signal?.addEventListener("abort", end, { once: true });
  try {
    return await nextEvents(after, over.signal);
  } catch (error) {
    if (over.signal.aborted && isEdgewaterError(error, "Aborted")) return [];
    throw error;
  } finally {
    waiting.delete(wake);
    signal?.removeEventListener("abort", end);
  }
}

/** Waits for the time, a commit, closing or an abort. */
function pause(milliseconds: number, waiting: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const wake = (): void => {
      clearTimeout(timer);
      waiting.delete(wake);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    waiting.add(wake);
    signal?.addEventListener("abort", wake, { once: true });
  });
}
