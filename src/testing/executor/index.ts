/**
 * The conformance cases of an executor.
 *
 * @module
 */
import type { ExecutorCase, ExecutorKind } from "./check.ts";
import { deliveryCases } from "./deliveries.ts";
import { lossCases } from "./losses.ts";
import { resultCases } from "./results.ts";

export type { ExecutorCase, ExecutorKind, ExecutorStage } from "./check.ts";
export { type Chance, fakeEngine, fakeQueue } from "./engines.ts";
export type { Die } from "./hooks.ts";
export { type ExecutorSuiteOptions, openExecutorSuite } from "./suite.ts";

/**
 * The obligations of an executor, as cases for tests: those of the kind that it is of. The cases of a stage run one after the other
 * over the same Storage and store, which other runs do not use.
 */
export function executorCases(kind: ExecutorKind): readonly ExecutorCase[] {
  return [...resultCases, ...deliveryCases, ...lossCases].filter(({ kinds }) => kinds.includes(kind));
}
