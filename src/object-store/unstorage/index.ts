/**
 * `edgewater/unstorage`: a store that keeps objects in any unstorage driver or storage.
 *
 * @module
 */
export { UnstorageStore } from "./store.ts";
