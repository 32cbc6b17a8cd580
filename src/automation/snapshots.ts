import { readBackfilled } from "../storage/backfill-record.ts";
import type { AssetRecord, LatestRecord, Storage } from "../storage/types.ts";
import { partitionsInProgress } from "./in-progress.ts";
import type { States } from "./state.ts";
import type { AssetSnapshot, AssetSnapshotDependency, Condition } from "./types.ts";

/** An asset or a task of a repository, as the evaluation of conditions needs it. */
export interface AutomationNode {
  /** Name of the asset or task. */
  readonly name: string;
  /** Name of the step that makes it: its own, or that of the multi-asset. */
  readonly step: string;
  /** A task is skipped by conditions. An external asset is observed in place of being made. */
  readonly kind: "asset" | "task" | "external";
  /** The `automationCondition` of the asset. */
  readonly condition: Condition | undefined;
  /** The `codeVersion` of the asset. */
  readonly codeVersion: string | undefined;
  /** What its partitions are, as text that is equal for equal definitions; undefined without partitions. */
  readonly definition: string | undefined;
  /** The display forms of its partitions; one empty text without partitions. */
  readonly partitions: () => readonly string[];
  /** The partitions in the last time windows, as many as given; all when they are not over time, or their end has passed. */
  readonly inLatestWindows: (windows: number) => readonly string[];
  /** Its inputs. */
  readonly dependencies: readonly AutomationDependency[];
}

/** One input of a node. */
export interface AutomationDependency {
  /** Name of the upstream node. */
  readonly name: string;
  /** The partitions of the upstream node that one partition is made from; undefined when one of them does not exist. */
  readonly upstreamPartitions: (partition: string) => readonly string[] | undefined;
  /** Whether each partition is made from the partition with the same key, or neither has partitions. */
  readonly isSamePartition: boolean;
}

/** Every node as conditions see it. */
export interface Snapshots {
  /** By name. */
  readonly byName: ReadonlyMap<string, AssetSnapshot>;
  /** The greatest event id that the snapshots know for certain. */
  readonly lastEventId: number;
}

type Latest = ReadonlyMap<string, ReadonlyMap<string, LatestRecord>>;

/**
 * Reads the Storage once, for all nodes, each of which comes after its inputs.
 *
 * @param requested whether the evaluation that goes on requests a partition
 */
export async function takeSnapshots(
  nodes: readonly AutomationNode[],
  storage: Storage,
  states: States,
  requested: (asset: string, partition: string) => boolean,
): Promise<Snapshots> {
  // In this order: of a run that ends meanwhile, what it has made is seen, and what it was made from.
  const [isInProgress, backfillOf] = await Promise.all([partitionsInProgress(storage), readBackfilled(storage)]);
  const { latest, lastEventId } = await readLatest(nodes, storage);
  const byName = new Map<string, AssetSnapshot>();
  const tasks = new Set<string>();
  for (const node of nodes) {
    const { name, kind, codeVersion } = node;
    if (kind === "task") tasks.add(name);
    const asked = states.of(name)?.asked ?? [];
    byName.set(name, {
      asset: name,
      isExternal: kind === "external",
      get partitions() {
        return node.partitions();
      },
      codeVersion,
      latest: (partition) => latest.get(name)?.get(partition),
      isInProgress: (partition) =>
        isInProgress(name, partition) ||
        backfillOf(name, node.definition === undefined ? undefined : partition, latest.get(name)?.get(partition)) !== undefined,
      inLatestWindows: node.inLatestWindows,
      willBeRequested: (partition) => requested(name, partition),
      lastRequest: asked.at(-1)?.evaluation ?? 0,
      requestedAfter: (evaluation) => asked.flatMap((each) => (each.evaluation > evaluation ? each.partitions : [])),
      dependencies: assetDependencies(node, byName, tasks),
    });
  }
  return { byName, lastEventId };
}

/** How often records are read again that change while they are read. */
const mostReads = 10;

