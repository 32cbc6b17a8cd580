import { isEdgewaterError, throwIfAborted } from "../../errors.ts";
import { type Backend, partitionId } from "../backend.ts";
import type { Batch, Deletes, Precondition } from "../batch.ts";
import type { AnyEvent } from "../events.ts";
import { decodeIntent, intentPrefix } from "../intent.ts";
import type { RunRecord, RunStatus } from "../records.ts";
import type { Pruned, PruneOptions } from "../types.ts";
import { deleteBackfills, runsOfOpenBackfills } from "./prune-backfills.ts";

const pageSize = 1000;

/** How many events of one asset are deleted, and how many are kept, by the reason. */
interface Counts {
  deleted: number;
  latest: number;
  newer: number;
  running: number;
}

/** Reads all events from the newest to the oldest, decides on each, and deletes page by page. */
export async function prune(backend: Backend, commit: (batch: Batch) => Promise<unknown>, options: PruneOptions): Promise<Pruned> {
  const { before, keep = 1, dryRun = false, signal } = options;
  const runs = new Map((await backend.runs({})).map((run) => [run.runId, run]));
  /** Runs that have not ended, or were resumed while this runs. */
  const running = new Set([...runs.values()].filter(({ status }) => status === "Started").map(({ runId }) => runId));
  // A backfill that goes on later must still know what its runs have made.
  for (const runId of await runsOfOpenBackfills(backend)) running.add(runId);
  /** How many events are kept, by asset, partition and type. */
  const kept = new Map<string, number>();
  /** Runs with events that are kept. */
  const usedRuns = new Set<string>();
  const counts = new Map<string, Counts>();
  const decide = (event: AnyEvent): keyof Counts => {
    const { eventType, dataVersion } = event;
    // By type, because a later observation does not replace a materialization.
    const group = JSON.stringify([event.assetKey, partitionId(event.partitionKey), eventType]);
    const limit = dataVersion !== undefined ? keep : eventType === "StepFailure" || eventType === "Verification" ? 1 : 0;
    const isLatest = (kept.get(group) ?? 0) < limit;
    if (isLatest || event.timestamp >= before) kept.set(group, (kept.get(group) ?? 0) + 1);
    if (event.timestamp >= before) return "newer";
    if (isLatest) return "latest";
    return running.has(event.runId) ? "running" : "deleted";
  };
  const deleteUnlessResumed = async (runIds: readonly string[], deletesOf: (runIds: readonly string[]) => Deletes) =>
    dryRun ? [] : deleteOfRuns(runIds, (runId) => runs.get(runId)?.status, deletesOf, commit);
  for (let cursor: number | undefined; ; ) {
    throwIfAborted(signal);
    const page = await backend.events({ before: cursor, newestFirst: true, limit: pageSize });
    const deleted = new Map<string, AnyEvent[]>();
    for (const event of page) {
      const decision = decide(event);
      countOf(counts, event)[decision]++;
      if (decision !== "deleted") usedRuns.add(event.runId);
      else {
        const ofRun = deleted.get(event.runId) ?? [];
        deleted.set(event.runId, ofRun);
        ofRun.push(event);
      }
    }
    const deletesOf = (runIds: readonly string[]): Deletes => ({
      events: runIds.flatMap((runId) => deleted.get(runId)?.map(({ id }) => id) ?? []),
    });
    for (const runId of await deleteUnlessResumed([...deleted.keys()], deletesOf)) {
      running.add(runId);
      for (const event of deleted.get(runId) ?? []) {
        countOf(counts, event).deleted--;
        countOf(counts, event).running++;
      }
    }
    if (page.length < pageSize) break;
    cursor = page.at(-1)?.id;
  }
  const isOld = ({ runId, endTime }: RunRecord): boolean =>
    endTime !== undefined && endTime < before && !usedRuns.has(runId) && !running.has(runId);
  const old = [...runs.values()].filter(isOld).map(({ runId }) => runId);
  let deletedRuns = old.length;
  for (let start = 0; start < old.length; start += pageSize)
    deletedRuns -= (await deleteUnlessResumed(old.slice(start, start + pageSize), (runIds) => ({ runs: runIds }))).length;
  if (!dryRun) {
    await deleteIntents(backend, commit, before);
    await deleteBackfills(backend, commit, before);
  }
  return {
    events: [...counts.values()].reduce((sum, { deleted }) => sum + deleted, 0),
    runs: deletedRuns,
    explanation: explain(counts, deletedRuns, runs.size, new Date(before).toISOString(), dryRun),
  };
}

