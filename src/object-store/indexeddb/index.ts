/**
 * `edgewater/indexeddb`: objects in the browser's IndexedDB, in windows and workers.
 *
 * @module
 */
export { IndexedDBStore, type IndexedDBStoreOptions } from "./store.ts";
