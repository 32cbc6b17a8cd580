import { isEdgewaterError } from "../../errors.ts";
import { loadSnapshot, refreshSnapshot, type Snapshot } from "../log/snapshot.ts";
import type { TableLocation } from "../store.ts";
import type { CommitStore } from "../transaction/create-commit.ts";

/** So many tables are remembered. */
const mostTables = 32;

/** The newest known versions of the tables of a handler, so that only later commits are read. */
export class Tables {
  readonly #store: CommitStore;
  readonly #url: string | undefined;
  readonly #known = new Map<string, Snapshot>();

  constructor(store: CommitStore, url: string | undefined) {
    this.#store = store;
    this.#url = url?.replace(/\/$/, "");
  }

  /** Where a table is. */
  at(root: string): TableLocation<CommitStore> {
    return { store: this.#store, root, url: this.#url && `${this.#url}/${root}` };
  }

  /** The last version that was seen. */
  known(root: string): Snapshot | undefined {
    return this.#known.get(root);
  }

  /** The newest version; undefined if there is no table. */
  async newest(root: string, signal: AbortSignal): Promise<Snapshot | undefined> {
    const known = this.#known.get(root);
    try {
      const snapshot = known === undefined ? await loadSnapshot(this.at(root), { signal }) : await refreshSnapshot(known, signal);
      this.#remember(root, snapshot);
      return snapshot;
    } catch (error) {
      if (!isEdgewaterError(error, "NotFound")) throw error;
      this.#known.delete(root);
      return undefined;
    }
  }

  /** One version. @throws `NotFound` if it does not exist */
  async version(root: string, version: number, signal: AbortSignal): Promise<Snapshot> {
    const known = this.#known.get(root);
    return known?.version === version ? known : loadSnapshot(this.at(root), { version, signal });
  }

  #remember(root: string, snapshot: Snapshot): void {
    const known = this.#known.get(root);
    if (known !== undefined && known.metadata.id === snapshot.metadata.id && known.version > snapshot.version) return;
    this.#known.delete(root);
    this.#known.set(root, snapshot);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostTables && oldest !== undefined) this.#known.delete(oldest);
  }
}
