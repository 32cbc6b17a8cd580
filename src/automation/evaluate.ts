import { isEdgewaterError, throwIfAborted } from "../errors.ts";
import type { Storage } from "../storage/types.ts";
import { type ConditionMemory, evaluateCondition } from "./evaluate-condition.ts";
import { type AutomationNode, takeSnapshots } from "./snapshots.ts";
import type { AssetEvaluation, AssetSnapshot } from "./types.ts";

/** Options of `repository.evaluate`. */
export interface EvaluateOptions {
  /** Time of the evaluation; now unless given. */
  readonly now?: Date;
  /** Stores nothing: the next evaluation finds the same state. */
  readonly dryRun?: boolean;
  /** Stops the evaluation before it stores anything. */
  readonly signal?: AbortSignal;
}

/** What should run now, and why. */
export interface Evaluation {
  /** Time of the evaluation, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** The result of every asset with a condition, whether it should run or not. */
  readonly results: readonly AssetEvaluation[];
  /** What should run, as options of `materialize`: one request for all assets without partitions, and one for each other asset. */
  readonly requests: readonly AutomationRequest[];
}

/** Options of `materialize` for something that should run. */
export interface AutomationRequest {
  /** Names of assets. */
  readonly selection: readonly string[];
  /** The display forms of the partitions; left out without partitions. */
  readonly partitionKeys?: readonly string[];
}

/** The key of the key-value store under which the state of conditions is kept. */
const stateKey = "edgewater/automation";
const tickName = "automation";
const attempts = 5;

/** The state of all conditions between two evaluations. Stored as JSON. */
interface State {
  readonly timestamp: number;
  readonly lastEventId: number;
  readonly assets: Readonly<Record<string, ConditionMemory>>;
}

/**
 * Evaluates the conditions of all nodes, each of which comes after its inputs, and stores their state for the next
 * evaluation. A concurrent evaluation is repeated, so that it counts what the other one requested as handled.
 *
 * @throws `PreconditionFailed` when other evaluations were stored meanwhile five times in a row
 */
export async function evaluateConditions(
  nodes: readonly AutomationNode[],
  storage: Storage,
  { now = new Date(), dryRun = false, signal }: EvaluateOptions,
): Promise<Evaluation> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    const before = await storage.kvGet(stateKey);
    const { evaluation, state } = await evaluateOnce(nodes, storage, now.getTime(), before && parseState(before));
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
  nodes: readonly AutomationNode[],
  storage: Storage,
  now: number,
  before: State | undefined,
): Promise<{ readonly evaluation: Evaluation; readonly state: State }> {
  const { byName, lastEventId } = await takeSnapshots(nodes, storage);
  const time = { now, previous: before?.timestamp, lastEventId: before?.lastEventId ?? 0 };
  const memories: Record<string, ConditionMemory> = Object.create(null);
  const results = nodes.flatMap(({ name, condition }) => {
    if (condition === undefined) return [];
    const known = before && Object.hasOwn(before.assets, name) ? before.assets[name] : undefined;
    const { evaluation, memory } = evaluateCondition(condition, byName.get(name) as AssetSnapshot, known, time);
    memories[name] = memory;
    return [evaluation];
  });
  const fired = results.filter(({ shouldRun }) => shouldRun);
  const unpartitioned = fired.filter(({ partitions }) => partitions === undefined).map(({ asset }) => asset);
  const partitioned = fired.flatMap(({ asset, partitions }) => (partitions ? [{ selection: [asset], partitionKeys: partitions }] : []));
  const requests = [...(unpartitioned.length > 0 ? [{ selection: unpartitioned }] : []), ...partitioned];
  // The state of assets that this repository does not have stays: another repository may share the Storage.
  const assets = { ...before?.assets, ...memories };
  return { evaluation: { timestamp: now, results, requests }, state: { timestamp: now, lastEventId, assets } };
}

function parseState(bytes: Uint8Array): State {
  return JSON.parse(new TextDecoder().decode(bytes)) as State;
}
