/**
 * Conditions that decide when assets should run, and their evaluation.
 *
 * @module
 */
import { codeVersionChanged, dataVersionChanged, executionFailed, inProgress, missing, newlyUpdated } from "./asset-conditions.ts";
import { allDepsMatch, and, anyDepsMatch, newlyTrue, not, or, since } from "./condition-operators.ts";
import { inLatestTimeWindow, type LatestTimeWindowOptions, newlyRequested, willBeRequested } from "./evaluation-conditions.ts";
import { eager, onMissing, type PresetOptions } from "./presets.ts";
import { sinceLastHandled } from "./since-last-handled.ts";
import type { Condition } from "./types.ts";

/** The conditions of this library, see {@link condition}. */
export interface Conditions {
  /** True when the asset was never materialized or observed. */
  readonly missing: () => Condition;
  /** True when the data version is another one than at the previous evaluation. */
  readonly dataVersionChanged: () => Condition;
  /** True when the last materialization has another code version than the asset. */
  readonly codeVersionChanged: () => Condition;
  /** True when the asset was materialized, or observed with another data version, since the previous evaluation. */
  readonly newlyUpdated: () => Condition;
  /** True when the asset was requested since the previous evaluation, by whatever repository. */
  readonly newlyRequested: () => Condition;
  /** True for what this evaluation requests; of an upstream asset for what is made in the same run. */
  readonly willBeRequested: () => Condition;
  /** True for the partitions of the last time window, or of the last `windows` ones. */
  readonly inLatestTimeWindow: (options?: LatestTimeWindowOptions) => Condition;
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
  /** True from an evaluation at which `trigger` is true until one at which `reset` is true. When both are, it is false. */
  readonly since: (trigger: Condition, reset: Condition) => Condition;
  /**
   * True when the condition was true at any evaluation since the asset was last requested to run, or was made or tried with what
   * was new.
   */
  readonly sinceLastHandled: (condition: Condition) => Condition;
  /**
   * Keeps the asset up to date: true when it is missing or an upstream asset was updated or is requested in the same run, and
   * nothing prevents a run. Of partitions over time only the last one counts, unless `windows` is another number or `"all"`.
   *
   * @throws `DefinitionError` for an invalid option
   */
  readonly eager: (options?: PresetOptions) => Condition;
  /**
   * Makes the asset once: true when it is missing and nothing prevents a run. Of partitions over time only the last one counts,
   * unless `windows` is another number or `"all"`.
   *
   * @throws `DefinitionError` for an invalid option
   */
  readonly onMissing: (options?: PresetOptions) => Condition;
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
 * | `newlyUpdated()` | it was materialized, or observed with another data version, since the previous evaluation |
 * | `newlyRequested()` | it was requested since the previous evaluation |
 * | `willBeRequested()` | this evaluation requests it; of an upstream asset: in the same run |
 * | `inLatestTimeWindow({ windows })` | the partition is in the last time window, or in the last `windows` ones |
 * | `inProgress()` | a run or a backfill is to make it and has not done so yet |
 * | `executionFailed()` | the last attempt to make it failed |
 * | `anyDepsMatch(c)`, `allDepsMatch(c)` | `c` is true for one upstream asset, or for all of them |
 * | `and(…)`, `or(…)`, `not(c)` | |
 * | `newlyTrue(c)` | `c` is true and was not at the previous evaluation |
 * | `since(trigger, reset)` | `trigger` was true, and `reset` was not since |
 * | `sinceLastHandled(c)` | `c` was true since the asset was last requested to run, made or tried |
 * | `eager({ windows })` | it is missing or an upstream asset was updated, and nothing prevents a run |
 * | `onMissing({ windows })` | it is missing, and nothing prevents a run |
 * | `cronTickPassed(…)`, `onCron(…)` | a time of a cron expression has come: from `edgewater/cron` |
 *
 * These prevent a run: an upstream asset is missing or in progress, or the asset is in progress itself. After a failure the asset
 * waits until something is new again. `eager` and `onMissing` look at the last time window only, unless told otherwise.
 *
 * @throws `DefinitionError` when a condition is made of something else, or of nothing
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
  since,
  sinceLastHandled,
  newlyRequested,
  willBeRequested,
  inLatestTimeWindow,
  eager,
  onMissing,
};
