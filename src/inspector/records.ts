/** What the records say of every node and partition. No store is asked. */

import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { hasFailedLast } from "../repository/selection.ts";
import type { Node } from "../run/graph.ts";
import { inputName } from "../storage/input-name.ts";
import { decodeIntent, intentPrefix } from "../storage/intent.ts";
import type { LatestRecord, RunRecord, Staleness, StalenessCause, Storage } from "../storage/types.ts";
import type { InspectedStatus } from "./inspection.ts";
import { goingOn } from "./runs.ts";
import type { Subject } from "./subject.ts";

/** What the records say, as it was read at one time. */
export interface Records {
  readonly loadingContext: PartitionLoadingContext;
  /** In the order of the nodes. */
  readonly nodes: readonly NodeRecords[];
  readonly byName: ReadonlyMap<string, NodeRecords>;
  /** The greatest id of an event that it includes. */
  readonly lastEventId: number;
  /** The runs that processes are making. */
  readonly started: readonly RunRecord[];
}

/** What the records say of one node. */
export interface NodeRecords {
  readonly node: Node;
  readonly latest: LatestRecord | undefined;
  /** The latest records of its partitions, by the display forms of their keys. */
  readonly partitions: ReadonlyMap<string, LatestRecord>;
  readonly staleness: Staleness | undefined;
  readonly stalenessOf: ReadonlyMap<string, Staleness>;
  /** The runs that make its partitions now, by the display forms of their keys; `""` without partitions. */
  readonly running: ReadonlyMap<string, string>;
  /** The runs that have announced a value, ended without recording it, and been followed by no other, by the same keys. */
  readonly announced: ReadonlyMap<string, string>;
}

const nothing: ReadonlyMap<string, never> = new Map<string, never>();

/**
 * Reads what the records say of all nodes. What runs are doing is read first: of one that ends meanwhile, its results are seen.
 * Latest records are read last: they tell the ids of all events that the rest includes.
 */
export async function readRecords({ context, nodes, storage, running }: Subject): Promise<Records> {
  const names = nodes.map(({ definition }) => definition.name);
  const [recorded, loadingContext, intents] = await Promise.all([
    storage.getRuns({ status: "Started", limit: Number.MAX_SAFE_INTEGER }),
    context.loadingContext(),
    storage.kvList(intentPrefix()),
  ]);
  const started = await goingOn(recorded, storage);
  const makes = await running.read(started);
  const partitioned = names.filter((_, index) => nodes[index]?.definition.partitions !== undefined);
  const stalenesses = await storage.computeStaleness({ assets: names, partitions: partitioned.length > 0 });
  const [latest, ofPartitions] = await Promise.all([
    storage.getLatestRecords(names.map((assetKey) => ({ assetKey }))),
    Promise.all(partitioned.map(async (name) => [name, await partitionsOf(name, storage)] as const)),
  ]);
  const latestOf = new Map(latest.map((record) => [record.assetKey, record]));
  const partitionRecords = new Map(ofPartitions);
  const own = new Map<string, Staleness>();
  const keyed = new Map<string, Map<string, Staleness>>();
  for (const staleness of stalenesses) {
    const { asset, partition } = staleness;
    if (partition === undefined) own.set(asset, staleness);
    else mapIn(keyed, asset).set(partition, staleness);
  }
  const announced = announcedBy(intents, started, (name, partition) =>
    partition === undefined ? latestOf.get(name) : partitionRecords.get(name)?.get(partition),
  );
  let lastEventId = running.lastEventId;
  const see = ({ lastEventId: event = 0, lastFailureId: failure = 0 }: LatestRecord): void => {
    lastEventId = Math.max(lastEventId, event, failure);
  };
  const read = nodes.map((node): NodeRecords => {
    const { name } = node.definition;
    const partitions = partitionRecords.get(name) ?? nothing;
    const record = latestOf.get(name);
    if (record !== undefined) see(record);
    for (const each of partitions.values()) see(each);
    return {
      node,
      latest: record,
      partitions,
      staleness: own.get(name),
      stalenessOf: keyed.get(name) ?? nothing,
      running: makes.get(name) ?? nothing,
      announced: announced.get(name) ?? nothing,
    };
  });
  return { loadingContext, nodes: read, byName: new Map(read.map((each) => [each.node.definition.name, each])), lastEventId, started };
}

async function partitionsOf(name: string, storage: Storage): Promise<ReadonlyMap<string, LatestRecord>> {
  const records = await storage.getPartitionRecords(name);
  return new Map(records.map((record) => [String(record.partitionKey), record]));
}

/** The announcements of runs that nobody makes any more, as long as nothing else was recorded. */
function announcedBy(
  intents: readonly { readonly value: Uint8Array }[],
  started: readonly RunRecord[],
  latestOf: (name: string, partition: string | undefined) => LatestRecord | undefined,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const alive = new Set(started.map(({ runId }) => runId));
  const announced = new Map<string, Map<string, string>>();
  for (const { value } of intents) {
    const intent = decodeIntent(value);
    if (intent === undefined || alive.has(intent.event.runId)) continue;
    const { assetKey, partitionKey, runId } = intent.event;
    const partition = partitionKey && String(partitionKey);
    if (latestOf(assetKey, partition)?.lastMaterializationId === intent.base) mapIn(announced, assetKey).set(partition ?? "", runId);
  }
  return announced;
}

function mapIn<Value>(maps: Map<string, Map<string, Value>>, name: string): Map<string, Value> {
  const known = maps.get(name) ?? new Map<string, Value>();
  maps.set(name, known);
  return known;
}

/** The latest record of an asset without partitions, or of one of its partitions. */
export function latestIn({ latest, partitions }: NodeRecords, partition: string | undefined): LatestRecord | undefined {
  return partition === undefined ? latest : partitions.get(partition);
}

/** The staleness of an asset, or of one of its partitions. */
export function stalenessIn({ staleness, stalenessOf }: NodeRecords, partition: string | undefined): Staleness | undefined {
  return partition === undefined ? staleness : stalenessOf.get(partition);
}

/** How an asset without partitions, a task, an external asset or one partition is. */
export function statusIn(records: NodeRecords, partition: string | undefined): InspectedStatus {
  const { node, running, announced } = records;
  const latest = latestIn(records, partition);
  if (running.has(partition ?? "")) return "Running";
  const { kind } = node.definition;
  if (kind !== "external" && hasFailedLast(latest)) return "Failed";
  if (kind === "external") return statusOfExternal(latest);
  if (announced.has(partition ?? "") || latest?.lastFound === "Unrecorded") return "Unrecorded";
  if (kind === "task") return latest?.lastMaterializationId === undefined ? "Missing" : "UpToDate";
  return stalenessIn(records, partition)?.status ?? "Missing";
}

/** An external asset is as it was last looked at. */
function statusOfExternal(latest: LatestRecord | undefined): InspectedStatus {
  if ((latest?.lastFailureId ?? 0) > (latest?.lastEventId ?? 0)) return "Failed";
  return latest?.lastEventId === undefined ? "Missing" : "Observed";
}

/** The data version of an input that an asset or a partition was made from; undefined when that is not recorded. */
export function versionRead(latest: LatestRecord | undefined, input: string, partition: string | undefined): string | undefined {
  return latest?.lastInputDataVersions[inputName(input, partition)];
}

/** Why an asset or a partition is stale, or missing although it was made. */
export function causesIn(records: NodeRecords, partition: string | undefined): readonly StalenessCause[] {
  return stalenessIn(records, partition)?.causes ?? [];
}
