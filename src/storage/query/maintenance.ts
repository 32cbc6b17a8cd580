/**
 * Export, import and prune: rare work on a whole Storage. Loaded with its first use, because together it is over 2 kB and a
 * page that only runs its assets does not need it.
 *
 * @module
 */
export { exportLines } from "./export.ts";
export { importLines } from "./import.ts";
export { prune } from "./prune.ts";
