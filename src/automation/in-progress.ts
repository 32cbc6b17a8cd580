import type { RunRecord, Storage } from "../storage/types.ts";

/** Returns a function that tells which partitions the runs that have not ended are still to make. */
export async function partitionsInProgress(storage: Storage): Promise<(asset: string, partition: string) => boolean> {
  const started = await storage.getRuns({ status: "Started", limit: Number.MAX_SAFE_INTEGER });
  const runs = await Promise.all(
    started.map(async (run) => ({
      names: new Set(run.nodeNames),
      partitions: new Set(run.partitionKeys),
      ended: await endedIn(run, storage),
    })),
  );
  return (asset, partition) =>
    runs.some(
      ({ names, partitions, ended }) =>
        names.has(asset) && (partition === "" || partitions.has(partition)) && !ended.has(JSON.stringify([asset, partition])),
    );
}

/** The assets and partitions that a run has made, or has failed to make. */
async function endedIn({ runId }: RunRecord, storage: Storage): Promise<ReadonlySet<string>> {
  const events = await storage.getEventsForRun(runId, { types: ["Materialization", "Observation", "StepFailure"] });
  return new Set(
    events.map(({ assetKey, partitionKey }) => JSON.stringify([assetKey, partitionKey === undefined ? "" : String(partitionKey)])),
  );
}
