import type { JobWithMetadata, PgBoss, WorkOptions } from "pg-boss";
import { EdgewaterError, isEdgewaterError, thrownText } from "../../errors.ts";
import { retrying } from "../../retry.ts";
import type { StepRequest } from "../../run/protocol.ts";
import { type Answer, jobIdOf, mostRetries } from "./job.ts";

/** What this library calls of a `PgBoss`: your own, which you start and stop. */
export type Boss = Pick<PgBoss, "createQueue" | "getQueue" | "send" | "findJobs" | "fail" | "cancel" | "work" | "offWork" | "notifyWorker">;

/** The methods of a boss, for the check of what is passed. */
export const bossMethods: readonly (keyof Boss)[] = [
  "createQueue",
  "getQueue",
  "send",
  "findJobs",
  "fail",
  "cancel",
  "work",
  "offWork",
  "notifyWorker",
];

/** A job, as far as it is looked at. */
export interface SeenJob {
  readonly state: "created" | "retry" | "active" | "completed" | "cancelled" | "failed";
  readonly retryCount: number;
  readonly startedOn: Date | null;
  readonly heartbeatOn: Date | null;
  readonly output: unknown;
}

/** How often a worker looks for jobs and says that it is alive. */
export type TakeOptions = Pick<WorkOptions, "pollingIntervalSeconds" | "notifyPollingIntervalSeconds" | "heartbeatRefreshSeconds">;

/** How pg-boss treats the jobs of steps. */
export interface QueueSettings {
  readonly name: string;
  readonly heartbeatSeconds: number;
  readonly expireInSeconds: number;
}

/** How long a database may be away, in milliseconds. */
const patience = { maxRetries: Number.MAX_SAFE_INTEGER, maxDelayMs: 2000, maxElapsedMs: 60_000 };

/** The queue of the steps, and beside it the queue of those whose workers were lost too often. */
export class StepQueue {
  readonly boss: Boss;
  readonly settings: QueueSettings;
  #ready: Promise<void> | undefined;

  constructor(boss: Boss, settings: QueueSettings) {
    this.boss = boss;
    this.settings = settings;
  }

  /** The name of the queue of jobs that have failed. */
  get deadName(): string {
    return `${this.settings.name}-dead`;
  }

  /**
   * Creates the queues unless they are there.
   *
   * @throws `SettingsError` when the boss is not started or the queue has another policy, `PermissionDenied`, `Unavailable`
   */
  ready(): Promise<void> {
    this.#ready ??= this.#create().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  /** Puts a request into the queue, once however often it is sent, and returns the id of its job. */
  async send(request: StepRequest, signal: AbortSignal): Promise<string> {
    const { name, heartbeatSeconds, expireInSeconds } = this.settings;
    const id = await jobIdOf(request);
    const options = { id, retryLimit: mostRetries, retryDelay: 0, heartbeatSeconds, expireInSeconds, deadLetter: this.deadName };
    // Null for a job that is there: an answer was lost.
    await this.#call("send a step to", () => this.boss.send(name, request, options), signal);
    return id;
  }

  /** Looks at a job; undefined when it was deleted. */
  async find(id: string): Promise<SeenJob | undefined> {
    const [job] = await this.#call("read a job of", () => this.boss.findJobs(this.settings.name, { id, limit: 1 }));
    return job;
  }

  /** Gives an attempt of a job up, for another worker; unless another one has it already. */
  async giveUp(id: string, { retryCount }: Pick<SeenJob, "retryCount">, reason: { readonly message: string }): Promise<void> {
    await this.#call("fail a job of", () => this.boss.fail(this.settings.name, { id, retryCount }, reason));
  }

  /** Cancels a job unless it has ended. */
  async cancel(id: string): Promise<void> {
    await this.#call("cancel a job of", () => this.boss.cancel(this.settings.name, id));
  }

  /** Takes jobs from the queue, one at a time, until `leave`. Returns the id under which it does. */
  take(options: TakeOptions, handler: (job: JobWithMetadata<StepRequest>) => Promise<Answer>): Promise<string> {
    const each = ([job]: readonly JobWithMetadata<StepRequest>[]): Promise<Answer> => handler(job as JobWithMetadata<StepRequest>);
    const all = { ...options, localConcurrency: 1, includeMetadata: true } as const;
    return this.#call("take steps from", () => this.boss.work<StepRequest, Answer, typeof all>(this.settings.name, all, each));
  }

  /** Takes no further job, and waits for the one that is under way unless told otherwise. */
  leave(id: string, wait = true): Promise<void> {
    return this.#call("leave", () => this.boss.offWork(this.settings.name, { id, wait }));
  }

  async #create(): Promise<void> {
    const { name, heartbeatSeconds, expireInSeconds } = this.settings;
    const options = { retryLimit: mostRetries, heartbeatSeconds, expireInSeconds, deadLetter: this.deadName, notify: true };
    const found = await this.#call("create", async () => {
      await this.boss.createQueue(this.deadName);
      await this.boss.createQueue(name, options);
      return this.boss.getQueue(name);
    });
    if (found?.policy === undefined || found.policy === "standard") return;
    const message = `Cannot use the queue ${JSON.stringify(name)} of pg-boss: it has the policy ${JSON.stringify(found.policy)}, which holds steps back or drops them; give another queue to pgBoss, or delete this one`;
    throw new EdgewaterError("SettingsError", message, { field: "queue" });
  }

  /** Calls the boss, again for a minute while its database is away. */
  async #call<Value>(action: string, work: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    const waitForRetry = retrying(patience, { signal });
    while (true) {
      try {
        return await work();
      } catch (cause) {
        const error = isEdgewaterError(cause) ? cause : this.#errorOf(action, cause);
        if (error.code !== "Unavailable" || !(await waitForRetry(error))) throw error;
      }
    }
  }

  /** What an error of pg-boss or of Postgres means. */
  #errorOf(action: string, cause: unknown): EdgewaterError {
    const { name } = this.settings;
    const code = String((cause as { readonly code?: unknown } | null)?.code ?? "");
    const problem = `Cannot ${action} the queue ${JSON.stringify(name)} of pg-boss: ${thrownText(cause)}`;
    if (code === "ERR_ASSERTION" || /stopped$/.test(thrownText(cause)))
      return new EdgewaterError("SettingsError", `${problem}; call await boss.start() before, and boss.stop() after everything else`, {
        field: "boss",
        cause,
      });
    if (code === "42501") {
      const remedy = "give its role USAGE on the schema of pg-boss and all rights on its tables, or a schema of its own";
      return new EdgewaterError("PermissionDenied", `${problem}; ${remedy}`, { cause });
    }
    // A class of SQLSTATE whose errors do not pass: not connections, resources, conflicts or an operator's intervention.
    if (code === "PGBOSS_QUEUE_NOT_FOUND" || /^(?!08|40|53|55|57)[0-9FHPX][0-9A-Z]{4}$/.test(code))
      return new EdgewaterError("SettingsError", `${problem}; see the cause`, { field: "queue", cause });
    return new EdgewaterError("Unavailable", problem, { cause });
  }
}
