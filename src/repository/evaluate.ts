import { evaluate, type Memory } from "../automation/evaluate.ts";
import type { AssetEvaluation } from "../automation/types.ts";
import { isEdgewaterError, throwIfAborted } from "../errors.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { Graph } from "../run/graph.ts";
import type { Selection } from "../run/plan.ts";
import type { Storage } from "../storage/types.ts";
import { subjectsOf } from "./subjects.ts";

export interface EvaluateOptions {
  /** The time that conditions go by; now unless given. */
  readonly now?: Date;
  /** Changes nothing: the next evaluation finds what this one found. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** What should run now, and why. */
export interface Evaluation {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** Of every asset with a condition, whether it should run or not. */
  readonly results: readonly AssetEvaluation[];
  /** What should run, as `materialize` takes it: assets without partitions together, each other by itself. */
  readonly requests: readonly (Selection & { readonly selection: readonly string[] })[];
}

/** Under this key the Storage keeps what conditions remember, and the ticks have this name. */
const stateKey = "edgewater/automation";
const tickName = "automation";

interface State {
  readonly timestamp: number;
  readonly lastEventId: number;
  readonly assets: Readonly<Record<string, Memory>>;
}

const attempts = 5;

/**
 * Evaluates the conditions of a graph, and remembers for the next time what they saw. Of several that do so at once, each
 * counts what the others have asked for as handled.
 */
export async function evaluateGraph(
  graph: Graph,
  storage: Storage,
  loadingContext: PartitionLoadingContext,
  { now = new Date(), dryRun = false, signal }: EvaluateOptions,
): Promise<Evaluation> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    const before = await storage.kvGet(stateKey);
    const { evaluation, state } = await evaluateOnce(graph, storage, loadingContext, now.getTime(), before && read(before));
    if (dryRun) return evaluation;
    const fired = evaluation.results.filter(({ shouldRun }) => shouldRun);
    const detail = { evaluated: evaluation.results.length, fired: fired.map(({ asset, partitions }) => ({ asset, partitions })) };
    try {
      await storage.commit({
        preconditions: [{ kv: stateKey, is: before }],
        kv: [{ key: stateKey, value: new TextEncoder().encode(JSON.stringify(state)) }],
        ticks: [{ name: tickName, timestamp: now.getTime(), status: fired.length > 0 ? "Fired" : "Skipped", detail }],
      });
      return evaluation;
    } catch (error) {
      if (attempt === attempts || !isEdgewaterError(error, "PreconditionFailed")) throw error;
    }
  }
}

async function evaluateOnce(
  graph: Graph,
  storage: Storage,
  loadingContext: PartitionLoadingContext,
  now: number,
  before: State | undefined,
): Promise<{ readonly evaluation: Evaluation; readonly state: State }> {
  const { of, lastEventId } = await subjectsOf(graph, storage, loadingContext);
  const moment = { now, previous: before?.timestamp, lastEventId: before?.lastEventId ?? 0 };
  const memories: Record<string, Memory> = Object.create(null);
  const results = [...graph.nodes.values()].flatMap(({ definition: { name, automationCondition } }) => {
    if (automationCondition === undefined) return [];
    const known = before && Object.hasOwn(before.assets, name) ? before.assets[name] : undefined;
    const { evaluation, memory } = evaluate(automationCondition, of(name), known, moment);
    memories[name] = memory;
    return [evaluation];
  });
  const fired = results.filter(({ shouldRun }) => shouldRun);
  const whole = fired.filter(({ partitions }) => partitions === undefined).map(({ asset }) => asset);
  const ofPartitions = fired.flatMap(({ asset, partitions }) => (partitions ? [{ selection: [asset], partitionKeys: partitions }] : []));
  const requests = [...(whole.length > 0 ? [{ selection: whole }] : []), ...ofPartitions];
  // Assets that this repository does not have may be another's, on the same Storage.
  const assets = { ...before?.assets, ...memories };
  return { evaluation: { timestamp: now, results, requests }, state: { timestamp: now, lastEventId, assets } };
}

function read(bytes: Uint8Array): State {
  return JSON.parse(new TextDecoder().decode(bytes)) as State;
}
