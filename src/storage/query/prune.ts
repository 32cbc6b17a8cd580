import { throwIfAborted } from "../../errors.ts";
import { type Backend, partitionId } from "../backend.ts";
import type { Batch } from "../batch.ts";
import type { AnyEvent } from "../events.ts";
import type { Pruned, PruneOptions } from "../types.ts";

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
  const runs = await backend.runs({});
  const running = new Set(runs.filter(({ status }) => status === "Started").map(({ runId }) => runId));
  /** How many events are kept, by asset, partition and type. */
  const kept = new Map<string, number>();
  /** Runs with events that are kept. */
  const usedRuns = new Set<string>();
  const counts = new Map<string, Counts>();
  const decide = (event: AnyEvent): keyof Counts => {
    const { eventType, dataVersion } = event;
    // By type, because a later observation does not replace a materialization.
    const group = JSON.stringify([event.assetKey, partitionId(event.partitionKey), eventType]);
    const limit = dataVersion !== undefined ? keep : eventType === "StepFailure" ? 1 : 0;
    const isLatest = (kept.get(group) ?? 0) < limit;
    if (isLatest || event.timestamp >= before) kept.set(group, (kept.get(group) ?? 0) + 1);
    if (event.timestamp >= before) return "newer";
    if (isLatest) return "latest";
    return running.has(event.runId) ? "running" : "deleted";
  };
  for (let cursor: number | undefined; ; ) {
    throwIfAborted(signal);
    const page = await backend.events({ before: cursor, newestFirst: true, limit: pageSize });
    const deleted: number[] = [];
    for (const event of page) {
      const decision = decide(event);
      const count = counts.get(event.assetKey) ?? { deleted: 0, latest: 0, newer: 0, running: 0 };
      counts.set(event.assetKey, count);
      count[decision]++;
      if (decision === "deleted") deleted.push(event.id);
      else usedRuns.add(event.runId);
    }
    if (!dryRun && deleted.length > 0) await commit({ deletes: { events: deleted } });
    if (page.length < pageSize) break;
    cursor = page.at(-1)?.id;
  }
  const deletedRuns = runs.filter(({ runId, endTime }) => endTime !== undefined && endTime < before && !usedRuns.has(runId));
  for (let start = 0; !dryRun && start < deletedRuns.length; start += pageSize)
    await commit({ deletes: { runs: deletedRuns.slice(start, start + pageSize).map(({ runId }) => runId) } });
  return {
    events: [...counts.values()].reduce((sum, { deleted }) => sum + deleted, 0),
    runs: deletedRuns.length,
    explanation: explain(counts, deletedRuns.length, runs.length, new Date(before).toISOString(), dryRun),
  };
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
