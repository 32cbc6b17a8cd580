import type { Backend } from "../backend.ts";
import type { AnyEvent } from "../events.ts";
import type { SubscribeOptions } from "../types.ts";

const pageSize = 1000;

/** Reads events page by page. After the last page it waits for a commit of this Storage, or until other writers may have committed. */
export async function* subscribe(
  read: Backend["events"],
  waiting: Set<() => void>,
  isClosed: () => boolean,
  { after = 0, intervalMs = 250, signal }: SubscribeOptions,
): AsyncGenerator<AnyEvent, void, void> {
  let cursor = after;
  while (!isClosed() && !signal?.aborted) {
    const page = await read({ after: cursor, limit: pageSize });
    for (const event of page) {
      yield event;
      cursor = event.id;
      if (signal?.aborted) return;
    }
    if (page.length < pageSize && !isClosed()) await pause(intervalMs, waiting, signal);
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
