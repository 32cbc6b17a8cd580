import type { Failures } from "./attempts.ts";
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
  readonly failures: Failures;
}

/** When an evaluation takes place. */
export interface EvaluationMoment {
  readonly now: number;
  /** Until when the runs of its requests may be begun. */
  readonly until: number;
  /** The greatest event id that the snapshots know for certain. */
  readonly lastEventId: number;
}

/** The result of one asset. Its new requests have no ids yet, and are not in its state. */
export interface Outcome extends Wanted {
  readonly evaluation: AssetEvaluation;
  readonly state: AssetState;
}

/** Evaluates one asset: what its open requests have come to, whether its condition is true, and what is to be requested. */
export function evaluateAsset(subject: Subject, { now, until, lastEventId }: EvaluationMoment): Outcome {
  const { node, condition, snapshot, known, runs, failures } = subject;
  const evaluation = (known?.evaluation ?? 0) + 1;
  const settled = settle(snapshot, known, runs, failures);
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
  const { requests, again } = openRequests(snapshot, settled, evaluated, { isTrue, isPossible, now, until, evaluation });
  const shouldRun = [...new Set([...isTrue, ...ask, ...again.flatMap(({ partitions }) => partitions)])];
  const asked = (known?.asked ?? []).map((each) => ({ ...each, partitions: each.partitions.filter((partition) => exists.has(partition)) }));
  return {
    node,
    ask,
    again,
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
  readonly now: number;
  readonly until: number;
  readonly evaluation: number;
}

/**
 * The open requests after this evaluation, and those that are returned again: because something is new and nobody has begun the
 * run, because nobody has begun it in time, because the process that made it has ended, or because the run has ended before all
 * was tried.
 */
function openRequests(
  snapshot: AssetSnapshot,
  { open, progressOf }: Settled,
  { renewed }: Evaluated,
  { isTrue, isPossible, now, until, evaluation }: OpenRequestsContext,
): { readonly requests: readonly OpenRequest[]; readonly again: Wanted["again"] } {
  const again: Wanted["again"][number][] = [];
  const requests = open.map((request): OpenRequest => {
    const { runId, partitions } = request;
    const { progress, attempt } = progressOf(request);
    const wanted = partitions.filter((partition) => isPossible(partition) && !snapshot.isInProgress(partition));
    const isNew = progress === "not begun" && wanted.some((partition) => isTrue.has(partition) && renewed.has(partition));
    const trueSince = partitions.filter((partition) => isTrue.has(partition) && !renewed.has(partition));
    const kept = trueSince.length > 0 ? { ...request, again: [...new Set([...(request.again ?? []), ...trueSince])] } : request;
    const hasEnded = progress === "ended" && attempt !== request.resumes;
    if (progress === "running" || wanted.length === 0 || (!isNew && !hasEnded && now < request.until)) return kept;
    again.push({ runId, partitions: wanted, isBegun: progress !== "not begun" });
    return { ...kept, until, ...(isNew && { evaluation }), ...(progress === "ended" && { resumes: attempt }) };
  });
  return { requests, again };
}
