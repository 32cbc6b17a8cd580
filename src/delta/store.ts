import type { ConditionalPut, Delete, Guarantees, Head, Named, PagedList, RangeGet } from "../object-store/types.ts";

/** What reading a table asks of a store. */
export interface ReadableStore extends Named, Guarantees, RangeGet, Head, PagedList {}

/** What writing a table asks of a store: of several writers of a version, one creates its commit. */
export interface TableStore extends ReadableStore, ConditionalPut, Delete {}

/** Where a table is: the keys of its files start with `root` and a slash; an empty root is the whole store. */
export interface TableLocation<Store extends ReadableStore = ReadableStore> {
  readonly store: Store;
  readonly root: string;
  /** The URL of the root as other writers have it, so that absolute paths below it are found in the store. */
  readonly url?: string | undefined;
}

/** The key of a file in the folder of the log. */
export function logKey(root: string, name: string): string {
  return `${logFolder(root)}/${name}`;
}

/** The folder of the log. */
export function logFolder(root: string): string {
  return root === "" ? "_delta_log" : `${root}/_delta_log`;
}

/** How messages call a table. */
export function nameOf({ store, root }: TableLocation): string {
  return `the table ${JSON.stringify(root)} in ${store.name}`;
}
