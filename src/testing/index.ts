/**
 * `edgewater/testing`: stores, Storages and repositories for tests, and conformance cases for stores and Storages.
 *
 * @module
 */

export {
  type ChooseFault,
  type Fault,
  type FaultyCall,
  type RandomFaultsOptions,
  randomFaults,
  withFaults,
} from "../object-store/with/faults.ts";
export {
  type Chance,
  type Die,
  type ExecutorCase,
  type ExecutorKind,
  type ExecutorStage,
  type ExecutorSuiteOptions,
  executorCases,
  fakeEngine,
  fakeQueue,
  openExecutorSuite,
} from "./executor/index.ts";
export { embeddedStorage, memoryStorage, temporaryRepository, temporaryStore } from "./factories.ts";
export { type InspectionCase, type InspectionStage, inspectionCases } from "./inspection/index.ts";
export {
  attributesCases,
  type CapabilitiesOf,
  certify,
  conditionsCases,
  copyCases,
  delimiterCases,
  fullObjectStoreCases,
  type GuaranteeCase,
  type ObjectStoreCase,
  type ObjectStoreCasesOptions,
  objectStoreCases,
  paginationCases,
  rangeCases,
  readOnlyCases,
  streamCases,
} from "./object-store/index.ts";
export { type SharedStorageCase, type StorageCase, sharedStorageCases, storageCases } from "./storage/index.ts";
