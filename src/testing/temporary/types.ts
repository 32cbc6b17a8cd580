/**
 * Temporary stores for tests: one file per kind of runtime, chosen by the import `#temporary`.
 *
 * @module
 */
import type { ObjectStore } from "../../object-store/types.ts";

/** A store and the path of a Storage for one test. */
export interface Temporary {
  /** The store. */
  readonly store: ObjectStore;
  /** The path for `Storage.embedded`; undefined if the Storage must be in memory. */
  readonly storagePath: string | undefined;
  /** Deletes everything. */
  readonly remove: () => Promise<void>;
}
