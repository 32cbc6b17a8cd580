import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { EventBatch } from "../../src/inspector/inspection.ts";
import { openTurns, type Turn } from "./turns.ts";

/** The answer to one question, which is asked once for all who look at it, and again after what it tells of has changed. */
export interface Resource<Value> {
  /** The latest answer; it stays while the next is on its way. */
  readonly value: ReadonlySignal<Value | undefined>;
  /** Why the latest question was not answered. */
  readonly error: ReadonlySignal<unknown>;
  readonly isLoading: ReadonlySignal<boolean>;
  readonly reload: () => void;
  /** Begins to use it. Call what it returns to end: a question that nobody waits for is aborted. */
  readonly use: () => () => void;
}

export interface Question<Value> {
  /** Names it: the same key is the same question. */
  readonly key: string;
  readonly load: (signal: AbortSignal) => Promise<Value>;
  /** Whether a batch of events may have changed the answer; never unless given. */
  readonly isTouched?: (batch: EventBatch) => boolean;
}

export interface Resources {
  readonly get: <Value>(question: Question<Value>) => Resource<Value>;
  readonly touched: (batch: EventBatch) => void;
  /** Asks anew what has a key that begins so: what was done tells no event. */
  readonly refresh: (prefix: string) => void;
  readonly close: () => void;
}

/** Answers that nobody looks at are kept, for the way back; the oldest go first. */
const maximumUnused = 40;

interface Entry extends Resource<unknown> {
  readonly isTouched: ((batch: EventBatch) => boolean) | undefined;
  readonly touch: () => void;
  readonly abort: () => void;
  readonly isUsed: () => boolean;
}

export function openResources(turn: Turn = openTurns()): Resources {
  const entries = new Map<string, Entry>();

  const trim = (): void => {
    let unused = 0;
    for (const entry of entries.values()) if (!entry.isUsed()) unused += 1;
    for (const [key, entry] of entries) {
      if (unused <= maximumUnused) return;
      if (entry.isUsed()) continue;
      entries.delete(key);
      unused -= 1;
    }
  };

  return {
    get: <Value>(question: Question<Value>): Resource<Value> => {
      const found = entries.get(question.key);
      const entry = found ?? openEntry(question, turn);
      // Last in the order is used last.
      entries.delete(question.key);
      entries.set(question.key, entry);
      trim();
      return entry as Resource<Value>;
    },
    touched: (update) => {
      for (const entry of entries.values()) if (entry.isTouched?.(update)) entry.touch();
    },
    refresh: (prefix) => {
      for (const [key, entry] of entries) if (key.startsWith(prefix)) entry.touch();
    },
    close: () => {
      for (const entry of entries.values()) entry.abort();
      entries.clear();
    },
  };
}

function openEntry<Value>(question: Question<Value>, turn: Turn): Entry {
  const value = signal<Value | undefined>(undefined);
  const error = signal<unknown>(undefined);
  const isLoading = signal(false);
  let users = 0;
  let isOld = true;
  let asking: AbortController | undefined;

  const load = async (): Promise<void> => {
    const mine = new AbortController();
    asking = mine;
    isOld = false;
    isLoading.value = true;
    try {
      const answer = await question.load(mine.signal);
      // What is drawn of it is no part of the task that has made it, nor of the frame that draws another answer.
      await turn();
      if (mine.signal.aborted) return;
      batch(() => {
        value.value = answer;
        error.value = undefined;
      });
    } catch (cause) {
      if (!mine.signal.aborted) error.value = cause;
    } finally {
      if (asking === mine) {
        asking = undefined;
        isLoading.value = false;
        // Something has changed while the answer was on its way.
        if (isOld && users > 0) void load();
      }
    }
  };
  const abort = (): void => {
    if (asking === undefined) return;
    asking.abort();
    asking = undefined;
    isOld = true;
    isLoading.value = false;
  };
  const touch = (): void => {
    isOld = true;
    if (users > 0 && asking === undefined) void load();
  };

  return {
    value,
    error,
    isLoading,
    isTouched: question.isTouched,
    touch,
    abort,
    isUsed: () => users > 0,
    reload: () => {
      error.value = undefined;
      touch();
    },
    use: () => {
      users += 1;
      if ((isOld || error.value !== undefined) && asking === undefined) void load();
      return () => {
        users -= 1;
        if (users === 0) abort();
      };
    },
  };
}
