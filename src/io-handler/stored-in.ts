/** Where a built-in handler keeps its values, for the tools of this library. */
import type { Delete, Get, Guarantees, List, Named, Put } from "../object-store/types.ts";
import type { IOHandler } from "./handler.ts";
import type { ValueKeys } from "./value-keys.ts";

const storage = Symbol.for("edgewater/stored-in");

/** The store of a handler, and the keys of its values. */
export interface StoredIn {
  readonly store: Named & Get & Put & Partial<List & Delete>;
  readonly keys: ValueKeys;
  readonly canList: boolean;
  readonly canDelete: boolean;
  /** Whether a write is refused where the store has another object than expected. */
  readonly hasConditions: boolean;
}

/** Attaches the store of a handler. */
export function attachStore(handler: IOHandler, store: Named & Get & Put, keys: ValueKeys): void {
  const { list, delete: remove, etags } = store as StoredIn["store"] & Guarantees;
  const hasConditions = etags !== undefined;
  const stored: StoredIn = { store, keys, canList: typeof list === "function", canDelete: typeof remove === "function", hasConditions };
  Object.defineProperty(handler, storage, { value: stored });
}

/** The store of a handler, also of one of another bundle; undefined for a handler that is not built in, or keeps values in memory. */
export function storeOf(handler: IOHandler): StoredIn | undefined {
  return (handler as { readonly [storage]?: StoredIn })[storage];
}
