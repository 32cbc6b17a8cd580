import type { Output } from "../asset/result.ts";
import type { Asset, Definition, ExternalAsset, MultiAsset, Source, Task } from "../asset/types.ts";
import { abortedError, EdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { type Log, silentLog } from "../io-handler/contexts.ts";
import { checkIOHandler } from "../io-handler/handler.ts";
import { InMemoryIOHandler } from "../io-handler/in-memory.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionMap } from "../partition/partition-map.ts";
import { checkPartition, type PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { RetryPolicy } from "../retry.ts";
import type { Executor } from "../run/executor.ts";
import { type Graph, graphOf, nodeOf } from "../run/graph.ts";
import { inProcess } from "../run/in-process.ts";
import { loadValue } from "../run/load.ts";
import { membersOf, planOf, type Selection } from "../run/plan.ts";
import type { OnProgress } from "../run/progress.ts";
import { requestOf } from "../run/request.ts";
import { type RunEnvironment, type RunResult, run } from "../run/run.ts";
import { Storage } from "../storage/storage.ts";
import type { StoredEvent } from "../storage/types.ts";
import type { EvaluateOptions, Evaluation } from "./evaluate.ts";
import type { AssetStatus, StatusOptions } from "./status.ts";

export interface RepositoryOptions {
  readonly assets: readonly (Asset | MultiAsset | ExternalAsset)[];
  readonly tasks?: readonly Task[];
  /** Writes and reads every asset and task without a handler of its own; one in memory unless given. */
  readonly ioHandler?: BaseIOHandler;
  /** The record of what happened; in memory unless given. A promise is opened here, and so closed here. */
  readonly storage?: Storage | Promise<Storage>;
  readonly executor?: Executor;
  /** For every asset and task without a policy of its own; nothing is retried unless given. */
  readonly retry?: RetryPolicy;
  /** Where handlers and assets write what they have to say; silent unless given. */
  readonly log?: Log;
}

export interface MaterializeOptions extends Selection {
  /** Kept with the record of the run. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether a failure is thrown, which it is unless this is false. */
  readonly raiseOnError?: boolean;
  /** For this run, in place of the repository's. */
  readonly retry?: RetryPolicy;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /**
   * Goes on with a run that did not succeed, of this id, or with `true` the last one if it did not: what it has recorded
   * is not made again, nor what it has written and could not record. It must not be going on elsewhere. Makes what that
   * run was to make unless a selection is given. With `true` and nothing to go on with, a run begins.
   */
  readonly resume?: true | string;
}

export interface LoadOptions {
  /** Which partition; an asset with partitions needs one. */
  readonly partitionKey?: string | PartitionKey;
  readonly signal?: AbortSignal;
}

export interface LoadPartitionsOptions {
  /** Which partitions: these, or all that there are. */
  readonly partitionKeys: readonly (string | PartitionKey)[] | "all";
  /** What the map does where a value was never written: it throws `NotFound`, unless this is `"skip"`. */
  readonly missing?: "throw" | "skip";
  readonly signal?: AbortSignal;
}

/**
 * The door to a set of assets: makes them, loads them, commits values for them, and knows what happened.
 *
 * @example
 * ```ts
 * await using repository = await Repository.open({ assets: [quakes, strong], ioHandler });
 * await repository.materialize();
 * const rows = await repository.load(strong);
 * ```
 */
export class Repository implements AsyncDisposable {
  /** The record of what happened. */
  readonly storage: Storage;
  readonly #ownsStorage: boolean;
  readonly #graph: Graph;
  readonly #defaultHandler: BaseIOHandler;
  readonly #executor: Executor;
  readonly #retry: RetryPolicy | undefined;
  readonly #log: Log;
  readonly #ongoing = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  private constructor(graph: Graph, storage: Storage, ownsStorage: boolean, options: RepositoryOptions) {
    this.storage = storage;
    this.#ownsStorage = ownsStorage;
    this.#graph = graph;
    this.#defaultHandler = options.ioHandler ?? new InMemoryIOHandler();
    this.#executor = options.executor ?? inProcess();
    this.#retry = options.retry;
    this.#log = options.log ?? silentLog;
  }

  /**
   * Checks the assets and opens what they need.
   *
   * @throws `GraphError` for assets that form no graph, `DefinitionError` for a handler that is none; a storage that was
   *   passed as a promise is closed then
   */
  static async open(options: RepositoryOptions): Promise<Repository> {
    const { assets, tasks = [], ioHandler, storage } = options;
    const isPassed = storage !== undefined && !("then" in storage);
    const opened = storage === undefined ? Storage.memory() : await storage;
    try {
      checkIOHandler(ioHandler, "the repository");
      const graph = graphOf([...assets, ...tasks]);
      await opened.declareAssets((await import("./definitions.ts")).definitionsOf(graph));
      return new Repository(graph, opened, !isPassed, options);
    } catch (error) {
      if (!isPassed) await opened.close();
      throw error;
    }
  }

  /** The assets and tasks, each after everything that it takes as an input. */
  get nodes(): readonly Definition[] {
    return [...this.#graph.nodes.values()].map(({ definition }) => definition);
  }

  /**
   * The handler that writes an asset or a task.
   *
   * @throws `GraphError` for an unknown one
   */
  ioHandlerForOutput(wanted: string | Source): BaseIOHandler {
    return nodeOf(this.#graph, wanted).definition.ioHandler ?? this.#defaultHandler;
  }

  /**
   * Makes the selected assets, every one unless a selection is given: loads their inputs, calls their functions, writes
   * and records what they return. Independent ones run concurrently. A failure skips what depends on it and nothing else.
   *
   * @throws the error of the first asset that failed, when everything else has ended, unless `raiseOnError` is false;
   *   `GraphError` for an unknown name, `PartitionError` for a key that is missing or none, `Aborted` after an abort,
   *   `NotFound` for an unknown run to go on with
   */
  async materialize(options: MaterializeOptions = {}): Promise<RunResult> {
    const { raiseOnError = true, resume, signal, onProgress, retry, tags, ...selection } = options;
    return this.#during(async () => {
      const environment = { ...this.#environment({ signal, onProgress, retry, tags }), selection: requestOf(selection) };
      const loadingContext = await this.#loadingContext();
      const resumed = resume && (await (await import("./resume.ts")).resume(resume, this.#graph, selection, loadingContext, environment));
      const result = await (resumed
        ? run(resumed.plan, resumed.environment)
        : run(planOf(this.#graph, selection, loadingContext), environment));
      if (!raiseOnError || result.success) return result;
      throw errorOf(result, signal);
    });
  }

  /**
   * Looks at external assets, every one that has a function for it unless some are given, and records what it says.
   *
   * @throws `GraphError` for an asset that is not external or has no such function, and whatever the function throws
   */
  async observe(
    assets?: readonly (string | ExternalAsset)[],
    options: Omit<MaterializeOptions, "selection" | "includeUpstream"> = {},
  ): Promise<RunResult> {
    const { observed } = await import("./observe.ts");
    return this.materialize({ ...options, selection: observed(this.#graph, assets) });
  }

  /**
   * Loads the value of an asset or a task as it was last written: one value, or several partitions as a map that loads
   * each when it is asked for.
   *
   * @throws `NotFound` when it never was, `GraphError` for an unknown one, `PartitionError` for a key that is missing or
   *   none, and whatever its handler throws
   */
  load<Value>(source: Source<Value>, options: LoadPartitionsOptions): Promise<PartitionMap<Value>>;
  load<Value>(source: Source<Value>, options?: LoadOptions): Promise<Value>;
  load(name: string, options: LoadPartitionsOptions): Promise<PartitionMap<unknown>>;
  load(name: string, options?: LoadOptions): Promise<unknown>;
  async load(wanted: string | Source, options: LoadOptions | LoadPartitionsOptions = {}): Promise<unknown> {
    const source = nodeOf(this.#graph, wanted).definition;
    return this.#during(async () => {
      const environment = this.#environment({ signal: options.signal });
      const request = (key: PartitionKey | undefined) => ({ source, key, spec: undefined, downstreamAsset: undefined });
      if (!("partitionKeys" in options)) return loadValue(request(await this.#oneKey(source, options.partitionKey)), environment);
      const keys = await this.#keys(source, options.partitionKeys);
      const { loadPartitions } = await import("../run/load-partitions.ts");
      return loadPartitions(keys, options.missing ?? "throw", (key) => loadValue(request(key), environment));
    });
  }

  /**
   * Commits a value that was computed elsewhere as an asset's, through the same step: checked against its type hint,
   * written by its handler, and recorded in a run of its own. An `Output` says more than the value.
   *
   * @throws `GraphError` for an unknown asset or one that something else writes, `PartitionError` for a key that is missing or
   *   none, and whatever its handler throws
   */
  async write<Value>(
    asset: Asset<Value>,
    value: NoInfer<Value> | Output<NoInfer<Value>>,
    { partitionKey, signal }: LoadOptions = {},
  ): Promise<StoredEvent> {
    return this.#during(async () => {
      const { writePlan } = await import("./write-value.ts");
      const plan = writePlan(this.#graph, asset, value, await this.#oneKey(nodeOf(this.#graph, asset).definition, partitionKey));
      const result = await run(plan, this.#environment({ signal }));
      const [event] = await this.storage.getEventsForRun(result.runId);
      if (event === undefined) throw errorOf(result, signal);
      return event;
    });
  }

  /**
   * Whether each asset, or each of its partitions too, is missing, stale or up to date and why, and what lies in its
   * store that no run has recorded: what a process wrote that was killed before it could. `materialize({ resume: true })`
   * takes that in.
   *
   * @throws `GraphError` for an unknown one, and whatever a store throws that is asked for what it has
   */
  async status(options: StatusOptions = {}): Promise<readonly AssetStatus[]> {
    return this.#during(async () => {
      const { statusOf } = await import("./status.ts");
      return statusOf(this.#graph, await this.#loadingContext(), this.#environment({ signal: options.signal }), options);
    });
  }

  /**
   * Evaluates the `automationCondition` of every asset that has one: what should run now and why, part by part. It runs
   * nothing. What it asks for counts as handled, so evaluate where you also run.
   *
   * @throws `PreconditionFailed` when others evaluate all the time
   *
   * @example
   * ```ts
   * for (const request of (await repository.evaluate()).requests) await repository.materialize(request);
   * ```
   */
  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    return this.#during(async () => {
      const { evaluateGraph } = await import("./evaluate.ts");
      return evaluateGraph(this.#graph, this.storage, await this.#loadingContext(), options);
    });
  }

  /** Waits for what is going on, and closes what this repository opened. Closing twice is fine. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#ongoing);
    if (this.#ownsStorage) await this.storage.close();
  }

  async #during<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#closing) throw new EdgewaterError("Closed", "This repository is closed");
    const ongoing = work();
    this.#ongoing.add(ongoing);
    try {
      return await ongoing;
    } finally {
      this.#ongoing.delete(ongoing);
    }
  }

  /** What partitions draw on beside their definitions: the time, and the keys that were added so far. */
  async #loadingContext(): Promise<PartitionLoadingContext> {
    const names = new Set(this.nodes.flatMap(({ partitions }) => partitions?.dynamicNames ?? []));
    const entries = [...names].map(async (name) => [name, await this.storage.getDynamicPartitions(name)] as const);
    const keys = new Map(await Promise.all(entries));
    return { now: new Date(), dynamicKeys: (name) => keys.get(name) ?? [] };
  }

  async #oneKey({ name, partitions }: Definition, key: string | PartitionKey | undefined): Promise<PartitionKey | undefined> {
    if (partitions === undefined && key === undefined) return undefined;
    if (partitions === undefined)
      throw new EdgewaterError("PartitionError", `${JSON.stringify(name)} has no partitions, and a key was given`, { asset: name });
    if (key === undefined)
      throw new EdgewaterError("PartitionError", `${JSON.stringify(name)} has partitions: pass partitionKey, or partitionKeys for a map`, {
        asset: name,
      });
    return checkPartition(partitions, key, await this.#loadingContext(), name);
  }

  async #keys({ name, partitions }: Definition, keys: readonly (string | PartitionKey)[] | "all"): Promise<readonly PartitionKey[]> {
    if (partitions === undefined) throw new EdgewaterError("PartitionError", `${JSON.stringify(name)} has no partitions`, { asset: name });
    const loadingContext = await this.#loadingContext();
    return keys === "all" ? partitions.keys(loadingContext) : keys.flatMap((key) => membersOf(partitions, key, loadingContext, name));
  }

  #environment({ signal, onProgress, retry, tags }: EnvironmentOptions): RunEnvironment {
    return {
      runId: crypto.randomUUID(),
      signal: signal ?? new AbortController().signal,
      log: this.#log,
      storage: this.storage,
      defaultHandler: this.#defaultHandler,
      executor: this.#executor,
      retry: retry ?? this.#retry,
      tags: tags ?? {},
      tell: onProgress ?? (() => {}),
    };
  }
}

interface EnvironmentOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

function errorOf({ failedAssets }: RunResult, signal: AbortSignal | undefined): unknown {
  return failedAssets[0]?.error ?? abortedError(signal ?? AbortSignal.abort());
}
