import type { Action } from "../log/actions.ts";
import { keyOfPath } from "../log/paths.ts";
import type { TableLocation } from "../store.ts";
import type { CommitStore } from "../transaction/create-commit.ts";

/** Keys are deleted so many at a time. */
const deletedAtOnce = 1000;

/** The files that an operation has written, and that no version of the table has yet. */
export class NewFiles {
  readonly #table: TableLocation<CommitStore>;
  readonly #keys = new Set<string>();

  constructor(table: TableLocation<CommitStore>) {
    this.#table = table;
  }

  /** Notes a file before it is written, because a write whose answer is lost may have happened. */
  note(key: string): void {
    this.#keys.add(key);
  }

  /** Deletes the files that no action adds. */
  async keep(actions: readonly Action[]): Promise<void> {
    const kept = new Set(actions.flatMap((action) => ("add" in action ? [keyOfPath(this.#table, action.add.path)] : [])));
    await this.#delete([...this.#keys].filter((key) => !kept.has(key)));
  }

  /** Deletes all files. */
  async discard(): Promise<void> {
    await this.#delete([...this.#keys]);
  }

  /** A file that cannot be deleted is left to a later clean-up of the table: no version has it. */
  async #delete(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += deletedAtOnce) {
      const some = keys.slice(start, start + deletedAtOnce);
      for (const key of some) this.#keys.delete(key);
      // Also after an abort, so without its signal.
      await this.#table.store.delete(some).catch(() => undefined);
    }
  }
}
