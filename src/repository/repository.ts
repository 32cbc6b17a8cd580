/**
 * Repository: opens a set of assets, materializes, loads and writes them, and reports their status.
 *
 * @module
 */
import type { Output } from "../asset/result.ts";
import type { Asset, Definition, ExternalAsset, Source } from "../asset/types.ts";
import type { EvaluateOptions, Evaluation } from "../automation/evaluate.ts";
import { EdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { checkIOHandler } from "../io-handler/handler.ts";
import { Operations } from "../operations-in-flight.ts";
import type { PartitionMap } from "../partition/partition-map.ts";
import { checkRetryPolicy } from "../retry.ts";
import { definitionsOf, type Graph, graphOf, nodeOf, observedAssets } from "../run/graph.ts";
import { cancelRun } from "../run/living.ts";
import { checkOneOf } from "../run/plan.ts";
import type { StepOutcome, StepRequest } from "../run/protocol.ts";
import type { RunResult } from "../run/run.ts";
import { Storage } from "../storage/storage.ts";
import type { StoredEvent, VerificationEvent } from "../storage/types.ts";
import { type Backfills, backfillsOf } from "./backfill/backfills.ts";
import type { Backfill, BackfillOptions, BackfillPlan } from "./backfill/types.ts";
import { RepositoryContext } from "./context.ts";
import { openDoor } from "./door.ts";
import type { PrunedVersions, PruneVersionsOptions } from "./history/prune.ts";
import type { RollbackOptions } from "./history/rollback.ts";
import type { WipeOptions } from "./history/wipe.ts";
import { load } from "./load.ts";
import { materialize } from "./materialize.ts";
import { checkRepositoryOptions } from "./options.ts";
import { type PlannedStep, type PlanOptions, planned } from "./plan.ts";
import { type AssetStatus, type StatusOptions, status } from "./status.ts";
import type {
  CloseOptions,
  LoadOptions,
  LoadPartitionsOptions,
  MaterializeOptions,
  RepositoryOptions,
  RunStepOptions,
  WriteOptions,
} from "./types.ts";
import { type AutomateOptions, type AutomationRound, automateOnce, type WatchOptions, watchUntil } from "./watch.ts";
import { write } from "./write.ts";

/**
 * A set of assets: materializes and loads them, writes values for them, and reports their status.
 *
 * @example
 * ```ts
 * await using repository = await Repository.open({ assets: [quakes, strong], ioHandler });
 * await repository.materialize();
 * const rows = await repository.load(strong);
 * ```
 */
export class Repository implements AsyncDisposable {
  /** The Storage that records what happens. */
  readonly storage: Storage;
  /** The backfills: their status, and how to cancel one. */
  readonly backfills: Backfills;
  readonly #ownsStorage: boolean;
  readonly #graph: Graph;
  readonly #context: RepositoryContext;
  readonly #operations = new Operations("This repository");
  /** Aborted when closing does not wait any longer. */
  readonly #closing = new AbortController();
  /** Aborted when closing begins. */
  readonly #stopping = new AbortController();

  private constructor(graph: Graph, storage: Storage, ownsStorage: boolean, options: RepositoryOptions) {
    this.storage = storage;
    this.#ownsStorage = ownsStorage;
    this.#graph = graph;
    this.#context = new RepositoryContext(graph, storage, options, this.#closing.signal);
    this.backfills = backfillsOf(storage, graph, this.#operations);
    openDoor(this, { context: this.#context, operations: this.#operations });
  }

  /**
   * Checks the assets and opens the Storage. Closes a Storage that was passed as a promise when a check fails.
   *
   * @throws `GraphError` for assets that do not form a graph, `PartitionError` for an input whose partitions do not fit,
   *   `DefinitionError` for an invalid handler, `SettingsError` for an invalid retry policy
   */
  static async open(options: RepositoryOptions): Promise<Repository> {
    const given = (options as Partial<RepositoryOptions> | undefined | null)?.storage;
    const isPromise = typeof given === "object" && given !== null && "then" in given;
    const promised = isPromise ? await given : undefined;
    try {
      checkRepositoryOptions("open", isPromise ? { ...options, storage: promised ?? null } : options);
      const { assets, tasks = [], ioHandler, retry } = options;
      checkIOHandler(ioHandler, "the repository");
      checkRetryPolicy(retry, "the repository", "SettingsError");
      const opened = promised ?? (given as Storage | undefined) ?? Storage.memory();
      const graph = graphOf([...assets, ...tasks]);
      await opened.declareAssets(definitionsOf(graph));
      return new Repository(graph, opened, given === undefined || isPromise, options);
    } catch (error) {
      await promised?.close?.();
      throw error;
    }
  }

  /** The assets and tasks, each after its inputs. */
  get nodes(): readonly Definition[] {
    return [...this.#graph.nodes.values()].map(({ definition }) => definition);
  }

  /**
   * The handler that writes an asset or a task.
   *
   * @throws `GraphError` for an unknown asset
   */
  ioHandlerForOutput(asset: string | Source): BaseIOHandler {
    return nodeOf(this.#graph, asset).definition.ioHandler ?? this.#context.defaultHandler;
  }

  /**
   * Makes the selected assets, or every one: loads their inputs, calls their functions, writes and records what they return.
   * Independent assets run concurrently. A failure skips the assets that depend on it, and no others.
   *
   * @throws after all others have ended the error of the first asset that failed, unless `raiseOnError` is false: it names the
   *   asset and the partition, its code is that of an error of this library, else `StepFailed`, and its cause what was thrown;
   *   `Timeout` for a step that took too long; `GraphError` for an unknown name, `PartitionError` for a missing or invalid key,
   *   `SettingsError` for invalid options, `NotSupported` for values and records that cannot be reached from where the executor
   *   runs steps, `Aborted` after an abort, `TakenOver` when the run was taken over or canceled elsewhere, `Conflict` when other
   *   runs record the same outputs all the time; `NotFound` for an unknown run to resume, `InProgress` for one that a living
   *   process makes, `PreconditionFailed` when another process takes it over or begins it at the same moment
   */
  async materialize(options: MaterializeOptions = {}): Promise<RunResult> {
    checkRepositoryOptions("materialize", options);
    return this.#operations.run(() => materialize(this.#context, options));
  }

  /**
   * Makes one step of a run that another process makes, from its request alone: loads the inputs, calls the function, writes and
   * records the outputs, with a claim on the step below the lease of the run. However often a request is delivered, the step is
   * made once; a delivery after the end is answered from the records. The outcome is `busy` while another worker makes the step, and
   * `superseded` when a later delivery has taken it over.
   *
   * @throws `TakenOver` when the run has another owner or has ended without the step, or the step was taken back, `GraphError` when
   *   this repository has other assets, `NotSupported` and `SettingsError` for an invalid request, and what kept the outcome from
   *   being recorded
   */
  async runStep(request: StepRequest, options: RunStepOptions = {}): Promise<StepOutcome> {
    checkRepositoryOptions("runStep", options);
    return this.#operations.run(async () => (await import("./later.ts")).runSentStep(this.#context, request, options));
  }

  /** How a step that was sent has ended, or that a worker makes it; undefined when nobody does. @throws as `runStep` */
  async outcomeOf(request: StepRequest): Promise<StepOutcome | undefined> {
    return this.#operations.run(async () => (await import("./later.ts")).outcomeOfSent(this.#context, request));
  }

  /**
   * What `materialize` would run or skip with the same options, step by step, and why. Runs and records nothing.
   *
   * @throws `GraphError` for an unknown name, `PartitionError` for a missing or invalid key
   *
   * @example
   * ```ts
   * for (const { step, why, causes } of await repository.plan()) print(step, why, causes.map(({ reason }) => reason));
   * ```
   */
  async plan(options: PlanOptions = {}): Promise<readonly PlannedStep[]> {
    checkRepositoryOptions("plan", options);
    return this.#operations.run(async () =>
      planned(this.#graph, await this.#context.loadingContext(), this.#context.environment({}), options),
    );
  }

  /**
   * Observes external assets, the given ones or all with a function that observes them, and records the observations.
   *
   * @throws `GraphError` for an asset that is not external or has no such function, and as `materialize` what the function throws
   */
  async observe(
    assets?: readonly (string | ExternalAsset)[],
    options: Omit<MaterializeOptions, "selection" | "includeUpstream" | "skipUnchanged"> = {},
  ): Promise<RunResult> {
    checkRepositoryOptions("observe", options);
    return this.materialize({ ...options, selection: observedAssets(this.#graph, assets) });
  }

  /**
   * Loads the value of an asset or a task as it was last written: one value, or several partitions as a map that loads
   * each when it is read. With `at`, an earlier version of a handler with history.
   *
   * @throws `NotFound` when it was never written, or the version is not kept, `NotSupported` for `at` without history, `Integrity`
   *   for a version that is recorded and gone, and with `missing: "skip"` for a partition that is; `GraphError` for an unknown asset, `PartitionError` for a missing or invalid key,
   *   and what its handler throws
   */
  load<Value>(source: Source<Value>, options: LoadPartitionsOptions): Promise<PartitionMap<Value>>;
  load<Value>(source: Source<Value>, options?: LoadOptions): Promise<Value>;
  load(name: string, options: LoadPartitionsOptions): Promise<PartitionMap<unknown>>;
  load(name: string, options?: LoadOptions): Promise<unknown>;
  async load(asset: string | Source, options: LoadOptions | LoadPartitionsOptions = {}): Promise<unknown> {
    checkRepositoryOptions("load", options);
    checkOneOf(options as LoadOptions & LoadPartitionsOptions, "partitionKey", "partitionKeys");
    const { definition } = nodeOf(this.#graph, asset);
    return this.#operations.run(() => load(this.#context, definition, options));
  }

  /**
   * Writes a value that was computed elsewhere as the value of an asset, through the same step as `materialize`: validated
   * against its type hint, written by its handler, and recorded in its own run. An `Output` adds metadata and a data version.
   *
   * @throws `GraphError` for an unknown or external asset, `PartitionError` for a missing or invalid key, `Conflict` when
   *   `ifLatest` does not hold, and as `materialize` what its handler throws
   */
  async write<Value>(
    asset: Asset<Value>,
    value: NoInfer<Value> | Output<NoInfer<Value>>,
    options: WriteOptions = {},
  ): Promise<StoredEvent> {
    checkRepositoryOptions("write", options);
    return this.#operations.run(() => write(this.#context, asset, value, options));
  }

  /**
   * Makes an earlier version the newest one again, with one commit. Its handler needs a history. Returns the event that records it.
   *
   * @throws `NotFound` for a version that is not kept, `NotSupported` for a handler without history, `Integrity` for a version whose
   *   object is gone, `Conflict` when other runs record the asset all the time, and as `load` for the asset and its key
   *
   * @example
   * ```ts
   * await repository.rollback(strong, { to: new Date("2024-05-01") });
   * ```
   */
  async rollback(asset: string | Source, options: RollbackOptions): Promise<StoredEvent> {
    checkRepositoryOptions("rollback", options);
    const { definition } = nodeOf(this.#graph, asset);
    return this.#operations.run(async () => (await import("./later.ts")).rollback(this.#context, definition, options));
  }

  /**
   * Deletes old versions of the assets whose handlers have a history: their events first, then their objects, and what killed runs
   * have left. Safe beside runs that write and read.
   *
   * @throws `SettingsError` without `before` and `keep`, `NotSupported` for a selected asset without history, `Conflict` when runs
   *   are resumed all the time
   *
   * @example
   * ```ts
   * const { explanation } = await repository.prune({ keep: 10, dryRun: true });
   * ```
   */
  async prune(options: PruneVersionsOptions): Promise<PrunedVersions> {
    checkRepositoryOptions("prune", options);
    return this.#operations.run(async () => (await import("./later.ts")).pruneVersions(this.#context, options));
  }

  /**
   * Deletes the value of an asset or of some of its partitions, every version of it, and records that: it is missing from then on.
   * Returns the events that say so.
   *
   * @throws `NotSupported` for a handler or a store that cannot delete, `GraphError` for an unknown asset, `PartitionError` for
   *   missing or invalid keys, `Conflict` when other runs record the asset all the time
   *
   * @example
   * ```ts
   * await repository.wipe(daily, { partitionKeys: ["2018-02-01"] });
   * ```
   */
  async wipe(asset: string | Source, options: WipeOptions = {}): Promise<readonly VerificationEvent[]> {
    checkRepositoryOptions("wipe", options);
    const { definition } = nodeOf(this.#graph, asset);
    return this.#operations.run(async () => (await import("./later.ts")).wipe(this.#context, definition, options));
  }

  /**
   * Whether each asset, or each of its partitions too, is missing, stale or up to date and why, and whether its store has a
   * value that no run has recorded: one that a process wrote before it was killed. `materialize({ resume: true })` records it.
   *
   * @throws `GraphError` for an unknown asset, and what its store throws
   */
  async status(options: StatusOptions = {}): Promise<readonly AssetStatus[]> {
    checkRepositoryOptions("status", options);
    return this.#operations.run(() => status(this.#context, options));
  }

  /**
   * Evaluates the `automationCondition` of every asset that has one: what should run now, and why. Runs nothing. It returns each
   * request once, and again only when nobody has begun its run in time or the process that made it has ended; so materialize
   * every request.
   *
   * @throws `PreconditionFailed` when other processes evaluate all the time
   *
   * @example
   * ```ts
   * for (const request of (await repository.evaluate()).requests) await repository.materialize(request);
   * ```
   */
  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    checkRepositoryOptions("evaluate", options);
    return this.#operations.run(async () => {
      // The evaluation of conditions is about 2 kB, and many repositories have no condition.
      const { evaluateGraph } = await import("./automation.ts");
      return evaluateGraph(this.#graph, await this.#context.loadingContext(options.now), this.storage, options);
    });
  }

  /**
   * One round of automation: observes external assets, evaluates, materializes what is requested, and waits for it. For a cron
   * trigger of a Worker, and wherever nothing runs for long.
   *
   * @throws as `evaluate`, and `Aborted` after an abort. What runs throw is in the result
   *
   * @example
   * ```ts
   * const { evaluation, runs } = await repository.automate();
   * ```
   */
  async automate(options: AutomateOptions = {}): Promise<AutomationRound> {
    checkRepositoryOptions("automate", options);
    return automateOnce(this, this.#context, options);
  }

  /**
   * Automates, round after round, until the signal is aborted or the repository is closed; then it returns. Several processes may
   * watch on one Storage.
   *
   * @throws what `evaluate` throws, unless another round may succeed
   */
  async watch(options: WatchOptions = {}): Promise<void> {
    checkRepositoryOptions("watch", options);
    return watchUntil(this, this.#context, options, this.#stopping.signal);
  }

  /**
   * Makes many partitions in runs of their own, in the order in which they need each other, and returns how it went. Its record is
   * in the Storage: a backfill whose process was killed goes on with `resume`, several processes may drive one, and each partition
   * is made once. A failed partition does not throw: `success` is false and `failures` says why.
   *
   * @throws `GraphError` for an unknown name, `PartitionError` for a missing or invalid key, `NotFound` for an unknown backfill to
   *   resume, `PreconditionFailed` when another process resumes it at the same moment, `Aborted` after an abort
   *
   * @example
   * ```ts
   * const { success, counts, failures } = await repository.backfill({ selection: [prices], partitionKeys: "all" });
   * ```
   */
  backfill(options: BackfillOptions & { readonly dryRun: true }): Promise<BackfillPlan>;
  backfill(options?: BackfillOptions & { readonly dryRun?: false }): Promise<Backfill>;
  async backfill(options: BackfillOptions = {}): Promise<Backfill | BackfillPlan> {
    checkRepositoryOptions("backfill", options);
    return this.#operations.run(async () => {
      checkRetryPolicy(options.retry, "the backfill", "SettingsError");
      const [{ backfill }, loadingContext] = await Promise.all([import("./later.ts"), this.#context.loadingContext()]);
      return backfill(options, this.#graph, loadingContext, this.#context.environment(options), this.#context.leaseMs);
    });
  }

  /**
   * Cancels a run, wherever it is made: in this or another tab, process or Worker. Its owner notices with its next commit, aborts
   * the signals of its steps and fails with `TakenOver`.
   *
   * @throws `NotFound` for an unknown run, `PreconditionFailed` for a run that has ended
   */
  async cancel(runId: string): Promise<void> {
    return this.#operations.run(() => cancelRun(runId, this.storage));
  }

  /**
   * Ends `watch`, waits for calls in flight, with `timeoutMs` that long and then aborts them, and closes the Storage if this
   * repository opened it. Idempotent.
   *
   * @throws `SettingsError` for an invalid option
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkRepositoryOptions("close", options);
    const { timeoutMs = Number.POSITIVE_INFINITY } = options;
    const abort = (): void => this.#closing.abort(new EdgewaterError("Closed", "This repository was closed before the call has ended"));
    const timer = Number.isFinite(timeoutMs) ? setTimeout(abort, timeoutMs) : undefined;
    this.#stopping.abort();
    try {
      await this.#operations.close(async () => {
        if (this.#ownsStorage) await this.storage.close();
      });
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
