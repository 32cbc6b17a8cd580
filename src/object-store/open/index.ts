/**
 * `edgewater/open`: opens any store by its URL.
 *
 * @module
 */
export { type Opened, openStore } from "./open.ts";
export type { OpenOptions, Stores } from "./openers.ts";
