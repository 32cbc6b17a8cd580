import { isEdgewaterError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import type { AnyEvent } from "../events.ts";
import type { SubscribeOptions } from "../types.ts";

const pageSize = 1000;

/** How often to look, in milliseconds: where the back end does not tell of commits, and where it does, in case a message was lost. */
const lookMs = 250;
const lookAgainMs = 5000;

/** How a subscription reads events, and what it listens to. */
export interface Source {
  readonly events: Backend["events"];
  /** Waits for events, where the back end can. */
  readonly nextEvents: Backend["nextEvents"];
  /** Tells of commits of other connections, where the back end can. */
  readonly onCommit: Backend["onCommit"];
  /** Woken by every commit of this Storage, and by closing. */
  readonly waiting: Set<() => void>;
  readonly isClosed: () => boolean;
}

/**
 * Reads events page by page. After the last page it waits until a commit is heard of, or until other writers may have committed; where
 * the back end can wait for events itself, it does.
 */
export async function* subscribe(
  source: Source,
  { after = 0, intervalMs = source.onCommit ? lookAgainMs : lookMs, signal }: SubscribeOptions,
): AsyncGenerator<AnyEvent, void, void> {
  const { events, nextEvents, isClosed } = source;
  const isOver = (): boolean => isClosed() || signal?.aborted === true;
  const commits = new Commits(source);
  let cursor = after;
  try {
    while (!isOver()) {
      commits.forget();
      const page = nextEvents ? await untilOver(nextEvents, cursor, source, signal) : await events({ after: cursor, limit: pageSize });
      for (const event of page) {
        yield event;
        cursor = event.id;
        if (signal?.aborted) return;
      }
      if (nextEvents === undefined && page.length < pageSize && !isClosed()) await commits.next(intervalMs, signal);
    }
  } finally {
    commits.end();
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

/** The commits that a subscription hears of. */
class Commits {
  readonly #source: Source;
  readonly #endOthers: (() => void) | undefined;
  #isHeard = false;
  #wake: (() => void) | undefined;

  constructor(source: Source) {
    this.#source = source;
    source.waiting.add(this.#hear);
    this.#endOthers = source.onCommit?.(this.#hear);
  }

  readonly #hear = (): void => {
    this.#isHeard = true;
    this.#wake?.();
  };

  /** Forgets what was heard, before a look: a commit during the look is then not missed. */
  forget(): void {
    this.#isHeard = false;
  }

  /** Waits for a commit that was not forgotten, the time, closing or an abort. */
  next(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isHeard || signal?.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#wake = wake;
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  end(): void {
    this.#source.waiting.delete(this.#hear);
    this.#endOthers?.();
  }
}
