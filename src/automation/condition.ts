import { codeVersionChanged, dataVersionChanged, executionFailed, inProgress, missing, newlyUpdated } from "./facts.ts";
import { allDepsMatch, and, anyDepsMatch, newlyTrue, not, or, sinceLastHandled } from "./operators.ts";
import type { Condition } from "./types.ts";

/** The conditions that come with this library. */
export interface Conditions {
  readonly missing: () => Condition;
  readonly dataVersionChanged: () => Condition;
  readonly codeVersionChanged: () => Condition;
  readonly newlyUpdated: () => Condition;
  readonly inProgress: () => Condition;
  readonly executionFailed: () => Condition;
  readonly anyDepsMatch: (condition: Condition) => Condition;
  readonly allDepsMatch: (condition: Condition) => Condition;
  readonly and: (...conditions: readonly Condition[]) => Condition;
  readonly or: (...conditions: readonly Condition[]) => Condition;
  readonly not: (condition: Condition) => Condition;
  readonly newlyTrue: (condition: Condition) => Condition;
  readonly sinceLastHandled: (condition: Condition) => Condition;
  readonly eager: () => Condition;
  readonly onMissing: () => Condition;
}

/**
 * When an asset should run, as `automationCondition` of its declaration. `repository.evaluate()` says of which assets it
 * is true, and why. Conditions compose; of an asset with partitions each is true of some of them.
 *
 * | condition | true when |
 * |-|-|
 * | `missing()` | it was never made |
 * | `dataVersionChanged()` | its data has another version than at the last evaluation |
 * | `codeVersionChanged()` | another version of its code made it |
 * | `newlyUpdated()` | it was made or observed since the last evaluation |
 * | `inProgress()` | a run is to make it and has not yet |
 * | `executionFailed()` | the last try to make it has failed |
 * | `anyDepsMatch(c)`, `allDepsMatch(c)` | `c` is true of one, or of all, that it is made from |
 * | `and(…)`, `or(…)`, `not(c)` | |
 * | `newlyTrue(c)` | `c` is true and was not at the last evaluation |
 * | `sinceLastHandled(c)` | `c` was true since the asset was last asked to run or made |
 * | `eager()` | it is missing, or something that it is made from was updated; and nothing stands in the way |
 * | `onMissing()` | it is missing, and nothing stands in the way |
 * | `onCron(…)` | a time of a cron expression has come: from `edgewater/cron` |
 *
 * What stands in the way: that something that it is made from is missing or in progress, that it is in progress itself,
 * and that the last try has failed.
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
    return and(sinceLastHandled(trigger), ...nothingInTheWay());
  },

  onMissing(): Condition {
    return and(sinceLastHandled(newlyTrue(missing())), missing(), ...nothingInTheWay());
  },
};

function nothingInTheWay(): readonly Condition[] {
  return [not(anyDepsMatch(missing())), not(anyDepsMatch(inProgress())), not(inProgress()), not(executionFailed())];
}
