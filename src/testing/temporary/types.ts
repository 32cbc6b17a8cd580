import type { ObjectStore } from "../../object-store/types.ts";

/** A place for one test, which leaves nothing behind. */
export interface Temporary {
  readonly store: ObjectStore;
  /** What `Storage.embedded` takes; undefined where there is none, and records are kept in memory. */
  readonly records: string | undefined;
  /** Deletes everything. */
  readonly remove: () => Promise<void>;
}
