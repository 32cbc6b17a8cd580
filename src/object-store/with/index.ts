/**
 * `edgewater/with`: wrappers for any store, which compose and keep the capabilities of the store that they wrap; and
 * `requireConditions`, which tests whether a store really checks conditions.
 *
 * @module
 */

export type { RetryPolicy } from "../../retry.ts";
export { type ProbeOptions, requireConditions } from "../require-conditions.ts";
export { type Aging, type AgingCacheOptions, type CacheOptions, type WriteBackOptions, withCache } from "./cache.ts";
export type { CacheStore } from "./cache-entries.ts";
export { type ChooseFault, type Fault, type FaultyCall, type RandomFaultsOptions, randomFaults, withFaults } from "./faults.ts";
export { withLimit } from "./limit.ts";
export { withPrefix } from "./prefix.ts";
export { withRetry } from "./retry.ts";
export { type Trace, type TracedCall, type TracedResult, withTrace } from "./trace.ts";
export type { Wrapped } from "./wrap.ts";
export type { FarStore, NearStore, PendingWrite, WriteBackCallOptions, WriteBackStore } from "./write-back/types.ts";
