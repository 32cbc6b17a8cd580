import { isEdgewaterError } from "../errors.ts";
import type { Batch, StoredEvent } from "../storage/types.ts";

type Commit = (batch: Batch) => Promise<readonly StoredEvent[]>;

interface Waiting {
  readonly batch: Batch;
  readonly resolve: (events: readonly StoredEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What a step adds to the commit that records all writes of a group. */
export interface AtEnd {
  readonly batch: () => Batch;
  readonly onCommitted: (batch: Batch) => void;
}

/**
 * Commits what several writes have to commit in one commit: as soon as every write that has not left waits for its commit. When
 * the common commit is refused, each is committed alone, so that one write does not stop the others. The commit that records all
 * of them also has what the step adds at its end.
 */
export class GroupCommit {
  readonly #commit: Commit;
  readonly #size: number;
  readonly #atEnd: AtEnd | undefined;
  readonly #waiting: Waiting[] = [];
  #members: number;
  /** What the step added to a commit that got no answer. */
  #unanswered: Batch | undefined;

  /**
   * @param size the number of writes
   * @param atEnd what the step adds to the commit that records all writes
   */
  constructor(commit: Commit, size: number, atEnd: AtEnd | undefined) {
    this.#commit = commit;
    this.#size = size;
    this.#atEnd = atEnd;
    this.#members = size;
  }

  /** Commits a batch together with those of the other writes. */
  commit(batch: Batch): Promise<readonly StoredEvent[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#flushIfAllWait();
    });
  }

  /** A write is repeated, so that a commit without an answer has not happened. */
  repeats(): void {
    this.#unanswered = undefined;
  }

  /** All writes were found recorded: a commit without an answer has happened as a whole. */
  allRecorded(): void {
    if (this.#unanswered) this.#atEnd?.onCommitted(this.#unanswered);
  }

  /** Takes a write out of the group: it has ended, or commits alone from now on. */
  leave(): void {
    this.#members--;
    this.#flushIfAllWait();
  }

  #flushIfAllWait(): void {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#members) return;
    this.#flush(this.#waiting.splice(0));
  }

  async #flush(group: readonly Waiting[]): Promise<void> {
    const recordsAll = group.length === this.#size && group.every(({ batch }) => batch.events !== undefined);
    const atEnd = recordsAll ? this.#atEnd : undefined;
    const added = atEnd?.batch();
    try {
      const stored = await this.#commit(merged([...group.map(({ batch }) => batch), ...(added ? [added] : [])]));
      if (added) atEnd?.onCommitted(added);
      let start = 0;
      for (const { batch, resolve } of group) {
        const end = start + (batch.events?.length ?? 0);
        resolve(stored.slice(start, end));
        start = end;
      }
    } catch (error) {
      const isRefused = isEdgewaterError(error, "PreconditionFailed");
      if (!isRefused) this.#unanswered = added;
      const isAlone = group.length === 1 || !isRefused;
      for (const { batch, resolve, reject } of group) {
        if (isAlone) reject(error);
        else await this.#commit(batch).then(resolve, reject);
      }
    }
  }
}

/** One batch with the preconditions, events, keys and logs of several. */
function merged(batches: readonly Batch[]): Batch {
  return {
    preconditions: batches.flatMap(({ preconditions = [] }) => preconditions),
    events: batches.flatMap(({ events = [] }) => events),
    kv: batches.flatMap(({ kv = [] }) => kv),
    logs: batches.flatMap(({ logs = [] }) => logs),
  };
}
