import { metadataFromWire, metadataToWire } from "../metadata/metadata-json.ts";
import { isMetadataValue } from "../metadata/metadata-value.ts";
import { PartitionKey } from "../partition/partition-key.ts";
import type { AnyEvent, NewEvent } from "./events.ts";
import type { AssetDefinition, RunRecord } from "./records.ts";

/** An event as plain JSON. Fields that are undefined are left out when it is written. */
export type EventJson = Readonly<Record<string, unknown>>;

/** The metadata of an event as plain JSON. */
export function metadataJson(metadata: AnyEvent["metadata"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, metadataToWire(value)]));
}

/** The metadata that {@link metadataJson} wrote. @throws `MetadataError` */
export function metadataFrom(json: Readonly<Record<string, unknown>>): AnyEvent["metadata"] {
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, metadataFromWire(value)]));
}

/** The fields of an event that only some types of events have, as plain JSON. */
export type EventDetails = Readonly<Record<string, unknown>>;

const detailNames = [
  "inputEventIds",
  "stored",
  "fingerprint",
  "failure",
  "reason",
  "unchanged",
  "found",
  "materializationId",
  "status",
  "attempt",
] as const;

/** The details of an event; undefined when it has none. */
export function detailsOf(event: AnyEvent | NewEvent): EventDetails | undefined {
  const all = event as Readonly<Record<string, unknown>>;
  const given = detailNames.filter((name) => all[name] !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given.map((name) => [name, all[name]]));
}

/** An event as plain JSON. The order of its fields is part of the export format. */
export function eventJson(event: AnyEvent | NewEvent): EventJson {
  const { id, eventType, assetKey, partitionKey, runId, timestamp, dataVersion, codeVersion, inputDataVersions, metadata } = event;
  const key = partitionKey && { partitionKey: partitionKey.toJSON() };
  const rest = { runId, timestamp, dataVersion, codeVersion, inputDataVersions, metadata: metadataJson(metadata) };
  return { id, eventType, assetKey, ...key, ...rest, ...detailsOf(event) };
}

/** The event that {@link eventJson} wrote. @throws `MetadataError`, `PartitionError` */
export function eventFrom(json: EventJson): AnyEvent {
  const { id, eventType, assetKey, partitionKey, runId, timestamp, dataVersion, codeVersion, inputDataVersions, metadata } = json as Omit<
    AnyEvent,
    "partitionKey" | "metadata"
  > & { readonly partitionKey?: unknown; readonly metadata: Readonly<Record<string, unknown>> };
  return {
    id,
    eventType,
    assetKey,
    partitionKey: partitionKey === undefined ? undefined : PartitionKey.fromJSON(partitionKey),
    runId,
    timestamp,
    dataVersion,
    codeVersion,
    inputDataVersions,
    metadata: metadataFrom(metadata),
    ...detailsOf(json as unknown as AnyEvent),
  } as AnyEvent;
}

/** A copy of plain JSON data, as a database would keep it. */
export function jsonCopy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** A copy of an event with this id that a later change of the original does not reach. */
export function eventCopy(event: AnyEvent | NewEvent, id: number): AnyEvent {
  const { eventType, assetKey, partitionKey, runId, timestamp, dataVersion, codeVersion, inputDataVersions, metadata } = event;
  const details = detailsOf(event);
  return {
    id,
    eventType,
    assetKey,
    partitionKey,
    runId,
    timestamp,
    dataVersion,
    codeVersion,
    inputDataVersions: { ...inputDataVersions },
    // Values of a factory never change.
    metadata: Object.values(metadata).every(isMetadataValue) ? { ...metadata } : metadataFrom(metadataJson(metadata)),
    ...(details && jsonCopy(details)),
  } as AnyEvent;
}

/** A run that was read from JSON, with the undefined fields that JSON leaves out. */
export function runFrom(json: RunRecord): RunRecord {
  return { ...json, endTime: json.endTime };
}

/** A definition that was read from JSON, with the undefined fields that JSON leaves out. */
export function definitionFrom(json: AssetDefinition): AssetDefinition {
  const dependencies = json.dependencies.map(({ assetKey, mapping }) => ({ assetKey, mapping }));
  return { ...json, group: json.group, codeVersion: json.codeVersion, dependencies, partitions: json.partitions };
}
