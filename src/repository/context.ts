import type { BaseIOHandler } from "../io-handler/base.ts";
import { type Log, safeLog, silentLog } from "../io-handler/contexts.ts";
import { InMemoryIOHandler } from "../io-handler/in-memory.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { RetryPolicy } from "../retry.ts";
import type { Executor } from "../run/executor.ts";
import type { Graph } from "../run/graph.ts";
import { inProcess } from "../run/in-process.ts";
import { defaultLeaseMs } from "../run/owner.ts";
import type { OnProgress, RunEnvironment } from "../run/run-environment.ts";
import type { Storage } from "../storage/types.ts";
import { currentContext } from "./keys.ts";
import { LiveProgress } from "./live-progress.ts";
import type { RepositoryOptions } from "./types.ts";

/** What one call of a method was given. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly timeoutMs?: number | undefined;
  readonly skipUnchanged?: boolean | undefined;
  readonly executor?: Executor | undefined;
  readonly plannedAt?: Date | undefined;
}

/** What the methods of a repository share: its assets, its Storage, and what it was opened with. */
export class RepositoryContext {
  readonly name: string;
  readonly graph: Graph;
  readonly storage: Storage;
  /** What the runs of this repository tell while they run. */
  readonly live: LiveProgress = new LiveProgress();
  readonly defaultHandler: BaseIOHandler;
  readonly leaseMs: number;
  readonly log: Log;
  readonly #executor: Executor;
  readonly #retry: RetryPolicy | undefined;
  readonly #closing: AbortSignal;

  /** @param closing aborted when closing the repository does not wait any longer */
  constructor(graph: Graph, storage: Storage, options: Partial<RepositoryOptions>, closing: AbortSignal) {
    this.name = options.name ?? "edgewater";
    this.graph = graph;
    this.storage = storage;
    this.defaultHandler = options.ioHandler ?? new InMemoryIOHandler();
    this.leaseMs = options.leaseMs ?? defaultLeaseMs;
    this.log = options.log === undefined ? silentLog : safeLog(options.log);
    this.#executor = options.executor ?? inProcess();
    this.#retry = options.retry;
    this.#closing = closing;
  }

  /** What partitions depend on beside their definitions: the time, and the keys of dynamic partitions. */
  loadingContext(now?: Date): Promise<PartitionLoadingContext> {
    return currentContext(this.graph, this.storage, now);
  }

  /** What the steps of one call run in. */
  environment({ signal, onProgress, retry, timeoutMs, executor, skipUnchanged, plannedAt }: CallOptions): Omit<RunEnvironment, "owner"> {
    return {
      signal: signal === undefined ? this.#closing : AbortSignal.any([signal, this.#closing]),
      log: this.log,
      storage: this.storage,
      defaultHandler: this.defaultHandler,
      executor: executor ?? this.#executor,
      plannedAt: plannedAt?.getTime() ?? Date.now(),
      retry: retry ?? this.#retry,
      runRetry: retry,
      timeoutMs,
      skipUnchanged,
      onProgress: this.live.with(onProgress),
      isFollowed: onProgress !== undefined || this.live.isHeard,
    };
  }
}
