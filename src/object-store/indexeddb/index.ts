/**
 * `edgewater/indexeddb`: a store that keeps objects in the browser's IndexedDB, in windows and workers.
 *
 * @module
 */
export { IndexedDBStore, type IndexedDBStoreOptions } from "./store.ts";
