/** Numbers of partitions, by which they are coloured. */
import type { AnyEvent, EventType, StoredEvent } from "../storage/types.ts";
import type { PartitionIndex } from "./partition-index.ts";
import type { NodeRecords } from "./records.ts";
import type { Subject } from "./subject.ts";
import { numberOf } from "./views.ts";

/** Of how many of the newest events the names of metadata are read. */
const sampled = 200;
/** How many events are read at once. */
const pageSize = 5000;

/** The names of the measures of an asset: its status, its age, how long it took, and its numeric metadata. */
export async function measuresOf({ storage }: Subject, { node }: NodeRecords): Promise<readonly string[]> {
  const names = new Set(["status", "age", "seconds"]);
  for (const { metadata } of await storage.getEventsForAsset(node.definition.name, { limit: sampled }))
    for (const [name, value] of Object.entries(metadata)) if (numberOf(value) !== undefined) names.add(name);
  return [...names];
}

/** A measure of each partition, in their order; null where it is not known. That of the status is undefined: it is no number. */
export async function measureOf(
  subject: Subject,
  own: NodeRecords,
  { names }: PartitionIndex,
  measure: string,
): Promise<readonly (number | null)[] | undefined> {
  if (measure === "status") return undefined;
  const now = Date.now();
  if (measure === "age") {
    return names.map((key) => {
      const at = own.partitions.get(key)?.lastTimestamp;
      return at === undefined ? null : Math.max(0, (now - at) / 1000);
    });
  }
  const values = measure === "seconds" ? await secondsOf(subject, own) : await metadataOf(subject, own, measure);
  return names.map((key) => values.get(key) ?? null);
}

/** Whether an event is the latest of its partition. */
function isLatest({ partitions }: NodeRecords, { id, partitionKey }: AnyEvent): boolean {
  return partitionKey !== undefined && partitions.get(String(partitionKey))?.lastEventId === id;
}

async function metadataOf(subject: Subject, own: NodeRecords, measure: string): Promise<ReadonlyMap<string, number>> {
  const values = new Map<string, number>();
  let left = own.partitions.size;
  for await (const event of eventsOf(subject, own.node.definition.name, ["Materialization", "Observation"])) {
    if (!isLatest(own, event)) continue;
    const value = numberOf((event as StoredEvent).metadata[measure]);
    if (value !== undefined) values.set(String(event.partitionKey), value);
    if (--left === 0) break;
  }
  return values;
}

/** How long the last step of each partition took: from its start, or that of its batch, until it was recorded. */
async function secondsOf(subject: Subject, own: NodeRecords): Promise<ReadonlyMap<string, number>> {
  const { definition, computation } = own.node;
  const ended = new Map<string, AnyEvent>();
  const values = new Map<string, number>();
  const isSame = computation.name === definition.name;
  if (!isSame) for await (const event of eventsOf(subject, definition.name, ["Materialization", "Observation"])) end(event);
  for await (const event of eventsOf(subject, computation.name, isSame ? ["StepStart", "Materialization", "Observation"] : ["StepStart"])) {
    if (event.eventType !== "StepStart") end(event);
    else for (const key of event.partitionKey === undefined ? [...ended.keys()] : [String(event.partitionKey)]) start(key, event);
    if (values.size === own.partitions.size) break;
  }
  return values;

  function end(event: AnyEvent): void {
    if (isLatest(own, event)) ended.set(String(event.partitionKey), event);
  }

  function start(key: string, event: AnyEvent): void {
    const last = ended.get(key);
    if (last === undefined || last.runId !== event.runId || last.id < event.id) return;
    values.set(key, Math.max(0, (last.timestamp - event.timestamp) / 1000));
    ended.delete(key);
  }
}

/** The events of an asset, newest first, page by page. */
async function* eventsOf({ storage }: Subject, asset: string, types: readonly EventType[]): AsyncGenerator<AnyEvent, void, void> {
  for (let before: number | undefined; ; ) {
    const page = (await storage.getEventsForAsset(asset, {
      types,
      limit: pageSize,
      ...(before !== undefined && { before }),
    })) as readonly AnyEvent[];
    yield* page;
    before = page.at(-1)?.id;
    if (page.length < pageSize) return;
  }
}
