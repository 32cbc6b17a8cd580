/**
 * `edgewater/pg-boss`: runs the steps of a repository in worker processes, over pg-boss, a queue in Postgres.
 *
 * @module
 */
import { EdgewaterError } from "../../errors.ts";
import { checkOptions, checkValue, type OptionKind, type OptionKinds, required, wholeNumber, withMethods } from "../../options.ts";
import type { Repository } from "../../repository/repository.ts";
import type { Executor } from "../../run/executor.ts";
import type { Step } from "../../run/plan.ts";
import type { StepRequest } from "../../run/protocol.ts";
import { remote } from "../remote.ts";
import { type Boss, bossMethods, type QueueSettings, StepQueue } from "./queue.ts";
import { transportOver } from "./transport.ts";
import { type StepWorker, workFor } from "./worker.ts";

export type { Boss } from "./queue.ts";
export type { StepWorker } from "./worker.ts";

/** Options of {@link pgBoss}. */
export interface PgBossOptions {
  /** The queue of the steps: letters, digits, `_`, `-`, `.` and `/`; `edgewater-steps` unless given. */
  readonly queue?: string | undefined;
  /** How long a worker may be silent before its step is given to another one, in seconds; at least 10, and 30 unless given. */
  readonly heartbeatSeconds?: number | undefined;
  /**
   * How long a delivery of a step may take with all its retries, in seconds; up to 86,400, a day, which it is unless given. It does
   * not ask whether the worker is alive: make it longer than every step.
   */
  readonly expireInSeconds?: number | undefined;
  /** The most steps that are in the queue or in workers at the same time; 50 unless given. */
  readonly maxConcurrency?: number | undefined;
}

/** Options of {@link StepsOverPgBoss.work}. */
export interface WorkOptions {
  /** The most steps that this worker makes at the same time; 4 unless given. */
  readonly concurrency?: number | undefined;
}

/** Both ends of a queue of steps. */
export interface StepsOverPgBoss {
  /** Sends the steps of runs to the queue. */
  readonly executor: Executor;
  /**
   * Makes the steps of the queue in this process, with a repository that has the same assets, the same Storage and the same stores.
   * Resolves when the worker has begun. Close it before the repository and the boss.
   *
   * @throws `SettingsError` when the boss is not started or the queue has another policy, `PermissionDenied` when its role may not
   *   use the tables of pg-boss, `Unavailable` when Postgres was away for a minute
   */
  work(repository: Repository, options?: WorkOptions): Promise<StepWorker>;
}

const aQueueName: OptionKind = {
  expected: "a name of letters, digits, _, -, . and /",
  accepts: (value) => typeof value === "string" && /^[\w.\-/]+$/.test(value),
};

/** The most seconds that pg-boss has for a job. */
const day = 86_400;

function seconds(least: number): OptionKind {
  const { accepts } = wholeNumber(least);
  return { expected: `a whole number of seconds, ${least} to ${day}`, accepts: (value) => accepts(value) && Number(value) <= day };
}

const kinds: OptionKinds<PgBossOptions> = {
  queue: aQueueName,
  heartbeatSeconds: seconds(10),
  expireInSeconds: seconds(1),
  maxConcurrency: wholeNumber(1),
};
const workKinds: OptionKinds<WorkOptions> = { concurrency: wholeNumber(1) };

/**
 * Runs steps in worker processes, over your own pg-boss: the executor sends them, and every process that calls `work` makes them.
 * A step whose worker is lost is given to another one, up to six workers; a step that fails is not tried again by pg-boss.
 *
 * Values do not cross the queue: a worker loads inputs and writes outputs itself. So the Storage and the stores must be reached
 * from everywhere.
 *
 * @throws `SettingsError` for an invalid boss or option
 *
 * @example
 * ```ts
 * import { PgBoss } from "pg-boss";
 *
 * const boss = new PgBoss("postgres://user@host/db");
 * boss.on("error", (error) => log(error));
 * await boss.start();
 * const { executor, work } = pgBoss(boss);
 *
 * // In each worker process:
 * await using worker = await work(repository, { concurrency: 8 });
 *
 * // In the process that begins runs:
 * await repository.materialize({ executor });
 * ```
 */
export function pgBoss(boss: Boss, options: PgBossOptions = {}): StepsOverPgBoss {
  checkValue("pgBoss", "boss", boss, required(withMethods("a started PgBoss of pg-boss 12.38 or later", ...bossMethods)));
  checkOptions("pgBoss", options, kinds);
  const { queue: name = "edgewater-steps", heartbeatSeconds = 30, expireInSeconds = day, maxConcurrency = 50 } = options;
  const queue = new StepQueue(boss, { name, heartbeatSeconds, expireInSeconds });
  const sending = remote("pg-boss", transportOver(queue), { reach: "anywhere", maxConcurrency });
  const executor: Executor = {
    ...sending,
    runStep: async (step, execution) => {
      const problem = tooLong(step, await execution.requestOf(step), queue.settings);
      return problem === undefined ? (sending.runStep as NonNullable<Executor["runStep"]>)(step, execution) : execution.fail(step, problem);
    },
  };
  return {
    executor,
    work: async (repository, given = {}) => {
      checkValue("work", "repository", repository, required(withMethods("a Repository, as Repository.open opens it", "runStep")));
      checkOptions("work", given, workKinds);
      return workFor(queue, repository, given.concurrency ?? 4);
    },
  };
}

/** The error of a step that may take longer than pg-boss lets it: it would be made again and again, several times at once. */
function tooLong({ computation, label }: Step, request: StepRequest, { expireInSeconds }: QueueSettings): EdgewaterError | undefined {
  const { timeoutMs = request.timeoutMs } = computation;
  if (timeoutMs === undefined || !Number.isFinite(timeoutMs) || timeoutMs < expireInSeconds * 1000) return undefined;
  const message = `Cannot send ${JSON.stringify(label)} to pg-boss: it may take ${timeoutMs} ms, its timeoutMs, and expireInSeconds of pgBoss is ${expireInSeconds}; give a greater expireInSeconds, up to ${day}, or a shorter timeoutMs`;
  return new EdgewaterError("SettingsError", message, { asset: computation.name, field: "expireInSeconds" });
}
