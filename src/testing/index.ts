/**
 * `edgewater/testing`: what tests of handlers, stores and assets need.
 *
 * @module
 */
export { type ObjectStoreCase, type ObjectStoreCasesOptions, objectStoreCases } from "./object-store.ts";
export { memoryStorage } from "./storage.ts";
