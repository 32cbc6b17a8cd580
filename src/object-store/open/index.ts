/**
 * `edgewater/open`: any store by its URL.
 *
 * @module
 */
export { type Opened, openStore } from "./open.ts";
export type { OpenOptions, Stores } from "./stores.ts";
