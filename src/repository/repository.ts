/**
 * Repository: opens a set of assets, materializes, loads and writes them, and reports their status.
 *
 * @module
 */
import type { Output } from "../asset/result.ts";
import type { Asset, Definition, ExternalAsset, Source } from "../asset/types.ts";
import type { EvaluateOptions, Evaluation } from "../automation/evaluate.ts";
import { EdgewaterError, orAborted } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { type Log, safeLog, silentLog } from "../io-handler/contexts.ts";
import { checkIOHandler } from "../io-handler/handler.ts";
import { InMemoryIOHandler } from "../io-handler/in-memory.ts";
import { Operations } from "../operations-in-flight.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { PartitionMap } from "../partition/partition-map.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { checkRetryPolicy, type RetryPolicy } from "../retry.ts";
import type { Executor } from "../run/executor.ts";
import { definitionsOf, type Graph, graphOf, nodeOf, observedAssets } from "../run/graph.ts";
import { inProcess } from "../run/in-process.ts";
import { loadValue } from "../run/load-inputs.ts";

import { defaultLeaseMs, loseCanceled, type OwnerOptions, type RunOwner } from "../run/owner.ts";
import { checkOneOf, type Plan, planOf, runSelection, type Selection } from "../run/plan.ts";
import { beginRun, type RunResult, run } from "../run/run.ts";

