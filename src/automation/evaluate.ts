import { isEdgewaterError, throwIfAborted } from "../errors.ts";
import type { Storage } from "../storage/types.ts";
import { readAttempts } from "./attempts.ts";
import { type AutomationRequest, earlierRequests, newRequests } from "./automation-request.ts";
import { evaluateAsset, type Outcome, type Subject } from "./evaluate-asset.ts";
import { readRequestedRuns } from "./requests.ts";
import { type AutomationNode, takeSnapshots } from "./snapshots.ts";
import { type AssetState, type OpenRequest, readStates, type States } from "./state.ts";
import type { AssetEvaluation, AssetSnapshot } from "./types.ts";

/** Options of `repository.evaluate`. */
export interface EvaluateOptions {
  /** Time of the evaluation; now unless given. */
  readonly now?: Date;
  /** Stores nothing: the next evaluation finds the same state. */
  readonly dryRun?: boolean;
  /**
   * How long the caller has to begin the requested runs, in milliseconds; 120,000 unless given. Then a later evaluation returns
   * a request that nobody has begun again.
   */
  readonly startWithinMs?: number;
  /** Stops the evaluation before it stores anything. */
  readonly signal?: AbortSignal;
}

/** What should run now, and why. */
export interface Evaluation {
  /** Time of the evaluation, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** The result of every asset with a condition, whether it should run or not. */
  readonly results: readonly AssetEvaluation[];
  /** What should run, as options of `materialize`: one request for all assets without partitions, and one for all partitions of the same assets. */
  readonly requests: readonly AutomationRequest[];
}

const tickName = "automation";
const attempts = 10;
const defaultStartWithinMs = 120_000;

/** How many partitions of an asset a tick lists. */
const longestList = 1000;

/**
 * Evaluates the conditions of all nodes, each of which comes after its inputs, and stores the state of each for the next
 * evaluation. A concurrent evaluation of one of the same assets is repeated, so that it counts what the other one requested as
 * handled. Other repositories may evaluate other assets of the same Storage.
 *
 * @throws `PreconditionFailed` when other evaluations were stored meanwhile ten times in a row
 */
export async function evaluateConditions(
  nodes: readonly AutomationNode[],
  storage: Storage,
  { now = new Date(), dryRun = false, startWithinMs = defaultStartWithinMs, signal }: EvaluateOptions,
): Promise<Evaluation> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    const before = await readStates(storage);
    const { evaluation, states } = await evaluateOnce(nodes, storage, now.getTime(), startWithinMs, before);
    throwIfAborted(signal);
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
  startWithinMs: number,
  before: States,
): Promise<{ readonly evaluation: Evaluation; readonly states: ReadonlyMap<string, AssetState> }> {
  const conditioned = nodes.flatMap((node) => (node.condition === undefined ? [] : [{ node, condition: node.condition }]));
  const requested = new Map<string, ReadonlySet<string>>();
  // Runs are read before what they have made: one that has ended by then is seen with all that it has made.
  const runs = await readRequestedRuns(
    conditioned.map(({ node }) => before.of(node.name)),
    storage,
  );
  const snapshots = await takeSnapshots(nodes, storage, before, (asset, partition) => requested.get(asset)?.has(partition) ?? false);
  const subjects = conditioned.map(async ({ node, condition }): Promise<Subject> => {
    const snapshot = snapshots.byName.get(node.name) as AssetSnapshot;
    const known = before.of(node.name);
    return { node, condition, snapshot, known, runs, attempts: await readAttempts(snapshot, known, storage) };
  });
  const outcomes: Outcome[] = [];
  const withheld = new Map<string, ReadonlySet<string>>();
  for (const subject of await Promise.all(subjects)) {
    const outcome = evaluateAsset(subject, { now, until: now + startWithinMs, lastEventId: snapshots.lastEventId, withheld });
    requested.set(subject.node.name, new Set(outcome.ask));
    withheld.set(subject.node.name, outcome.withheld);
    outcomes.push(outcome);
  }
  const requests = [...earlierRequests(outcomes), ...newRequests(outcomes)];
  const states = new Map(outcomes.map(({ node, state }) => [node.name, state]));
  const { lastEventId } = snapshots;
  for (const { runId, selection, partitionKeys: partitions = [""] } of requests) {
    for (const asset of selection) {
      const state = states.get(asset) as AssetState;
      if (runId === undefined || state.requests.some((each) => each.runId === runId)) continue;
      const request: OpenRequest = { runId, partitions, evaluation: state.evaluation, lastEventId, until: now + startWithinMs };
      states.set(asset, { ...state, requests: [...state.requests, request] });
    }
  }
  return { evaluation: { timestamp: now, results: outcomes.map(({ evaluation }) => evaluation), requests }, states };
}

/** One asset of a tick. Of many partitions it has the first ones and their number, because a row of D1 is limited. */
function firedDetail({ asset, partitions }: AssetEvaluation): unknown {
  if (partitions === undefined || partitions.length <= longestList) return { asset, partitions };
  return { asset, partitions: partitions.slice(0, longestList), count: partitions.length };
}
