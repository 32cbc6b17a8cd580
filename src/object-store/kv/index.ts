/**
 * `edgewater/kv`: objects in a Cloudflare Workers KV namespace, through a Worker's binding.
 *
 * @module
 */
export { type KVNamespaceBinding, type KVPage, KVStore, type KVStoreOptions } from "./store.ts";
