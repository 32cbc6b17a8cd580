import type { Subject, SubjectDependency } from "../automation/types.ts";
import { isEdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { Graph, Node } from "../run/graph.ts";
import { type Load, loadOf } from "../run/plan.ts";
import type { LatestRecord, RunRecord, Storage } from "../storage/types.ts";

/** Every asset of a graph as conditions see it. */
export interface Subjects {
  readonly of: (name: string) => Subject;
  /** The last event that is known here. */
  readonly lastEventId: number;
}

/** Looks at the records once, for all assets. */
export async function subjectsOf(graph: Graph, storage: Storage, loadingContext: PartitionLoadingContext): Promise<Subjects> {
  const [assets, isInProgress] = await Promise.all([storage.getAssetRecords(), ongoing(storage)]);
  const partitioned = [...graph.nodes.values()].filter(({ definition }) => definition.partitions !== undefined);
  const records = await Promise.all(partitioned.map(({ definition }) => storage.getPartitionRecords(definition.name)));
  const latest = new Map<string, Map<string, LatestRecord>>();
  for (const { assetKey, ...record } of assets)
    latest.set(assetKey, new Map([["", { ...record, assetKey, partitionKey: undefined, firstId: undefined }]]));
  for (const record of records.flat()) {
    const places = latest.get(record.assetKey) ?? new Map<string, LatestRecord>();
    latest.set(record.assetKey, places.set(String(record.partitionKey), record));
  }
  const subjects = new Map<string, Subject>();
  const of = (name: string): Subject => {
    const known = subjects.get(name);
    if (known !== undefined) return known;
    const node = graph.nodes.get(name) as Node;
    const keys = new Map(node.definition.partitions?.keys(loadingContext).map((key) => [String(key), key]) ?? [["", undefined]]);
    const subject: Subject = {
      asset: name,
      places: [...keys.keys()],
      codeVersion: node.definition.codeVersion,
      latest: (place) => latest.get(name)?.get(place),
      isInProgress: (place) => isInProgress(name, place),
      dependencies: dependenciesOf(node, keys, of, graph, loadingContext),
    };
    subjects.set(name, subject);
    return subject;
  };
  const ids = assets.map(({ lastEventId = 0, lastFailureId = 0 }) => Math.max(lastEventId, lastFailureId));
  return { of, lastEventId: ids.reduce((greatest, id) => Math.max(greatest, id), 0) };
}

function dependenciesOf(
  { computation }: Node,
  keys: ReadonlyMap<string, PartitionKey | undefined>,
  of: (name: string) => Subject,
  graph: Graph,
  loadingContext: PartitionLoadingContext,
): readonly SubjectDependency[] {
  return computation.inputs.flatMap((spec): readonly SubjectDependency[] => {
    if (spec.source === undefined) return [];
    const placesOf = (place: string): readonly string[] => {
      const key = keys.get(place);
      return placesOfLoad(() => loadOf(spec, computation, key && [key], loadingContext));
    };
    const upstream = graph.nodes.get(spec.source.name) as Node;
    const subject = of(upstream.definition.name);
    if (upstream.definition.kind !== "task") return [{ subject, placesOf }];
    // A task stands for nothing by itself: what counts is what it is made from.
    return subject.dependencies.map((beyond) => ({
      subject: beyond.subject,
      placesOf: (place) => [...new Set(placesOf(place).flatMap((each) => beyond.placesOf(each)))],
    }));
  });
}

function placesOfLoad(resolve: () => Load): readonly string[] {
  try {
    const load = resolve();
    if (load.shape === "nothing") return [];
    return load.shape === "map" ? load.keys.map(String) : [load.key === undefined ? "" : String(load.key)];
  } catch (error) {
    // The mapping leads beyond the partitions that there are: to nothing.
    if (isEdgewaterError(error, "PartitionError")) return [];
    throw error;
  }
}

/** Tells what runs that go on are to make and have not yet. */
async function ongoing(storage: Storage): Promise<(asset: string, place: string) => boolean> {
  const runs = await storage.getRuns({ status: "Started" });
  const ended = await Promise.all(runs.map((run) => endedIn(run, storage)));
  return (asset, place) =>
    runs.some(
      ({ nodeNames, partitionKeys = [] }, index) =>
        nodeNames.includes(asset) && (place === "" || partitionKeys.includes(place)) && !ended[index]?.has(JSON.stringify([asset, place])),
    );
}

async function endedIn({ runId }: RunRecord, storage: Storage): Promise<ReadonlySet<string>> {
  const events = await storage.getEventsForRun(runId, { types: ["Materialization", "Observation", "StepFailure"] });
  return new Set(
    events.map(({ assetKey, partitionKey }) => JSON.stringify([assetKey, partitionKey === undefined ? "" : String(partitionKey)])),
  );
}
