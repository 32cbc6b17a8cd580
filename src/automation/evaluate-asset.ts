import type { Attempts } from "./attempts.ts";
import type { Wanted } from "./automation-request.ts";
import { displayed, type Evaluated, evaluateCondition } from "./evaluate-condition.ts";
import { addRequest, type RequestedRun, type Settled, settle } from "./requests.ts";
import type { AutomationNode } from "./snapshots.ts";
import type { AssetState, OpenRequest } from "./state.ts";
import type { AssetEvaluation, AssetSnapshot, Condition } from "./types.ts";

/** An asset with a condition, and what the evaluation has read of it. */
export interface Subject {
  readonly node: AutomationNode;
  readonly condition: Condition;
  readonly snapshot: AssetSnapshot;
  /** Its state after the previous evaluation; undefined at the first one. */
  readonly known: AssetState | undefined;
  /** The runs of its open requests. */
  readonly runs: ReadonlyMap<string, RequestedRun>;
  readonly attempts: Attempts;
}

/** When an evaluation takes place. */
export interface EvaluationMoment {
  readonly now: number;
  /** Until when the runs of its requests may be begun. */
  readonly until: number;
  /** The greatest event id that the snapshots know for certain. */
  readonly lastEventId: number;
  /** By asset: the ids of its open requests that this evaluation does not return. Of the assets that come before. */
  readonly withheld: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The result of one asset. Its new requests have no ids yet, and are not in its state. */
export interface Outcome extends Wanted {
  readonly evaluation: AssetEvaluation;
  readonly state: AssetState;
  /** The ids of the open requests that are not returned although they can be made: another process has got them, or makes them. */
  readonly withheld: ReadonlySet<string>;
}

/** Evaluates one asset: what its open requests have come to, whether its condition is true, and what is to be requested. */
export function evaluateAsset(subject: Subject, { now, until, lastEventId, withheld: ofOthers }: EvaluationMoment): Outcome {
  const { node, condition, snapshot, known, runs, attempts } = subject;
  const evaluation = (known?.evaluation ?? 0) + 1;
  const settled = settle(node, snapshot, known, runs, attempts);
  const evaluated = evaluateCondition(condition, snapshot, {
    now,
    previous: known?.timestamp,
    evaluation,
    lastEventId: known?.lastEventId ?? 0,
    remembered: known?.remembered ?? {},
    open: settled.open,
    isHandled: settled.isHandled,
  });
  const exists = new Set(snapshot.partitions);
  const isPossible = (partition: string): boolean =>
    exists.has(partition) && snapshot.dependencies.every(({ upstreamPartitions }) => upstreamPartitions(partition) !== undefined);
  const isTrue = new Set([...evaluated.partitions.keys()].filter(isPossible));
  const isOpen = new Set(settled.open.flatMap(({ partitions }) => partitions));
  const missed = missedPartitions(known, settled).filter(isPossible);
  const ask = [...new Set([...isTrue, ...missed])].filter((partition) => !isOpen.has(partition));
  const mustWait = (runId: string): boolean =>
    snapshot.dependencies.some((input) => ofOthers.get(input.snapshot.asset)?.has(runId) ?? false);
  const context: OpenRequestsContext = { isTrue, isPossible, mustWait, now, until, evaluation };
  const { requests, again, withheld } = openRequests(snapshot, settled, evaluated, context);
  const shouldRun = [...new Set([...isTrue, ...ask, ...again.flatMap(({ partitions }) => partitions)])];
  const asked = (known?.asked ?? []).map((each) => ({ ...each, partitions: each.partitions.filter((partition) => exists.has(partition)) }));
  return {
    node,
    ask,
    again,
    withheld,
    evaluation: {
      asset: snapshot.asset,
      shouldRun: shouldRun.length > 0,
      partitions: displayed(snapshot, shouldRun),
      impossible: [...evaluated.partitions.keys()].filter((partition) => !isPossible(partition)),
      because: evaluated.result,
    },
    state: {
      evaluation,
      // The clock of another process may be ahead.
      timestamp: Math.max(now, known?.timestamp ?? now),
      lastEventId: Math.max(lastEventId, known?.lastEventId ?? 0),
      remembered: evaluated.remembered,
      requests,
      asked: ask.length > 0 ? addRequest(asked, { evaluation, partitions: ask }) : asked,
    },
  };
}

/** The partitions for which the condition was true while a request was open, and that were not made from what was new then. */
function missedPartitions(known: AssetState | undefined, { open, isHandled }: Settled): readonly string[] {
  const isOpen = new Set(open.flatMap(({ partitions }) => partitions));
  const trueSince = (known?.requests ?? []).flatMap(({ again = [] }) => again);
  return trueSince.filter((partition) => !isOpen.has(partition) && !isHandled(partition, { evaluation: 0, time: 0 }));
}

interface OpenRequestsContext {
  readonly isTrue: ReadonlySet<string>;
  readonly isPossible: (partition: string) => boolean;
  /** Whether another process may be about to make an input in the run with this id. */
  readonly mustWait: (runId: string) => boolean;
  readonly now: number;
  readonly until: number;
  readonly evaluation: number;
}

/**
 * The open requests after this evaluation, and those that are returned again: because something is new and nobody has begun the
 * run, because nobody has begun it in time, because the process that made it has ended, or because the run has ended before all
 * was tried. Never without an input that the same run is to make: the input is made first.
 */
function openRequests(
  snapshot: AssetSnapshot,
  { open, progressOf }: Settled,
  { renewed }: Evaluated,
  { isTrue, isPossible, mustWait, now, until, evaluation }: OpenRequestsContext,
): { readonly requests: readonly OpenRequest[]; readonly again: Wanted["again"]; readonly withheld: ReadonlySet<string> } {
  const again: Wanted["again"][number][] = [];
  const withheld = new Set<string>();
  const requests = open.map((request): OpenRequest => {
    const { runId, partitions } = request;
    const { progress, attempt } = progressOf(request);
    const wanted = partitions.filter((partition) => isPossible(partition) && !snapshot.isInProgress(partition));
    const isNew = progress === "not begun" && wanted.some((partition) => isTrue.has(partition) && renewed.has(partition));
    const trueSince = partitions.filter((partition) => isTrue.has(partition) && !renewed.has(partition));
    const kept = trueSince.length > 0 ? { ...request, again: [...new Set([...(request.again ?? []), ...trueSince])] } : request;
    const hasEnded = progress === "ended" && attempt !== request.resumes;
    const isDue = isNew || hasEnded || now >= request.until;
    if (progress === "running" || wanted.length === 0 || !isDue || mustWait(runId)) {
      if (partitions.some(isPossible)) withheld.add(runId);
      return kept;
    }
    again.push({ runId, partitions: wanted, isBegun: progress !== "not begun" });
    return { ...kept, until, ...(isNew && { evaluation }), ...(progress === "ended" && { resumes: attempt }) };
  });
  return { requests, again, withheld };
}