/** Deletes the announcements of writes that nobody has recorded, of runs that nobody makes any more. */
async function deleteIntents(backend: Backend, commit: (batch: Batch) => Promise<unknown>, before: number): Promise<void> {
  for (const { key, value } of await backend.kvList(intentPrefix())) {
    const event = decodeIntent(value)?.event;
    if (event === undefined || event.timestamp >= before) continue;
    const preconditions: readonly Precondition[] = [
      { kv: key, is: value },
      { lease: event.runId, owner: undefined },
    ];
    try {
      await commit({ preconditions, kv: [{ key, value: undefined }] });
    } catch (error) {
      // Somebody has recorded it meanwhile, or makes the run.
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
    }
  }
}

function countOf(counts: Map<string, Counts>, { assetKey = "starts and ends of runs" }: AnyEvent): Counts {
  const known = counts.get(assetKey) ?? { deleted: 0, latest: 0, newer: 0, running: 0 };
  counts.set(assetKey, known);
  return known;
}

/**
 * Deletes rows of runs that have ended, or have no record: of all runs in one commit, and when one was begun or resumed
 * meanwhile, of each run in its own. Returns the runs that were begun or resumed and lost nothing.
 */
async function deleteOfRuns(
  runIds: readonly string[],
  statusOf: (runId: string) => RunStatus | undefined,
  deletesOf: (runIds: readonly string[]) => Deletes,
  commit: (batch: Batch) => Promise<unknown>,
): Promise<readonly string[]> {
  if (runIds.length === 0) return [];
  const preconditions = runIds.flatMap((runId): readonly Precondition[] => [
    { run: runId, is: statusOf(runId) },
    { lease: runId, owner: undefined },
  ]);
  try {
    await commit({ preconditions, deletes: deletesOf(runIds) });
    return [];
  } catch (error) {
    if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
    if (runIds.length === 1) return runIds;
  }
  const resumed: string[] = [];
  for (const runId of runIds) resumed.push(...(await deleteOfRuns([runId], statusOf, deletesOf, commit)));
  return resumed;
}

/** One sentence for each asset, and one for the runs. */
function explain(
  counts: ReadonlyMap<string, Counts>,
  deletedRuns: number,
  runs: number,
  before: string,
  dryRun: boolean,
): readonly string[] {
  const [deletedWord, keptWord] = dryRun ? ["would delete", "would keep"] : ["deleted", "kept"];
  const ofAssets = [...counts].sort().map(([asset, { deleted, latest, newer, running }]) => {
    const reasons = [
      latest > 0 ? `${latest} (latest of their asset or partition)` : "",
      newer > 0 ? `${newer} (not older than ${before})` : "",
      running > 0 ? `${running} (of a run that has not ended)` : "",
    ].filter((reason) => reason !== "");
    const kept = reasons.length > 0 ? `; ${keptWord} ${reasons.join(", ")}` : "";
    return `${asset}: ${deletedWord} ${deleted} ${deleted === 1 ? "event" : "events"}${kept}`;
  });
  const total = `${runs} ${runs === 1 ? "run" : "runs"}`;
  return [...ofAssets, `${deletedWord} ${deletedRuns} of ${total}: ended before ${before}, without events that are kept`];
}
