/**
 * `edgewater/testing`: what tests of handlers, stores and assets need.
 *
 * @module
 */

export { embeddedStorage, memoryStorage, temporaryRepository, temporaryStore } from "./factories.ts";
export {
  attributesCases,
  conditionsCases,
  copyCases,
  fullObjectStoreCases,
  listCases,
  type ObjectStoreCase,
  type ObjectStoreCasesOptions,
  objectStoreCases,
  rangeCases,
  streamCases,
} from "./object-store/index.ts";
export { type SharedStorageCase, type StorageCase, sharedStorageCases, storageCases } from "./records/index.ts";
