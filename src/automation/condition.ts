/**
 * Conditions that decide when assets should run, and their evaluation.
 *
 * @module
 */
import { codeVersionChanged, dataVersionChanged, executionFailed, inProgress, missing, newlyUpdated } from "./asset-conditions.ts";
import { allDepsMatch, and, anyDepsMatch, newlyTrue, not, or, sinceLastHandled } from "./condition-operators.ts";
import type { Condition } from "./types.ts";

/** The conditions of this library, see {@link condition}. */
export interface Conditions {
  /** True when the asset was never materialized or observed. */
  readonly missing: () => Condition;
  /** True when the data version is another one than at the previous evaluation. */
  readonly dataVersionChanged: () => Condition;
  /** True when the last materialization has another code version than the asset. */
  readonly codeVersionChanged: () => Condition;
  /** True when the asset was materialized or observed since the previous evaluation. */
  readonly newlyUpdated: () => Condition;
  /** True while a run or a backfill that has not ended is to make the asset and has not done so yet. */
  readonly inProgress: () => Condition;
  /** True when the last attempt to make the asset failed. */
  readonly executionFailed: () => Condition;
  /** True when the condition is true for at least one upstream asset. */
  readonly anyDepsMatch: (condition: Condition) => Condition;
  /** True when the condition is true for every upstream asset. */
  readonly allDepsMatch: (condition: Condition) => Condition;
  /** True when all conditions are true. */
  readonly and: (...conditions: readonly Condition[]) => Condition;
  /** True when at least one condition is true. */
  readonly or: (...conditions: readonly Condition[]) => Condition;
  /** True when the condition is not true. */
  readonly not: (condition: Condition) => Condition;
  /** True when the condition is true and was not true at the previous evaluation. */
  readonly newlyTrue: (condition: Condition) => Condition;
  /** True when the condition was true at any evaluation since the asset was last requested to run, or was made. */
  readonly sinceLastHandled: (condition: Condition) => Condition;
  /** Keeps the asset up to date: true when it is missing or an upstream asset was updated, and nothing prevents a run. */
  readonly eager: () => Condition;
  /** Makes the asset once: true when it is missing and nothing prevents a run. */
  readonly onMissing: () => Condition;
}

/**
 * Conditions that decide when an asset should run, as `automationCondition` of its declaration. `repository.evaluate()`
 * returns the assets for which they are true, and why. Conditions compose; for an asset with partitions each is true for some
 * of them.
 *
 * | condition | true when |
 * |-|-|
 * | `missing()` | the asset was never materialized or observed |
 * | `dataVersionChanged()` | its data version is another one than at the previous evaluation |
 * | `codeVersionChanged()` | its last materialization has another code version |
 * | `newlyUpdated()` | it was materialized or observed since the previous evaluation |
 * | `inProgress()` | a run or a backfill is to make it and has not done so yet |
 * | `executionFailed()` | the last attempt to make it failed |
 * | `anyDepsMatch(c)`, `allDepsMatch(c)` | `c` is true for one upstream asset, or for all of them |
 * | `and(…)`, `or(…)`, `not(c)` | |
 * | `newlyTrue(c)` | `c` is true and was not at the previous evaluation |
 * | `sinceLastHandled(c)` | `c` was true since the asset was last requested to run or made |
 * | `eager()` | it is missing or an upstream asset was updated, and nothing prevents a run |
 * | `onMissing()` | it is missing, and nothing prevents a run |
 * | `onCron(…)` | a time of a cron expression has come: from `edgewater/cron` |
 *
 * These prevent a run: an upstream asset is missing or in progress, the asset is in progress itself, its last attempt failed.
 *
 * @example
 * ```ts
 * const strong = asset({ name: "strong", inputs: { quakes }, automationCondition: condition.eager() }, strongOnes);
 * const report = asset(
 *   { name: "report", inputs: { strong }, automationCondition: condition.anyDepsMatch(condition.dataVersionChanged()) },
 *   write,
 * );
 * ```
 */
export const condition: Conditions = {
  missing,
  dataVersionChanged,
  codeVersionChanged,
  newlyUpdated,
  inProgress,
  executionFailed,
  anyDepsMatch,
  allDepsMatch,
  and,
  or,
  not,
  newlyTrue,
  sinceLastHandled,

  eager(): Condition {
    const trigger = or(newlyTrue(missing()), anyDepsMatch(newlyUpdated()));
    return and(sinceLastHandled(trigger), ...nothingPreventsRun());
  },

  onMissing(): Condition {
    return and(sinceLastHandled(newlyTrue(missing())), missing(), ...nothingPreventsRun());
  },
};

function nothingPreventsRun(): readonly Condition[] {
  return [not(anyDepsMatch(missing())), not(anyDepsMatch(inProgress())), not(inProgress()), not(executionFailed())];
}
