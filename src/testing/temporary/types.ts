import type { ObjectStore } from "../../object-store/types.ts";

/** A store and a Storage for one test. */
export interface Temporary {
  /** The store. */
  readonly store: ObjectStore;
  /** The path or name for `Storage.embedded`; undefined where the Storage must be in memory. */
  readonly records: string | undefined;
  /** Deletes both. */
  readonly remove: () => Promise<void>;
}
