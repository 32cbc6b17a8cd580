import { EdgewaterError } from "../errors.ts";
import { handlerOf } from "../run/look.ts";
import type { AnyEvent, EventType, StoredEvent } from "../storage/types.ts";
import { inputSources } from "./edges.ts";
import type { AssetQuery, AssetView, LinkRow, StoredView, VersionRow } from "./inspection.ts";
import { latestView, nodeRow } from "./node-rows.ts";
import { causesIn, latestIn, type NodeRecords, type Records, readRecords, statusIn, versionRead } from "./records.ts";
import type { Subject } from "./subject.ts";
import { eventView, wireOf } from "./views.ts";

/** How many versions are listed unless a number is given. */
const defaultVersions = 20;

/** Everything that the records say of one node. */
export async function assetView(
  subject: Subject,
  name: string,
  { versions: limit = defaultVersions, before, partition }: AssetQuery,
): Promise<AssetView> {
  const records = await readRecords(subject);
  const own = nodeRecordsOf(subject, records, name);
  const { definition, computation } = own.node;
  checkPartition(subject, own, partition, records);
  const filter = { ...(partition !== undefined && { partition }) };
  const read = (types: readonly EventType[], most: number, page: { readonly before?: number } = {}): Promise<readonly AnyEvent[]> =>
    subject.storage.getEventsForAsset(name, { ...filter, ...page, types, limit: most });
  const made: readonly EventType[] = ["Materialization", "Observation"];
  const [events, [newest], [failed]] = await Promise.all([
    read(made, limit + 1, { ...(before !== undefined && { before }) }),
    read(made, 1),
    read(["StepFailure"], 1),
  ]);
  const latest = newest as StoredEvent | undefined;
  if (latest !== undefined) subject.note(latest);
  const versions = (events as readonly StoredEvent[]).slice(0, limit);
  const { description } = definition.metadata;
  const row = nodeRow(subject, own, records.loadingContext);
  const told = description?.kind === "Text" || description?.kind === "Markdown" ? description.value : undefined;
  const isFailed = failed !== undefined && (row.status === "Failed" || failed.id > (latestIn(own, partition)?.lastEventId ?? 0));
  const ofPartition = partition === undefined ? undefined : latestView(subject, own, partition);
  const isBefore = events.length > limit;
  return {
    ...row,
    ...(partition !== undefined && { status: statusIn(own, partition), causes: causesIn(own, partition) }),
    ...(ofPartition && { latest: ofPartition }),
    ...(told !== undefined && { description: told }),
    declared: wireOf(definition.metadata),
    metadata: wireOf(latest?.metadata ?? {}),
    versions: versions.map((event) => versionRow(subject, own, event)),
    ...(isBefore && { next: versions.at(-1)?.id ?? 0 }),
    inputs: inputSources({ definition, computation }).flatMap((source) => inputLink(source, own, partition, records) ?? []),
    usedBy: usersOf(own, partition, records),
    stored: storedView(subject, own, latest),
    ...(isFailed && { failure: eventView(failed) }),
  };
}

/** The records of a node. @throws `NotFound` for an unknown name */
export function nodeRecordsOf(subject: Subject, { byName }: Records, name: string): NodeRecords {
  return byName.get(subject.node(name).definition.name) as NodeRecords;
}

/** @throws `NotFound` for a partition that the definition does not have and that was never made */
export function checkPartition(
  { partitions: indexes }: Subject,
  { node, partitions }: NodeRecords,
  partition: string | undefined,
  { loadingContext }: Pick<Records, "loadingContext">,
): void {
  if (partition === undefined) return;
  const { name, partitions: definition } = node.definition;
  if (definition !== undefined && (partitions.has(partition) || indexes.of(definition, loadingContext).positions.has(partition))) return;
  const reason = definition === undefined ? "it has no partitions" : `its partitions are ${definition.describe(loadingContext)}`;
  throw new EdgewaterError("NotFound", `Unknown partition ${JSON.stringify(partition)} of ${JSON.stringify(name)}: ${reason}`, {
    asset: name,
    partition,
  });
}