/** The latest records of one moment, unless they change all the time, and the greatest event id before them. */
async function readLatest(
  nodes: readonly AutomationNode[],
  storage: Storage,
): Promise<{ readonly latest: Latest; readonly lastEventId: number }> {
  let assets = await storage.getAssetRecords();
  if (nodes.every(({ definition }) => definition === undefined)) return { latest: latestOfAssets(assets), lastEventId: lastIdOf(assets) };
  for (let reads = 1; ; reads++) {
    const lastEventId = lastIdOf(assets);
    const latest = await latestRecords(nodes, storage);
    assets = await storage.getAssetRecords();
    if (lastIdOf(assets) === lastEventId || reads === mostReads) return { latest, lastEventId };
  }
}

function lastIdOf(assets: readonly AssetRecord[]): number {
  return assets.reduce((last, { lastEventId = 0, lastFailureId = 0 }) => Math.max(last, lastEventId, lastFailureId), 0);
}

/**
 * The latest records, by asset and partition. Inputs are read before what is made from them, so that what was just made is never
 * seen without being seen as made from the latest inputs.
 */
async function latestRecords(nodes: readonly AutomationNode[], storage: Storage): Promise<Latest> {
  const latest = new Map<string, ReadonlyMap<string, LatestRecord>>();
  const keep = (name: string, records: readonly LatestRecord[]): void => {
    latest.set(name, new Map(records.map((record) => [record.partitionKey === undefined ? "" : String(record.partitionKey), record])));
  };
  for (const level of levelsOf(nodes)) {
    const single = level.filter(({ definition }) => definition === undefined);
    const places = storage.getLatestRecords(single.map(({ name }) => ({ assetKey: name, partition: undefined })));
    const partitioned = level.filter(({ definition }) => definition !== undefined);
    const partitions = partitioned.map(async ({ name }) => keep(name, await storage.getPartitionRecords(name)));
    for (const record of await places) keep(record.assetKey, [record]);
    await Promise.all(partitions);
  }
  return latest;
}

/** The latest records of assets without partitions, which were read at once. */
function latestOfAssets(assets: readonly AssetRecord[]): Latest {
  return new Map(assets.map((record) => [record.assetKey, new Map([["", { ...record, partitionKey: undefined, firstId: undefined }]])]));
}

/** The nodes by the length of the longest way from a node without inputs. */
function levelsOf(nodes: readonly AutomationNode[]): readonly (readonly AutomationNode[])[] {
  const depths = new Map<string, number>();
  for (const { name, dependencies } of nodes)
    depths.set(
      name,
      dependencies.reduce((most, each) => Math.max(most, 1 + (depths.get(each.name) ?? 0)), 0),
    );
  const levels: AutomationNode[][] = [];
  for (const node of nodes) {
    const depth = depths.get(node.name) ?? 0;
    levels[depth] ??= [];
    levels[depth].push(node);
  }
  return levels;
}

/** The dependencies of a node, with the inputs of tasks in place of the tasks. */
function assetDependencies(
  { dependencies }: AutomationNode,
  byName: ReadonlyMap<string, AssetSnapshot>,
  tasks: ReadonlySet<string>,
): readonly AssetSnapshotDependency[] {
  return dependencies.flatMap(({ name, upstreamPartitions, isSamePartition }): readonly AssetSnapshotDependency[] => {
    const snapshot = byName.get(name);
    if (snapshot === undefined) return [];
    if (!tasks.has(name)) return [{ snapshot, upstreamPartitions, isSamePartition }];
    return snapshot.dependencies.map((input) => ({
      snapshot: input.snapshot,
      isSamePartition: isSamePartition && input.isSamePartition,
      upstreamPartitions: (partition) => {
        const ofTask = upstreamPartitions(partition)?.map((each) => input.upstreamPartitions(each));
        return ofTask?.every((each) => each !== undefined) ? [...new Set(ofTask.flat())] : undefined;
      },
    }));
  });
}
