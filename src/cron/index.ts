/**
 * `edgewater/cron`: partitions and automation conditions by cron expression.
 *
 * @module
 */

import { Cron } from "croner";
import { type Conditions, condition as conditions } from "../automation/condition.ts";
import { makeCondition } from "../automation/make-condition.ts";
import { latestWindows, type PresetOptions, someWindows } from "../automation/presets.ts";
import { heldSince } from "../automation/since-last-handled.ts";
import type { Condition } from "../automation/types.ts";
import type { WallClockTime } from "../encoding/wall-clock.ts";
import { EdgewaterError, thrownText } from "../errors.ts";
import { aName, anyValue, aString, checkOptions, checkValue, type OptionKinds, required } from "../options.ts";
import type { TimePartitions } from "../partition/partitions-definition.ts";
import type { Grid } from "../partition/time-grid.ts";
import { type TimePartitionsOptions, timePartitions, timePartitionsKinds } from "../partition/time-windows.ts";

export type { TimePartitions, TimePartitionsOptions };

/** Options of {@link cronPartitions}. */
export interface CronPartitionsOptions extends TimePartitionsOptions {
  /** The starts of partitions: five fields, six with seconds first, seven with years last, or a nickname such as `@daily`. */
  readonly cron: string;
}

const cronKinds: OptionKinds<CronPartitionsOptions> = { cron: anyValue, ...timePartitionsKinds };

/**
 * Defines one partition per time of a cron expression, from `start` on, each up to the next time. Times are wall-clock times,
 * with a `timeZone` of its clocks. The default format of a key is `2024-01-15T06:00:00`.
 *
 * @throws `PartitionError` for an invalid expression, invalid times or an invalid format
 *
 * @example
 * ```ts
 * import { cronPartitions } from "edgewater/cron";
 *
 * cronPartitions({ start: "2024-01-01", cron: "0 6 * * MON", format: "%Y-%m-%d" });
 * ```
 */
export function cronPartitions(options: CronPartitionsOptions): TimePartitions {
  checkOptions("cronPartitions", options, cronKinds, "PartitionError");
  const schedule = scheduleOf(options.cron);
  return timePartitions(options, "%Y-%m-%dT%H:%M:%S", () => gridOf(options.cron, schedule));
}

/** Options of {@link cronTickPassed}. */
export interface CronTickPassedOptions {
  /** The time zone of the expression, such as `Europe/Berlin`; UTC by default. */
  readonly timeZone?: string | undefined;
}

/** Options of {@link onCron}. */
export interface OnCronOptions extends CronTickPassedOptions, PresetOptions {}

const tickKinds: OptionKinds<CronTickPassedOptions> = { timeZone: aString };
const onCronKinds: OptionKinds<OnCronOptions> = { ...tickKinds, windows: someWindows };

/** The conditions of `edgewater`, {@link cronTickPassed} and {@link onCron}. */
export const condition: Conditions & { readonly cronTickPassed: typeof cronTickPassed; readonly onCron: typeof onCron } =
  /* @__PURE__ */ Object.assign({}, conditions, { cronTickPassed, onCron });

/**
 * A condition that is true at the first evaluation after each time of a cron expression. Several times that pass between two
 * evaluations count as one, and times before the first evaluation do not count.
 *
 * @throws `DefinitionError` for an invalid expression or time zone
 *
 * @example
 * ```ts
 * import { condition } from "edgewater/cron";
 *
 * const { and, anyDepsMatch, cronTickPassed, dataVersionChanged, since } = condition;
 * // Once after an input has changed, at the next full hour.
 * and(cronTickPassed("0 * * * *"), since(anyDepsMatch(dataVersionChanged()), condition.newlyUpdated()));
 * ```
 */
export function cronTickPassed(expression: string, options: CronTickPassedOptions = {}): Condition {
  checkOptions("cronTickPassed", options, tickKinds, "DefinitionError");
  return tickCondition("cronTickPassed", expression, options);
}

/**
 * A condition that is true once after each time of a cron expression, until the asset is requested or made after that time. Several
 * times that pass between two evaluations count as one, times before the first evaluation do not count, and it is false while a
 * run of the asset is in progress. Of partitions over time only the last one counts, unless `windows` is another number or `"all"`.
 *
 * @throws `DefinitionError` for an invalid expression or time zone
 *
 * @example
 * ```ts
 * import { condition } from "edgewater/cron";
 *
 * asset({ name: "report", automationCondition: condition.onCron("0 6 * * MON", { timeZone: "Europe/Berlin" }) }, write);
 * ```
 */
export function onCron(expression: string, options: OnCronOptions = {}): Condition {
  checkOptions("onCron", options, onCronKinds, "DefinitionError");
  return conditions.and(
    heldSince(tickCondition("onCron", expression, options), latestWindows(options)),
    conditions.not(conditions.inProgress()),
  );
}

function tickCondition(owner: string, expression: string, { timeZone = "UTC" }: CronTickPassedOptions): Condition {
  checkValue(owner, "expression", expression, required(aName), "DefinitionError");
  let schedule: Cron;
  try {
    schedule = new Cron(expression, { timezone: timeZone, paused: true });
    schedule.nextRun(new Date(0));
  } catch (cause) {
    const message = `Invalid cron expression ${JSON.stringify(expression)} or time zone ${JSON.stringify(timeZone)} of ${owner}: ${thrownText(cause)}`;
    throw new EdgewaterError("DefinitionError", message, { field: "automationCondition", cause });
  }
  const evaluate: Condition["evaluate"] = ({ snapshot, previous, now }) => {
    const next = previous === undefined ? undefined : schedule.nextRun(new Date(previous))?.getTime();
    if (next === undefined || next > now) return [];
    const last = schedule.previousRuns(1, new Date(Math.floor(now / 1000) * 1000 + 1000))[0]?.getTime() ?? next;
    return new Map(snapshot.partitions.map((partition) => [partition, last]));
  };
  return makeCondition(`a time of ${JSON.stringify(expression)} has come`, evaluate, { detail: timeZone });
}

function gridOf(expression: string, schedule: Cron): Grid {
  const after = (time: WallClockTime): WallClockTime | undefined => schedule.nextRun(new Date(time))?.getTime();
  const before = (time: WallClockTime): WallClockTime | undefined => schedule.previousRuns(1, new Date(time))[0]?.getTime();
  return {
    name: `times of ${JSON.stringify(expression)}`,
    spec: { cron: expression },
    floor: (time) => before(Math.floor(time / 1000) * 1000 + 1000),
    step: (from, steps) => {
      let time: WallClockTime | undefined = from;
      for (let left = Math.abs(steps); left > 0 && time !== undefined; left--) time = steps > 0 ? after(time) : before(time);
      return time;
    },
  };
}

function scheduleOf(expression: string): Cron {
  if (typeof expression !== "string") {
    throw new EdgewaterError("PartitionError", `Invalid cron expression; expected a string, got ${typeof expression}`);
  }
  try {
    return new Cron(expression, { utcOffset: 0, paused: true });
  } catch (cause) {
    const reason = thrownText(cause);
    throw new EdgewaterError("PartitionError", `Invalid cron expression ${JSON.stringify(expression)}: ${reason}`, { cause });
  }
}
