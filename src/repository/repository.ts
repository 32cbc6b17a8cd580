import type { Asset, Definition, Source, Task } from "../definition/types.ts";
import { abortedError, EdgewaterError } from "../errors.ts";
import { type BaseIOHandler, checkIOHandler } from "../io-handler/base.ts";
import { InMemoryIOHandler } from "../io-handler/in-memory.ts";
import { type Log, silentLog } from "../io-handler/log.ts";
import type { Executor } from "../run/executor.ts";
import { type Graph, graphOf, nodeOf } from "../run/graph.ts";
import { inProcess } from "../run/in-process.ts";
import { planOf, type Selection } from "../run/plan.ts";
import type { OnProgress } from "../run/progress.ts";
import { type RunResult, run } from "../run/run.ts";
import { loadValue, type StepEnvironment } from "../run/step.ts";
import { Storage } from "../storage/storage.ts";
import type { MaterializationEvent } from "../storage/types.ts";

export interface RepositoryOptions {
  readonly assets: readonly Asset[];
  readonly tasks?: readonly Task[];
  /** Writes and reads every asset and task without a handler of its own; one in memory unless given. */
  readonly ioHandler?: BaseIOHandler;
  /** The record of what happened; in memory unless given. A promise is opened here, and so closed here. */
  readonly storage?: Storage | Promise<Storage>;
  readonly executor?: Executor;
  /** Where handlers and assets write what they have to say; silent unless given. */
  readonly log?: Log;
}

export interface MaterializeOptions extends Selection {
  /** Whether a failure is thrown, which it is unless this is false. */
  readonly raiseOnError?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

export interface CallOptions {
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
  readonly #log: Log;
  readonly #ongoing = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  private constructor(graph: Graph, storage: Storage, ownsStorage: boolean, options: RepositoryOptions) {
    this.storage = storage;
    this.#ownsStorage = ownsStorage;
    this.#graph = graph;
    this.#defaultHandler = options.ioHandler ?? new InMemoryIOHandler();
    this.#executor = options.executor ?? inProcess();
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
      return new Repository(graphOf([...assets, ...tasks]), opened, !isPassed, options);
    } catch (error) {
      if (!isPassed) await opened.close();
      throw error;
    }
  }

  /** The assets and tasks, each after everything that it takes as an input. */
  get nodes(): readonly Definition[] {
    return [...this.#graph.nodes.values()];
  }

  /**
   * Makes the selected assets, every one unless a selection is given: loads their inputs, calls their functions, writes
   * and records what they return. Independent ones run concurrently. A failure skips what depends on it and nothing else.
   *
   * @throws the error of the first asset that failed, when everything else has ended, unless `raiseOnError` is false;
   *   `GraphError` for an unknown name; `Aborted` after an abort
   */
  async materialize({ raiseOnError = true, signal, onProgress, ...selection }: MaterializeOptions = {}): Promise<RunResult> {
    const plan = planOf(this.#graph, selection);
    const environment = this.#environment(signal);
    const result = await this.#during(() => run(plan, this.#executor, environment, onProgress));
    if (!raiseOnError || result.success) return result;
    const [failed] = result.failedAssets;
    throw failed ? failed.error : abortedError(environment.signal);
  }

  /**
   * Loads the value of an asset or a task as it was last written.
   *
   * @throws `NotFound` when it never was, `GraphError` for an unknown one, and whatever its handler throws
   */
  load<Value>(source: Source<Value>, options?: CallOptions): Promise<Value>;
  load(name: string, options?: CallOptions): Promise<unknown>;
  async load(wanted: string | Source, { signal }: CallOptions = {}): Promise<unknown> {
    const node = nodeOf(this.#graph, wanted);
    const { value } = await this.#during(() => loadValue(node, this.#environment(signal)));
    return value;
  }

  /**
   * Commits a value that was computed elsewhere as an asset's, through the same step: written by its handler, and
   * recorded in a run of its own.
   *
   * @throws `GraphError` for an unknown asset, and whatever its handler throws
   */
  async write<Value>(asset: Asset<Value>, value: NoInfer<Value>, { signal }: CallOptions = {}): Promise<MaterializationEvent> {
    const node = nodeOf(this.#graph, asset);
    const environment = this.#environment(signal);
    const given: Definition = { ...node, inputs: {}, compute: () => value };
    return this.#during(async () => {
      const result = await run([{ node: given, after: [] }], inProcess(), environment);
      const [event] = await this.storage.getEventsForRun(result.runId);
      if (event === undefined) throw result.failedAssets[0]?.error ?? abortedError(environment.signal);
      return event;
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

  #environment(signal: AbortSignal | undefined): StepEnvironment {
    return {
      runId: crypto.randomUUID(),
      signal: signal ?? new AbortController().signal,
      log: this.#log,
      storage: this.storage,
      defaultHandler: this.#defaultHandler,
    };
  }
}
