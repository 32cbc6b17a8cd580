/**
 * `edgewater/opfs`: a store that keeps objects in the browser's Origin Private File System, in windows and workers.
 *
 * @module
 */
export { OPFSStore } from "./store.ts";
