/**
 * `edgewater/with`: wrappers over any store. They compose, and what they give has the capabilities of what they wrap. And
 * a way to find out whether a server keeps the conditions that its store states.
 *
 * @module
 */

export type { RetryPolicy } from "../../retry.ts";
export { type ProbeOptions, requireConditions } from "../probe.ts";
export { type Aging, type AgingCacheOptions, type CacheOptions, withCache } from "./cache.ts";
export type { CacheStore } from "./cached.ts";
export { type ChooseFault, type Fault, type FaultyCall, type RandomFaultsOptions, randomFaults, withFaults } from "./faults.ts";
export { withLimit } from "./limit.ts";
export { withPrefix } from "./prefix.ts";
export { withRetry } from "./retry.ts";
export { type Trace, type TracedCall, type TracedResult, withTrace } from "./trace.ts";
export type { Wrapped } from "./wrapped.ts";
