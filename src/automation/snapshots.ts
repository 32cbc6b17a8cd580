import { readBackfilled } from "../storage/backfill-record.ts";
import type { LatestRecord, RunRecord, Storage } from "../storage/types.ts";
import type { AssetSnapshot, AssetSnapshotDependency, Condition } from "./types.ts";

/** An asset or a task of a repository, as the evaluation of conditions needs it. */
export interface AutomationNode {
  /** Name of the asset or task. */
  readonly name: string;
  /** Whether it is a task, which conditions skip. */
  readonly isTask: boolean;
  /** The `automationCondition` of the asset. */
  readonly condition: Condition | undefined;
  /** The `codeVersion` of the asset. */
  readonly codeVersion: string | undefined;
  /** Whether it has partitions. */
  readonly isPartitioned: boolean;
  /** The display forms of its partitions; one empty text without partitions. */
  readonly partitions: () => readonly string[];
  /** Its inputs. */
  readonly dependencies: readonly AutomationDependency[];
}

/** One input of a node. */
export interface AutomationDependency {
  /** Name of the upstream node. */
  readonly name: string;
  /** The partitions of the upstream node that one partition is made from. */
  readonly upstreamPartitions: (partition: string) => readonly string[];
}

/** Every node as conditions see it. */
export interface Snapshots {
  /** By name. */
  readonly byName: ReadonlyMap<string, AssetSnapshot>;
  /** The greatest event id that the snapshots know. */
  readonly lastEventId: number;
}

/** Reads the Storage once, for all nodes. Every node comes after its inputs. */
export async function takeSnapshots(nodes: readonly AutomationNode[], storage: Storage): Promise<Snapshots> {
  const [assets, inProgress, backfillOf] = await Promise.all([
    storage.getAssetRecords(),
    partitionsInProgress(storage),
    readBackfilled(storage),
  ]);
  const partitioned = nodes.filter(({ isPartitioned }) => isPartitioned);
  const records = await Promise.all(partitioned.map(({ name }) => storage.getPartitionRecords(name)));
  const latest = new Map<string, Map<string, LatestRecord>>();
  for (const { assetKey, ...record } of assets)
    latest.set(assetKey, new Map([["", { ...record, assetKey, partitionKey: undefined, firstId: undefined }]]));
  for (const record of records.flat()) {
    const known = latest.get(record.assetKey) ?? new Map<string, LatestRecord>();
    latest.set(record.assetKey, known.set(String(record.partitionKey), record));
  }
  const byName = new Map<string, AssetSnapshot>();
  const tasks = new Set<string>();
  for (const node of nodes) {
    const { name, codeVersion } = node;
    if (node.isTask) tasks.add(name);
    byName.set(name, {
      asset: name,
      get partitions() {
        return node.partitions();
      },
      codeVersion,
      latest: (partition) => latest.get(name)?.get(partition),
      isInProgress: (partition) =>
        inProgress(name, partition) ||
        backfillOf(name, node.isPartitioned ? partition : undefined, latest.get(name)?.get(partition)) !== undefined,
      dependencies: assetDependencies(node, byName, tasks),
    });
  }
  const lastEventId = assets.reduce((last, { lastEventId = 0, lastFailureId = 0 }) => Math.max(last, lastEventId, lastFailureId), 0);
  return { byName, lastEventId };
}

/** The dependencies of a node, with the inputs of tasks in place of the tasks. */
function assetDependencies(
  { dependencies }: AutomationNode,
  byName: ReadonlyMap<string, AssetSnapshot>,
  tasks: ReadonlySet<string>,
): readonly AssetSnapshotDependency[] {
  return dependencies.flatMap(({ name, upstreamPartitions }): readonly AssetSnapshotDependency[] => {
    const snapshot = byName.get(name);
    if (snapshot === undefined) return [];
    if (!tasks.has(name)) return [{ snapshot, upstreamPartitions }];
    return snapshot.dependencies.map((input) => ({
      snapshot: input.snapshot,
      upstreamPartitions: (partition) => [...new Set(upstreamPartitions(partition).flatMap((each) => input.upstreamPartitions(each)))],
    }));
  });
}

/** Returns a function that tells which partitions the runs that have not ended are still to make. */
async function partitionsInProgress(storage: Storage): Promise<(asset: string, partition: string) => boolean> {
  const started = await storage.getRuns({ status: "Started" });
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
