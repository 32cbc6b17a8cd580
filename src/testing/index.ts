/**
 * `edgewater/testing`: what tests of handlers, stores and assets need.
 *
 * @module
 */
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
  readOnlyCases,
  streamCases,
} from "./object-store/index.ts";
export { memoryStorage } from "./storage.ts";
