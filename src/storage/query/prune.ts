import { throwIfAborted } from "../../errors.ts";
import type { Ask } from "../backend.ts";
import type { Batch } from "../batch.ts";
import type { AnyEvent } from "../events.ts";
import { placeOf } from "../place.ts";
import type { Pruned, PruneOptions } from "../types.ts";

const pageSize = 1000;

/** What was decided of the events of one asset. */
interface Count {
  go: number;
  last: number;
  newer: number;
  running: number;
}

/** Goes through all events from the newest to the oldest, decides on each, and deletes page by page. */
export async function prune(ask: Ask, commit: (batch: Batch) => Promise<unknown>, options: PruneOptions): Promise<Pruned> {
  const { before, keep = 1, dryRun = false, signal } = options;
  const runs = await ask((backend) => backend.runs({}));
  const running = new Set(runs.filter(({ status }) => status === "Started").map(({ runId }) => runId));
  const kept = new Map<string, number>();
  const needed = new Set<string>();
  const counts = new Map<string, Count>();
  const decide = (event: AnyEvent): keyof Count => {
    const { eventType, dataVersion } = event;
    // An observation that came later does not stand for a materialization.
    const place = JSON.stringify([event.assetKey, placeOf(event.partitionKey), eventType]);
    const most = dataVersion !== undefined ? keep : eventType === "StepFailure" ? 1 : 0;
    const isLast = (kept.get(place) ?? 0) < most;
    if (isLast || event.timestamp >= before) kept.set(place, (kept.get(place) ?? 0) + 1);
    if (event.timestamp >= before) return "newer";
    if (isLast) return "last";
    return running.has(event.runId) ? "running" : "go";
  };
  for (let cursor: number | undefined; ; ) {
    throwIfAborted(signal);
    const page = await ask((backend) => backend.events({ before: cursor, newestFirst: true, limit: pageSize }));
    const gone: number[] = [];
    for (const event of page) {
      const decision = decide(event);
      const count = counts.get(event.assetKey) ?? { go: 0, last: 0, newer: 0, running: 0 };
      counts.set(event.assetKey, count);
      count[decision]++;
      if (decision === "go") gone.push(event.id);
      else needed.add(event.runId);
    }
    if (!dryRun && gone.length > 0) await commit({ deletes: { events: gone } });
    if (page.length < pageSize) break;
    cursor = page.at(-1)?.id;
  }
  const goneRuns = runs.filter(({ runId, endTime }) => endTime !== undefined && endTime < before && !needed.has(runId));
  for (let start = 0; !dryRun && start < goneRuns.length; start += pageSize)
    await commit({ deletes: { runs: goneRuns.slice(start, start + pageSize).map(({ runId }) => runId) } });
  return {
    events: [...counts.values()].reduce((sum, { go }) => sum + go, 0),
    runs: goneRuns.length,
    explanation: explain(counts, goneRuns.length, runs.length, new Date(before).toISOString(), dryRun),
  };
}

function explain(counts: ReadonlyMap<string, Count>, goneRuns: number, runs: number, before: string, dryRun: boolean): readonly string[] {
  const verb = dryRun ? "would go" : "went";
  const ofAssets = [...counts].sort().map(([asset, { go, last, newer, running }]) => {
    const stay = [
      last > 0 ? `${last} are the last of their kind` : "",
      newer > 0 ? `${newer} are not before ${before}` : "",
      running > 0 ? `${running} belong to runs that have not ended` : "",
    ].filter((reason) => reason !== "");
    return `${asset}: ${go} events ${verb}${stay.length > 0 ? `; of those that stay ${stay.join(", ")}` : ""}`;
  });
  const ofRuns = `${goneRuns} of ${runs} runs ${verb}: ended before ${before}, with no event that stays`;
  return [...ofAssets, ofRuns];
}
