/** Automation in rounds: observe, evaluate, run what is requested. */
import type { AutomationRequest } from "../automation/automation-request.ts";
import type { EvaluateOptions, Evaluation } from "../automation/evaluate.ts";
import { callSafely, isEdgewaterError, throwIfAborted } from "../errors.ts";
import type { Log } from "../io-handler/contexts.ts";
import { sleep } from "../retry.ts";
import { observedAssets } from "../run/graph.ts";
import type { RunResult } from "../run/run.ts";
import type { OnProgress } from "../run/run-environment.ts";
import type { RepositoryContext } from "./context.ts";
import type { MaterializeOptions } from "./types.ts";

/** Options of `repository.automate`. */
export interface AutomateOptions extends Omit<EvaluateOptions, "dryRun"> {
  /**
   * Whether the external assets with a function that observes them and without a condition are observed, with all their partitions;
   * true unless given.
   */
  readonly observe?: boolean;
  /** Called with every progress event of the runs. */
  readonly onProgress?: OnProgress;
}

/** Options of `repository.watch`. */
export interface WatchOptions extends Omit<AutomateOptions, "now"> {
  /** The time between two evaluations, in milliseconds; 30,000 unless given. */
  readonly intervalMs?: number;
  /** Called with every round, once its runs have ended. */
  readonly onRound?: (round: AutomationRound) => unknown;
  /** Ends the watch, and aborts its runs. */
  readonly signal?: AbortSignal;
}

/** One round of automation. */
export interface AutomationRound {
  /** The run that has observed external assets; undefined when there is none to observe. */
  readonly observed: AutomationRun | undefined;
  /** What should run, and why. */
  readonly evaluation: Evaluation;
  /** What became of each request. */
  readonly runs: readonly AutomationRun[];
}

/** What became of a request. */
export interface AutomationRun {
  /** The request. */
  readonly request: AutomationRequest;
  /** The result of its run, also of one with failed assets; undefined when it could not be run. */
  readonly result: RunResult | undefined;
  /** Why it could not be run; `InProgress` or `PreconditionFailed` when another process runs it. */
  readonly error: unknown;
}

/** The methods of a repository that a round calls. */
interface Methods {
  evaluate(options: EvaluateOptions): Promise<Evaluation>;
  materialize(options: MaterializeOptions): Promise<RunResult>;
}

/** One round; waits for its runs. */
export async function automateOnce(methods: Methods, context: RepositoryContext, options: AutomateOptions): Promise<AutomationRound> {
  const { observed, evaluation, running } = await beginRound(methods, context, options, options.signal);
  const runs = await Promise.all(running);
  throwIfAborted(options.signal);
  return { observed, evaluation, runs };
}

const defaultIntervalMs = 30_000;

/** Round after round until the signal or `closing` is aborted. Runs go on while later rounds are evaluated. */
export async function watchUntil(
  methods: Methods,
  context: RepositoryContext,
  { intervalMs = defaultIntervalMs, onRound, ...options }: WatchOptions,
  closing: AbortSignal,
): Promise<void> {
  const { log } = context;
  const stop = options.signal === undefined ? closing : AbortSignal.any([options.signal, closing]);
  const unfinished = new Set<Promise<void>>();
  const report = (round: AutomationRound): void => {
    callSafely(
      () => onRound?.(round),
      (error) => log.warn("onRound has thrown", error),
    );
  };
  try {
    while (!stop.aborted) {
      try {
        const { running, ...round } = await beginRound(methods, context, options, stop);
        const ended = Promise.all(running).then((runs) => report({ ...round, runs }));
        unfinished.add(ended);
        ended.then(() => unfinished.delete(ended));
      } catch (error) {
        if (stop.aborted) break;
        if (!isEdgewaterError(error, "Unavailable", "PreconditionFailed")) throw error;
        log.warn("Cannot evaluate automation conditions; the next round tries again", error);
      }
      if (!stop.aborted) await sleep(intervalMs, { signal: stop }).catch(() => undefined);
    }
  } finally {
    await Promise.all(unfinished);
  }
}

/** Observes, evaluates, and begins what is requested. */
async function beginRound(
  methods: Methods,
  { graph, log }: RepositoryContext,
  { observe = true, onProgress, signal, ...options }: AutomateOptions,
  stop: AbortSignal | undefined,
): Promise<Omit<AutomationRound, "runs"> & { readonly running: readonly Promise<AutomationRun>[] }> {
  throwIfAborted(stop);
  const start = (request: AutomationRequest, keys?: "all"): Promise<AutomationRun> =>
    startRun(methods, log, request, { signal, onProgress, ...(keys && { partitionKeys: keys }) });
  const observable = observe ? observedAssets(graph, undefined).filter(({ automationCondition }) => automationCondition === undefined) : [];
  const keys = observable.some(({ partitions }) => partitions !== undefined) ? "all" : undefined;
  const observed = observable.length > 0 ? await start({ selection: observable.map(({ name }) => name) }, keys) : undefined;
  const evaluation = await methods.evaluate({ ...options, ...(stop && { signal: stop }) });
  return { observed, evaluation, running: evaluation.requests.map((request) => start(request)) };
}

async function startRun(
  methods: Methods,
  log: Log,
  request: AutomationRequest,
  {
    signal,
    onProgress,
    ...keys
  }: Pick<MaterializeOptions, "partitionKeys"> & {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: OnProgress | undefined;
  },
): Promise<AutomationRun> {
  try {
    const result = await methods.materialize({
      ...request,
      ...keys,
      raiseOnError: false,
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
    return { request, result, error: undefined };
  } catch (error) {
    const isElsewhere = isEdgewaterError(error, "InProgress", "PreconditionFailed");
    if (!isElsewhere && !signal?.aborted) log.warn(`Cannot run ${request.selection.join(", ")}, which automation has requested`, error);
    return { request, result: undefined, error };
  }
}
