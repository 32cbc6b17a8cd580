import { EdgewaterError } from "../errors.ts";
import type { PartitionLoadingContext, PartitionsDefinition } from "../partition/partitions-definition.ts";
import { readBackfilled } from "../storage/backfill-record.ts";
import type { StepEvent, StoredEvent } from "../storage/types.ts";
import { nodeRecordsOf } from "./asset-view.ts";
import type { InspectedStatus, PartitionRow, PartitionRowsQuery, PartitionShape, PartitionsQuery, PartitionsView } from "./inspection.ts";
import { measureOf, measuresOf } from "./measures.ts";
import { countPartitions, latestView } from "./node-rows.ts";
import type { PartitionIndex } from "./partition-index.ts";
import { latestIn, type NodeRecords, type Records, readRecords, statusIn } from "./records.ts";
import type { Subject } from "./subject.ts";
import { wireOf } from "./views.ts";

/** How many rows there are in one answer at most. */
const mostRows = 500;
/** How many events are read at the same time. */
const concurrency = 32;

/** All partitions of an asset as runs of equal status, with one work for each key. */
export async function partitionsView(subject: Subject, name: string, { measure }: PartitionsQuery): Promise<PartitionsView> {
  const records = await readRecords(subject);
  const own = nodeRecordsOf(subject, records, name);
  const { definition, index } = partitionsOf(subject, own, records);
  const statuses: [InspectedStatus, number][] = [];
  for (const partition of index.names) {
    const status = statusIn(own, partition);
    const last = statuses.at(-1);
    if (last?.[0] === status) last[1]++;
    else statuses.push([status, 1]);
  }
  const measures = await measuresOf(subject, own);
  if (measure !== undefined && !measures.includes(measure)) {
    const message = `Unknown measure ${JSON.stringify(measure)} of the partitions of ${JSON.stringify(name)}; it has ${measures.join(", ")}`;
    throw new EdgewaterError("NotFound", message, { asset: name, field: "measure" });
  }
  const values = measure === undefined ? undefined : await measureOf(subject, own, index, measure);
  const removed = [...own.partitions].filter(
    ([key, { firstId, lastFound }]) => firstId !== undefined && lastFound !== "Missing" && !index.positions.has(key),
  );
  return {
    shape: shapeOf(definition, index, records.loadingContext),
    total: index.names.length,
    counts: countPartitions(subject, own, records.loadingContext),
    statuses,
    measures,
    ...(values && measure !== undefined && { measure: { name: measure, values } }),
    removed: removed.length,
  };
}

/** The keys and the latest of some partitions, by their position. */
export async function partitionRows(
  subject: Subject,
  name: string,
  { from, to }: PartitionRowsQuery,
  records: Records,
): Promise<readonly PartitionRow[]> {
  const own = nodeRecordsOf(subject, records, name);
  const { index } = partitionsOf(subject, own, records);
  const names = index.names.slice(from, Math.min(to, from + mostRows));
  const backfillOf = await readBackfilled(subject.storage);
  const rows: PartitionRow[] = [];
  for (let start = 0; start < names.length; start += concurrency) {
    const group = names.slice(start, start + concurrency).map(async (key, offset): Promise<PartitionRow> => {
      const status = statusIn(own, key);
      const [event, failed] = await Promise.all([
        eventOf(subject, own, key),
        status === "Failed" ? lastFailure(subject, own, key) : undefined,
      ]);
      const latest = latestView(subject, own, key);
      const madeBy = own.running.get(key) ?? backfillOf(name, key, latestIn(own, key));
      return {
        position: from + start + offset,
        key,
        status,
        ...(latest && { latest }),
        metadata: wireOf(event?.metadata ?? {}),
        ...(failed?.failure && { failure: failed.failure }),
        ...(madeBy !== undefined && { madeBy }),
      };
    });
    rows.push(...(await Promise.all(group)));
  }
  return rows;
}

/** The partitions of a node. @throws `PartitionError` for one without partitions */
export function partitionsOf(
  { partitions }: Subject,
  { node }: NodeRecords,
  { loadingContext }: Pick<Records, "loadingContext">,
): { readonly definition: PartitionsDefinition; readonly index: PartitionIndex } {
  const { name, partitions: definition } = node.definition;
  if (definition !== undefined) return { definition, index: partitions.of(definition, loadingContext) };
  const message = `Cannot list the partitions of ${JSON.stringify(name)}: it has none`;
  throw new EdgewaterError("PartitionError", message, { asset: name });
}

async function eventOf(subject: Subject, own: NodeRecords, key: string): Promise<StoredEvent | undefined> {
  const id = latestIn(own, key)?.lastEventId;
  if (id === undefined) return undefined;
  const options = { partition: key, after: id - 1, before: id + 1, limit: 1 };
  const [event] = await subject.storage.getEventsForAsset(own.node.definition.name, options);
  if (event !== undefined) subject.note(event);
  return event;
}

async function lastFailure({ storage }: Subject, own: NodeRecords, key: string): Promise<StepEvent | undefined> {
  const options = { partition: key, types: ["StepFailure"], limit: 1 } as const;
  const [event] = await storage.getEventsForAsset(own.node.definition.name, options);
  return event as StepEvent | undefined;
}

function shapeOf(definition: PartitionsDefinition, index: PartitionIndex, loadingContext: PartitionLoadingContext): PartitionShape {
  if (definition.kind === "time") {
    const starts = index.names.map((key) => startOf(definition.timeWindow(key)?.start));
    const stepMs = starts.length > 1 ? (starts[1] as number) - (starts[0] as number) : undefined;
    const isEven =
      stepMs !== undefined && starts.every((start, position) => position === 0 || start - (starts[position - 1] as number) === stepMs);
    return { kind: "time", starts, ...(isEven && { stepMs }), timeZone: definition.timeZone ?? "UTC" };
  }
  const dimensions = definition.kind === "multi" ? Object.entries(definition.dimensions) : [];
  const [first, second] = dimensions.map(([name, each]) => ({ name, keys: each.keys(loadingContext).map(String) }));
  if (dimensions.length === 2 && first && second) return { kind: "multi", dimensions: [first, second] };
  return { kind: "keys" };
}

/** The begin of a window in milliseconds. A text without a zone counts as UTC. */
function startOf(text = ""): number {
  return Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
}
