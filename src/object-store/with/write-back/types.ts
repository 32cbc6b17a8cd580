import type { EdgewaterError } from "../../../errors.ts";
import type {
  AttributesPutOptions,
  Copy,
  Delete,
  DelimitedList,
  FullObjectMeta,
  FullObjectStore,
  Get,
  Head,
  Named,
  Put,
  RangeGetOptions,
  StreamBody,
} from "../../types.ts";

/** What a write-back cache needs of the store that it uploads to: conditions, so that it never replaces what it has not seen. */
export type FarStore = Named & FullObjectStore;

/** What a write-back cache needs of the store that it writes to first: a new etag for every write. */
export type NearStore = Named & FullObjectStore & { readonly etags: "write" };

/** A write or a delete that is only in the near store. */
export interface PendingWrite {
  /** The key of the object. */
  readonly key: string;
  /** Bytes of the object; 0 for a delete. */
  readonly size: number;
  /** When it was written or deleted. */
  readonly since: Date;
  /** Whether the object was deleted, and the far store may still have it. */
  readonly isDeleted: boolean;
  /**
   * Why the last upload from this tab failed; undefined before the first one. With the code `Conflict`, another writer has changed the object
   * in the far store: it is not uploaded until `resolve` decides.
   */
  readonly error: EdgewaterError | undefined;
}

/** Options of the calls of a {@link WriteBackStore} beyond the verbs. */
export interface WriteBackCallOptions {
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A store that writes to a near store first and uploads to a far one. Conditions and etags belong to the far store alone, so it has
 * none; handlers tell their values by digest and write id instead.
 */
export interface WriteBackStore
  extends Named,
    Put<AttributesPutOptions, StreamBody>,
    Get<RangeGetOptions, FullObjectMeta>,
    Head<FullObjectMeta>,
    Delete,
    DelimitedList,
    Copy,
    AsyncDisposable {
  /** What another device writes to the far store may become visible later: without a connection, cached objects are served. */
  readonly consistency: "eventual";
  /**
   * Lists what is only in the near store, in the order of the keys. The list comes from the near store, so it is the same in every
   * tab and after a restart.
   *
   * @throws the errors of the near store
   */
  readonly pending: (options?: WriteBackCallOptions) => Promise<readonly PendingWrite[]>;
  /**
   * Uploads what was pending at the call, and resolves when the far store has all of it.
   *
   * @throws the error of the first upload that failed, such as `Unavailable` or `Conflict`; what failed stays pending
   */
  readonly flush: (options?: WriteBackCallOptions) => Promise<void>;
  /**
   * Decides a conflict. `near` uploads the near object over the one that the far store has now; `far` discards the near one.
   *
   * @throws `NotFound` if nothing of this key is pending; the errors of both stores
   */
  readonly resolve: (key: string, keep: "near" | "far", options?: WriteBackCallOptions) => Promise<void>;
  /** Ends the uploads in the background and waits for one that runs. Closes neither store. What is pending stays. */
  readonly close: () => Promise<void>;
}
