/**
 * `edgewater/kv`: a store that keeps objects in a Workers KV namespace.
 *
 * @module
 */
export { type KVNamespaceBinding, type KVPage, KVStore, type KVStoreOptions } from "./store.ts";
