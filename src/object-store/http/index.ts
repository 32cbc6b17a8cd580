/**
 * `edgewater/http`: objects on any web server, read only.
 *
 * @module
 */
export { HTTPStore, type HTTPStoreOptions } from "./store.ts";