function versionRow(subject: Subject, records: NodeRecords, event: StoredEvent): VersionRow {
  const { id, eventType, timestamp, runId, partitionKey, dataVersion, codeVersion, metadata, inputDataVersions } = event;
  const partition = partitionKey && String(partitionKey);
  return {
    eventId: id,
    type: eventType,
    at: timestamp,
    runId,
    ...(partition !== undefined && { partition }),
    dataVersion,
    ...(codeVersion !== undefined && { codeVersion }),
    metadata: wireOf(metadata),
    inputs: inputDataVersions,
    isKept: isKept(subject, records, event),
  };
}

/** Whether the value of an event is stored, as far as the records say. */
export function isKept({ context }: Subject, records: NodeRecords, { id, eventType, partitionKey, stored }: StoredEvent): boolean {
  const latest = latestIn(records, partitionKey && String(partitionKey));
  if (eventType === "Observation") return latest?.lastEventId === id;
  if (latest?.lastFound === "Missing") return false;
  if (latest?.lastMaterializationId === id) return true;
  const path = stored?.path;
  if (path === undefined || handlerOf({ definition: records.node.definition, key: undefined }, context).history === undefined) return false;
  // Before the handler had a history, each write replaced the value at the same path.
  return path !== latest?.lastStored?.path || stored?.digest === latest?.lastStored?.digest;
}

function inputLink(
  { name, mapping }: { readonly name: string; readonly mapping: string | undefined },
  own: NodeRecords,
  partition: string | undefined,
  records: Records,
): LinkRow | undefined {
  const input = records.byName.get(name);
  if (input === undefined) return undefined;
  const isKeyed = input.node.definition.partitions !== undefined;
  const key = isKeyed ? partition : undefined;
  const read = versionRead(latestIn(own, partition), name, key);
  const latest = isKeyed && key === undefined ? undefined : latestIn(input, key)?.lastDataVersion;
  return {
    name,
    kind: input.node.definition.kind,
    status: statusIn(input, key),
    ...(mapping !== undefined && { mapping }),
    ...(read !== undefined && { read }),
    ...(latest !== undefined && { latest }),
    isCurrent: !causesIn(own, partition).some(({ upstream }) => upstream === name),
  };
}

function usersOf(own: NodeRecords, partition: string | undefined, records: Records): readonly LinkRow[] {
  const { name, partitions } = own.node.definition;
  const latest = partitions !== undefined && partition === undefined ? undefined : latestIn(own, partition)?.lastDataVersion;
  return records.nodes.flatMap((user): readonly LinkRow[] => {
    const source = inputSources(user.node).find((each) => each.name === name);
    if (source === undefined) return [];
    const isKeyed = user.node.definition.partitions !== undefined;
    const key = isKeyed ? partition : undefined;
    const read = versionRead(latestIn(user, key), name, partitions === undefined ? undefined : partition);
    return [
      {
        name: user.node.definition.name,
        kind: user.node.definition.kind,
        status: statusIn(user, key),
        ...(source.mapping !== undefined && { mapping: source.mapping }),
        ...(read !== undefined && { read }),
        ...(latest !== undefined && { latest }),
        isCurrent: !causesIn(user, key).some(({ upstream }) => upstream === name),
      },
    ];
  });
}

function storedView({ context }: Subject, { node }: NodeRecords, latest: StoredEvent | undefined): StoredView {
  const handler = handlerOf({ definition: node.definition, key: undefined }, context);
  const { path, etag, digest } = latest?.stored ?? {};
  return {
    handler: handler.constructor.name,
    ...(path !== undefined && { path }),
    ...(etag !== undefined && { etag }),
    ...(digest !== undefined && { digest }),
    hasHistory: handler.history !== undefined,
  };
}
