/** Records as plain JSON for views: keys in their display form, metadata in its wire form, without fields that are undefined. */
import { type MetadataWire, metadataToWire } from "../metadata/metadata-json.ts";
import type { Metadata } from "../metadata/metadata-value.ts";
import type { AnyEvent, Lease, RunRecord } from "../storage/types.ts";
import type { EventView, LatestView, RunRow } from "./inspection.ts";

/** Metadata in its wire form. */
export function wireOf(metadata: Metadata): MetadataWire {
  const wire: Record<string, MetadataWire[string]> = {};
  // A name such as `__proto__` is a name like others.
  for (const [name, value] of Object.entries(metadata))
    Object.defineProperty(wire, name, { value: metadataToWire(value), enumerable: true, configurable: true, writable: true });
  return wire;
}

/** An event as a view. */
export function eventView(event: AnyEvent): EventView {
  const { id, eventType, assetKey, partitionKey, runId, timestamp, dataVersion, codeVersion, metadata } = event;
  return {
    id,
    type: eventType,
    at: timestamp,
    runId,
    ...(assetKey !== undefined && { asset: assetKey }),
    ...(partitionKey !== undefined && { partition: String(partitionKey) }),
    ...(dataVersion !== undefined && { dataVersion }),
    ...(codeVersion !== undefined && { codeVersion }),
    metadata: wireOf(metadata),
    ...("failure" in event && event.failure && { failure: event.failure }),
    ...("reason" in event && event.reason !== undefined && { reason: event.reason }),
    ...("unchanged" in event && event.unchanged && { unchanged: true }),
    ...("status" in event && { status: event.status }),
    ...("found" in event && { found: event.found }),
  };
}

/** A run as a row of a list, with the time since its owner was heard of while it has not ended. */
export function runRow(run: RunRecord, lease?: Lease): RunRow {
  const { runId, status, kind = "materialize", startTime, endTime, nodeNames, partitionKeys = [], tags, attempt = 1 } = run;
  const silentMs = endTime === undefined && lease !== undefined ? Math.max(0, Math.round(lease.ageMs)) : undefined;
  return {
    runId,
    status,
    kind,
    startedAt: startTime,
    ...(endTime !== undefined && { endedAt: endTime }),
    nodes: nodeNames,
    ...(partitionKeys.length > 0 && { partitions: partitionKeys.length }),
    tags,
    attempt,
    ...(silentMs !== undefined && { silentMs }),
  };
}

/** Names of metadata that say how many rows there are. */
const rowNames: readonly string[] = ["rows", "row_count", "num_rows", "dagster/row_count", "count"];

/** What metadata says about the size of a value: its rows, or its bytes. */
export function sizeOf(metadata: Metadata): LatestView["size"] {
  for (const name of rowNames) {
    const value = numberOf(metadata[name]);
    if (value !== undefined) return { name: "rows", value };
  }
  const bytes = numberOf(metadata["size_bytes"]);
  return bytes === undefined ? undefined : { name: "bytes", value: bytes };
}

/** The number of metadata; undefined for other metadata, and for a number that JSON cannot write. */
export function numberOf(value: Metadata[string] | undefined): number | undefined {
  if (value === undefined) return undefined;
  const { kind } = value;
  if (kind !== "Int" && kind !== "Float" && kind !== "Bytes" && kind !== "Duration" && kind !== "Percentage") return undefined;
  const number = Number(value.value);
  return Number.isFinite(number) ? number : undefined;
}
