/**
 * Partitions that start when a cron expression says.
 *
 * @module
 */
import { Cron } from "croner";
import { type Conditions, condition as conditions } from "../automation/condition.ts";
import { makeCondition } from "../automation/make.ts";
import type { Condition } from "../automation/types.ts";
import type { NaiveTime } from "../encoding/naive-time.ts";
import { EdgewaterError } from "../errors.ts";
import type { TimePartitions } from "../partition/partitions-definition.ts";
import { type Grid, type TimePartitionsOptions, timePartitions } from "../partition/time-partitions.ts";

export type { TimePartitions, TimePartitionsOptions };

/** What {@link cronPartitions} takes. */
export interface CronPartitionsOptions extends TimePartitionsOptions {
  /** When partitions start: five fields, six with seconds first, seven with years last, or a nickname such as `@daily`. */
  readonly cron: string;
}

/**
 * One partition per time that the cron expression gives from `start` on, each until the next such time. Times are naive:
 * the expression is read without a time zone. Keys are named `2024-01-15T06:00:00` unless `format` says otherwise.
 *
 * @throws `PartitionError` for an expression, times or a format that do not fit
 *
 * @example
 * ```ts
 * import { cronPartitions } from "edgewater/cron";
 *
 * cronPartitions({ start: "2024-01-01", cron: "0 6 * * MON", format: "%Y-%m-%d" });
 * ```
 */
export function cronPartitions(options: CronPartitionsOptions): TimePartitions {
  const schedule = read(options.cron);
  return timePartitions(options, "%Y-%m-%dT%H:%M:%S", () => gridOf(options.cron, schedule));
}

export interface OnCronOptions {
  /** The time zone that the expression is read in, such as `Europe/Berlin`; UTC unless given. */
  readonly timeZone?: string;
}

/** The conditions of `edgewater`, and {@link onCron}. */
export const condition: Conditions & { readonly onCron: typeof onCron } = /* @__PURE__ */ Object.assign({}, conditions, { onCron });

/**
 * True once for every time of a cron expression that has come since the asset was last asked to run or made, or for
 * several together, as long as no run is to make it. The first evaluation is where it begins.
 *
 * @throws `DefinitionError` for an expression or a time zone that is none
 *
 * @example
 * ```ts
 * import { condition } from "edgewater/cron";
 *
 * asset({ name: "report", automationCondition: condition.onCron("0 6 * * MON", { timeZone: "Europe/Berlin" }) }, write);
 * ```
 */
export function onCron(expression: string, { timeZone = "UTC" }: OnCronOptions = {}): Condition {
  let schedule: Cron;
  try {
    schedule = new Cron(expression, { timezone: timeZone, paused: true });
    schedule.nextRun(new Date(0));
  } catch (cause) {
    const message = `onCron cannot use ${JSON.stringify(expression)} in ${JSON.stringify(timeZone)}: ${(cause as Error).message}`;
    throw new EdgewaterError("DefinitionError", message, { field: "automationCondition", cause });
  }
  const passed = makeCondition(`a time of ${JSON.stringify(expression)} has come`, ({ snapshot, previous, now }) => {
    const next = previous === undefined ? undefined : schedule.nextRun(new Date(previous))?.getTime();
    return next !== undefined && next <= now ? snapshot.partitions : [];
  });
  return conditions.and(conditions.sinceLastHandled(passed), conditions.not(conditions.inProgress()));
}

function gridOf(expression: string, schedule: Cron): Grid {
  const after = (time: NaiveTime): NaiveTime | undefined => schedule.nextRun(new Date(time))?.getTime();
  const before = (time: NaiveTime): NaiveTime | undefined => schedule.previousRuns(1, new Date(time))[0]?.getTime();
  return {
    name: `times of ${JSON.stringify(expression)}`,
    spec: { cron: expression },
    floor: (time) => before(Math.floor(time / 1000) * 1000 + 1000),
    step: (from, steps) => {
      let time: NaiveTime | undefined = from;
      for (let left = Math.abs(steps); left > 0 && time !== undefined; left--) time = steps > 0 ? after(time) : before(time);
      return time;
    },
  };
}

function read(expression: string): Cron {
  try {
    if (typeof expression !== "string") throw new TypeError(`a cron expression is a string, got ${typeof expression}`);
    return new Cron(expression, { utcOffset: 0, paused: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EdgewaterError("PartitionError", `The cron expression ${JSON.stringify(expression)} cannot be read: ${reason}`, { cause });
  }
}
