/**
 * `edgewater/local`: a store that keeps objects as files below a folder, on Node, Deno and Bun.
 *
 * @module
 */
export { type AcceptOptions, type LocalObjectMeta, type LocalObjectState, LocalStore, type LocalStoreOptions } from "./store.ts";
