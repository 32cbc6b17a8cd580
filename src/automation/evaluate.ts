import { isEdgewaterError, throwIfAborted } from "../errors.ts";
import type { Storage } from "../storage/types.ts";
import { evaluateCondition } from "./evaluate-condition.ts";
import { type AutomationNode, takeSnapshots } from "./snapshots.ts";
import { type AssetState, readStates, type States } from "./state.ts";
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

const tickName = "automation";
const attempts = 5;

/** How many partitions of an asset a tick lists. */
const longestList = 1000;

/**
 * Evaluates the conditions of all nodes, each of which comes after its inputs, and stores the state of each for the next
 * evaluation. A concurrent evaluation of one of the same assets is repeated, so that it counts what the other one requested as
 * handled. Other repositories may evaluate other assets of the same Storage.
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
    const before = await readStates(storage);
    const { evaluation, states } = await evaluateOnce(nodes, storage, now.getTime(), before);
    if (dryRun) return evaluation;
    const fired = evaluation.results.filter(({ shouldRun }) => shouldRun);
    const detail = { evaluated: evaluation.results.length, fired: fired.map(firedDetail) };
    try {
      await storage.commit({
        ...before.write(states),
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
  before: States,
): Promise<{ readonly evaluation: Evaluation; readonly states: ReadonlyMap<string, AssetState> }> {
  const { byName, lastEventId } = await takeSnapshots(nodes, storage);
  const states = new Map<string, AssetState>();
  const results = nodes.flatMap(({ name, condition }) => {
    if (condition === undefined) return [];
    const known = before.of(name);
    const time = { now, previous: known?.timestamp, lastEventId: known?.lastEventId ?? 0 };
    const { evaluation, memory } = evaluateCondition(condition, byName.get(name) as AssetSnapshot, known?.memory, time);
    states.set(name, { timestamp: now, lastEventId, memory });
    return [evaluation];
  });
  const fired = results.filter(({ shouldRun }) => shouldRun);
  const unpartitioned = fired.filter(({ partitions }) => partitions === undefined).map(({ asset }) => asset);
  const partitioned = fired.flatMap(({ asset, partitions }) => (partitions ? [{ selection: [asset], partitionKeys: partitions }] : []));
  const requests = [...(unpartitioned.length > 0 ? [{ selection: unpartitioned }] : []), ...partitioned];
  return { evaluation: { timestamp: now, results, requests }, states };
}

/** One asset of a tick. Of many partitions it has the first ones and their number, because a row of D1 is limited. */
function firedDetail({ asset, partitions }: AssetEvaluation): unknown {
  if (partitions === undefined || partitions.length <= longestList) return { asset, partitions };
  return { asset, partitions: partitions.slice(0, longestList), count: partitions.length };
}
