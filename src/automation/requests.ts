/**
 * Requests: what evaluations have asked for, until it is known how it has ended. A request is the id of a run. Only one process can
 * begin a run with an id, so a request may be returned again to another process when nobody has begun it: it is run once.
 */
import type { RunRecord, Storage } from "../storage/types.ts";
import { type Attempts, failedId, madeId } from "./attempts.ts";
import type { AutomationNode } from "./snapshots.ts";
import type { AssetState, OpenRequest, PastRequest } from "./state.ts";
import type { AssetSnapshot, Trigger } from "./types.ts";

/** The run of a request: running, without a living owner, or ended. */
export type RequestedRun = RunRecord & {
  /** Whether the run is to make an asset, or a partition of it. */
  readonly makes: (asset: string, partition: string) => boolean;
  /** Of a run that has ended: the assets of steps that it has skipped, and of a canceled one of those that have failed. */
  readonly untried: ReadonlySet<string>;
};

/** Reads the runs of open requests, by their ids. One that nobody has begun is left out. */
export async function readRequestedRuns(
  states: readonly (AssetState | undefined)[],
  storage: Storage,
): Promise<ReadonlyMap<string, RequestedRun>> {
  const ids = new Set(states.flatMap((state) => state?.requests.map(({ runId }) => runId) ?? []));
  const runs = await Promise.all([...ids].map((id) => storage.getRun(id)));
  const entries = runs.map(async (run): Promise<readonly (readonly [string, RequestedRun])[]> => {
    if (run === undefined) return [];
    const types = ["RunStart", "StepSkipped", ...(run.status === "Canceled" ? (["StepFailure"] as const) : [])] as const;
    const events = progressOf(run) === "ended" ? await storage.getEventsForRun(run.runId, { types }) : [];
    // A run that was resumed begins once more.
    const steps = events.slice(events.findLastIndex(({ eventType }) => eventType === "RunStart") + 1);
    return [[run.runId, { ...run, makes: makesOf(run), untried: new Set(steps.map(({ assetKey }) => assetKey ?? "")) }]];
  });
  return new Map((await Promise.all(entries)).flat());
}

function makesOf({ nodeNames, partitionKeys }: RunRecord): RequestedRun["makes"] {
  const [assets, partitions] = [new Set(nodeNames), new Set(partitionKeys)];
  return (asset, partition) => assets.has(asset) && (partition === "" || partitions.has(partition));
}

function progressOf({ status }: RunRecord): "running" | "interrupted" | "ended" {
  return status === "Started" ? "running" : status === "Interrupted" ? "interrupted" : "ended";
}

/** How far a request is: `ended` when its run has, without having tried all of it. */
export type Progress = "not begun" | "running" | "interrupted" | "ended";

/** What the open requests of an asset have come to. */
export interface Settled {
  /** Those that are still open, with the partitions that are. */
  readonly open: readonly OpenRequest[];
  /** How far each of them is, and how often its run was begun or resumed. */
  readonly progressOf: (request: OpenRequest) => { readonly progress: Progress; readonly attempt: number };
  /** Whether what was true of a partition was handled since. */
  readonly isHandled: (partition: string, trigger: Trigger) => boolean;
}

type Ending = { readonly how: "tried" | "done"; readonly evaluation: number };

/** Finds out which partitions of the open requests of an asset were made or tried, and which have to be asked for again. */
export function settle(
  { step }: AutomationNode,
  snapshot: AssetSnapshot,
  state: AssetState | undefined,
  runs: ReadonlyMap<string, RequestedRun>,
  attempts: Attempts,
): Settled {
  const endings = new Map<string, Ending>();
  const exists = new Set(snapshot.partitions);
  const open = (state?.requests ?? []).flatMap((request): readonly OpenRequest[] => {
    const run = runs.get(request.runId);
    const left = request.partitions.filter((partition) => {
      const ending = exists.has(partition) ? endingOf(step, snapshot, partition, request, run, attempts) : "again";
      if (typeof ending === "object") endings.set(partition, ending);
      return ending === "open";
    });
    return left.length > 0 ? [{ ...request, partitions: left }] : [];
  });
  const last = state?.lastEventId ?? Number.POSITIVE_INFINITY;
  const { latest } = snapshot;
  return {
    open,
    progressOf: ({ runId }) => {
      const run = runs.get(runId);
      return { progress: run === undefined ? "not begun" : progressOf(run), attempt: run?.attempt ?? 1 };
    },
    isHandled: (partition, { evaluation, time }) => {
      const ending = endings.get(partition);
      const isOwn = ending !== undefined && evaluation <= ending.evaluation;
      if (ending?.how === "done" && isOwn) return true;
      const isTried = ending?.how === "tried";
      const failed = failedId(snapshot, partition);
      const isMade = madeId(snapshot, partition) > last || (isTried && failed === undefined);
      const isInTime = time === 0 || isOwn;
      if (isMade && (isInTime || (latest(partition)?.lastTimestamp ?? 0) >= time) && attempts.isMadeFromLatest(partition)) return true;
      return failed !== undefined && (isTried || failed > last) && isInTime && attempts.hasFailedWithLatest(partition);
    },
  };
}

/** How the request of one partition has ended; `again` when it was not tried and is to be asked for again. */
function endingOf(
  step: string,
  snapshot: AssetSnapshot,
  partition: string,
  request: OpenRequest,
  run: RequestedRun | undefined,
  attempts: Attempts,
): Ending | "open" | "again" {
  const { evaluation, lastEventId, runId } = request;
  const tried: Ending = { how: "tried", evaluation };
  const isMade = madeId(snapshot, partition) > lastEventId;
  const isFailed = (failedId(snapshot, partition) ?? 0) > lastEventId && !attempts.wasAborted(partition);
  if (run === undefined) {
    // Somebody has made it in another run.
    const isSettled = (isMade && attempts.isMadeFromLatest(partition)) || (isFailed && attempts.hasFailedWithLatest(partition));
    return isSettled ? tried : "open";
  }
  if (!run.makes(snapshot.asset, partition)) return "again";
  if (isMade && (run.status !== "Started" || snapshot.latest(partition)?.lastRunId === runId)) return tried;
  if (progressOf(run) !== "ended") return "open";
  // Aborted, or left out by a process that has resumed the run and does not have the asset. What the run has written before may not
  // be recorded yet, so this run is to be resumed: another one would make it again.
  const unfinished = "open";
  const done: Ending = { how: "done", evaluation };
  // A run that is canceled elsewhere records no more steps, an aborted one those that it has not made.
  if (run.status === "Canceled") return run.untried.size > 0 ? unfinished : done;
  if (isFailed) return tried;
  if (!run.untried.has(step)) return unfinished;
  // Behind a failure it was not tried. A run that has succeeded has found nothing to do.
  return run.status === "Failure" ? "again" : done;
}

/** How many evaluations are told apart in what was requested. */
const longestHistory = 20;

/** Adds what an evaluation has requested to what was requested before. */
export function addRequest(asked: readonly PastRequest[], { evaluation, partitions }: PastRequest): readonly PastRequest[] {
  const now = new Set(partitions);
  const before = asked.flatMap((each) => {
    const others = each.partitions.filter((partition) => !now.has(partition));
    return others.length > 0 ? [{ ...each, partitions: others }] : [];
  });
  const all = [...before, { evaluation, partitions }];
  const [first, second, ...rest] = all;
  if (all.length <= longestHistory || first === undefined || second === undefined) return all;
  return [{ evaluation: second.evaluation, partitions: [...first.partitions, ...second.partitions] }, ...rest];
}