import type { OnProgress, RunEnvironment } from "../run/run-environment.ts";
import { Storage } from "../storage/storage.ts";
import type { StoredEvent } from "../storage/types.ts";
import { oneKey, someKeys } from "./keys.ts";
import { checkRepositoryOptions } from "./options.ts";
import { type PlannedStep, planned } from "./plan.ts";
import { type Resumed, type ResumeOptions, resume as resumeRun } from "./resume.ts";
import { runError } from "./run-error.ts";
import { type AssetStatus, type StatusOptions, statusOf } from "./status.ts";
import type { CloseOptions, LoadOptions, LoadPartitionsOptions, MaterializeOptions, RepositoryOptions, WriteOptions } from "./types.ts";
import type { AutomatedRepository, AutomateOptions, AutomationRound, WatchOptions } from "./watch.ts";
import { writePlan } from "./write-value.ts";

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
  readonly #ownsStorage: boolean;
  readonly #graph: Graph;
  readonly #defaultHandler: BaseIOHandler;
  readonly #executor: Executor;
  readonly #retry: RetryPolicy | undefined;
  readonly #leaseMs: number;
  readonly #log: Log;
  readonly #operations = new Operations("This repository");
  /** Aborted when closing does not wait any longer. */
  readonly #closing = new AbortController();
  /** Aborted when closing begins. */
  readonly #stopping = new AbortController();

  private constructor(graph: Graph, storage: Storage, ownsStorage: boolean, options: RepositoryOptions) {
    this.storage = storage;
    this.#ownsStorage = ownsStorage;
    this.#graph = graph;
    this.#defaultHandler = options.ioHandler ?? new InMemoryIOHandler();
    this.#executor = options.executor ?? inProcess();
    this.#retry = options.retry;
    this.#leaseMs = options.leaseMs ?? defaultLeaseMs;
    this.#log = options.log === undefined ? silentLog : safeLog(options.log);
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
    return nodeOf(this.#graph, asset).definition.ioHandler ?? this.#defaultHandler;
  }

  /**
   * Makes the selected assets, or every one: loads their inputs, calls their functions, writes and records what they return.
   * Independent assets run concurrently. A failure skips the assets that depend on it, and no others.
   *
   * @throws after all others have ended the error of the first asset that failed, unless `raiseOnError` is false: it names the
   *   asset and the partition, its code is that of an error of this library, else `StepFailed`, and its cause what was thrown;
   *   `Timeout` for a step that took too long; `GraphError` for an unknown name, `PartitionError` for a missing or invalid key, `SettingsError` for an invalid retry
   *   policy, `Aborted` after an abort, `TakenOver` when the run was taken over or canceled elsewhere, `Conflict` when other runs
   *   record the same outputs all the time; `NotFound` for an unknown run to resume, `InProgress` for one that a living process
   *   makes, `PreconditionFailed` when another process takes it over at the same moment; `AlreadyExists` for the `runId` of a run
   *   that was begun before
   */
  async materialize(options: MaterializeOptions = {}): Promise<RunResult> {
    checkRepositoryOptions("materialize", options);
    const { raiseOnError = true, resume, runId, leaseMs, signal: given, onProgress, retry, timeoutMs, tags, ...selection } = options;
    return this.#operations.run(async () => {
      checkRetryPolicy(retry, "the run", "SettingsError");
      const environment = this.#environment({ signal: given, onProgress, retry, timeoutMs });
      const ownerOptions = { ...environment, leaseMs: leaseMs ?? this.#leaseMs };
      const loadingContext = await this.#loadingContext();
      const resumed = resume && (await this.#resume(resume, selection, tags, loadingContext, environment, ownerOptions));
      if (resumed) return this.#run(resumed.plan, resumed.owner, environment, raiseOnError, resumed);
      const plan = planOf(this.#graph, selection, loadingContext);
      const isObserved = plan.every(({ outputs }) => outputs.every(({ kind }) => kind === "external"));
      const kind = plan.length > 0 && isObserved ? "observe" : "materialize";
      const owner = await beginRun(plan, { kind, tags: tags ?? {}, selection: runSelection(selection), runId }, ownerOptions);
      return this.#run(plan, owner, environment, raiseOnError);
    });
  }

  /** Takes a run over. One that is taken over after an abort is canceled. */
  async #resume(
    resume: true | string | ResumeOptions,
    selection: Selection,
    tags: MaterializeOptions["tags"],
    loadingContext: PartitionLoadingContext,
    environment: Omit<RunEnvironment, "owner">,
    ownerOptions: OwnerOptions,
  ): Promise<Resumed | undefined> {
    const which = typeof resume === "object" ? resume : { run: resume };
    const resuming = resumeRun(which, this.#graph, selection, tags, loadingContext, environment, ownerOptions);
    try {
      return await orAborted(resuming, environment.signal);
    } catch (error) {
      const cancel = resuming.catch(() => undefined).then((late) => late?.owner.end("Canceled", Date.now()));
      cancel.catch((lost) => this.#log.warn("Cannot record that a resumed run was canceled", lost));
      throw error;
    }
  }

  /** Runs a plan for the owner of its run. */
  async #run(
    plan: Plan,
    owner: RunOwner,
    environment: Omit<RunEnvironment, "owner">,
    raiseOnError: boolean,
    earlier?: Resumed,
  ): Promise<RunResult> {
    const result = await run(plan, { ...environment, owner, signal: owner.signal }, earlier);
    if (!raiseOnError || result.success) return result;
    throw owner.lost ?? runError(result, environment.signal);
  }

  /**
   * What `materialize` would run with the same selection, step by step, and why. Runs and records nothing.
   *
   * @throws `GraphError` for an unknown name, `PartitionError` for a missing or invalid key
   *
   * @example
   * ```ts
   * for (const { step, why, causes } of await repository.plan()) print(step, why, causes.map(({ reason }) => reason));
   * ```
   */
  async plan(selection: Selection = {}): Promise<readonly PlannedStep[]> {
    checkRepositoryOptions("plan", selection);
    return this.#operations.run(async () => planned(this.#graph, await this.#loadingContext(), this.storage, selection));
  }

  /**
   * Observes external assets, the given ones or all with a function that observes them, and records the observations.
   *
   * @throws `GraphError` for an asset that is not external or has no such function, and as `materialize` what the function throws
   */
  async observe(
    assets?: readonly (string | ExternalAsset)[],
    options: Omit<MaterializeOptions, "selection" | "includeUpstream"> = {},
  ): Promise<RunResult> {
    checkRepositoryOptions("observe", options);
    return this.materialize({ ...options, selection: observedAssets(this.#graph, assets) });
  }

  /**
   * Loads the value of an asset or a task as it was last written: one value, or several partitions as a map that loads
   * each when it is read.
   *
   * @throws `NotFound` when it was never written, `GraphError` for an unknown asset, `PartitionError` for a missing or invalid
   *   key, and what its handler throws
   */
  load<Value>(source: Source<Value>, options: LoadPartitionsOptions): Promise<PartitionMap<Value>>;
  load<Value>(source: Source<Value>, options?: LoadOptions): Promise<Value>;
  load(name: string, options: LoadPartitionsOptions): Promise<PartitionMap<unknown>>;
  load(name: string, options?: LoadOptions): Promise<unknown>;
  async load(asset: string | Source, options: LoadOptions | LoadPartitionsOptions = {}): Promise<unknown> {
    checkRepositoryOptions("load", options);
    checkOneOf(options as LoadOptions & LoadPartitionsOptions, "partitionKey", "partitionKeys");
    const source = nodeOf(this.#graph, asset).definition;
    return this.#operations.run(async () => {
      const environment = this.#environment({ signal: options.signal });
      const request = (key: PartitionKey | undefined) => ({ source, key, spec: undefined, downstreamAsset: undefined });
      const load = (key: PartitionKey | undefined): Promise<unknown> => {
        return orAborted(loadValue(request(key), environment), environment.signal, { asset: source.name });
      };
      if (!("partitionKeys" in options)) return load(await oneKey(source, options.partitionKey, () => this.#loadingContext()));
      const keys = await someKeys(source, options.partitionKeys, () => this.#loadingContext());
      return new PartitionMap(keys, load, { missing: options.missing ?? "throw" });
    });
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
    const { partitionKey, ifLatest, signal } = options;
    return this.#operations.run(async () => {
      const key = await oneKey(nodeOf(this.#graph, asset).definition, partitionKey, () => this.#loadingContext());
      const plan = writePlan(this.#graph, asset, value, key, ifLatest);
      const environment = this.#environment({ signal });
      const owner = await beginRun(plan, { kind: "write", tags: {} }, { ...environment, leaseMs: this.#leaseMs });
      const { events } = await this.#run(plan, owner, environment, true);
      return events[0] as StoredEvent;
    });
  }

  /**
   * Whether each asset, or each of its partitions too, is missing, stale or up to date and why, and whether its store has a
   * value that no run has recorded: one that a process wrote before it was killed. `materialize({ resume: true })` records it.
   *
   * @throws `GraphError` for an unknown asset, and what its store throws
   */
  async status(options: StatusOptions = {}): Promise<readonly AssetStatus[]> {
    checkRepositoryOptions("status", options);
    return this.#operations.run(async () => {
      const environment = this.#environment({ signal: options.signal });
      return orAborted(statusOf(this.#graph, await this.#loadingContext(), environment, options), environment.signal);
    });
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
      return evaluateGraph(this.#graph, await this.#loadingContext(options.now), this.storage, options);
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
    const { automateOnce } = await import("./watch.ts");
    return automateOnce(this.#automated, options);
  }

  /**
   * Automates, round after round, until the signal is aborted or the repository is closed; then it returns. Several processes may
   * watch on one Storage.
   *
   * @throws what `evaluate` throws, unless another round may succeed
   */
  async watch(options: WatchOptions = {}): Promise<void> {
    checkRepositoryOptions("watch", options);
    const { watchUntil } = await import("./watch.ts");
    const stop = options.signal === undefined ? this.#stopping.signal : AbortSignal.any([options.signal, this.#stopping.signal]);
    return watchUntil(this.#automated, options, stop);
  }

  get #automated(): AutomatedRepository {
    const observed = observedAssets(this.#graph, undefined).filter(({ automationCondition }) => automationCondition === undefined);
    return {
      log: this.#log,
      observed: observed.map(({ name }) => name),
      evaluate: (options) => this.evaluate(options),
      materialize: (options) => this.materialize(options),
    };
  }

  /**
   * Cancels a run, wherever it is made: in this or another tab, process or Worker. Its owner notices with its next commit, aborts
   * the signals of its steps and fails with `TakenOver`.
   *
   * @throws `NotFound` for an unknown run, `PreconditionFailed` for a run that has ended
   */
  async cancel(runId: string): Promise<void> {
    return this.#operations.run(async () => {
      await this.storage.setRunOutcome(runId, "Canceled");
      loseCanceled(runId);
    });
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

  /** What partitions depend on beside their definitions: the time, and the keys of dynamic partitions. */
  async #loadingContext(now = new Date()): Promise<PartitionLoadingContext> {
    const names = new Set(this.nodes.flatMap(({ partitions }) => partitions?.dynamicNames ?? []));
    const entries = [...names].map(async (name) => [name, await this.storage.getDynamicPartitions(name)] as const);
    const keys = new Map(await Promise.all(entries));
    return { now, dynamicKeys: (name) => keys.get(name) ?? [] };
  }

  #environment({ signal, onProgress, retry, timeoutMs }: EnvironmentOptions): Omit<RunEnvironment, "owner"> {
    return {
      signal: signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]),
      log: this.#log,
      storage: this.storage,
      defaultHandler: this.#defaultHandler,
      executor: this.#executor,
      retry: retry ?? this.#retry,
      timeoutMs,
      onProgress: onProgress ?? (() => {}),
    };
  }
}

interface EnvironmentOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly timeoutMs?: number | undefined;
}
