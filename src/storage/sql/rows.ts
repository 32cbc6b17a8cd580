import { PartitionKey } from "../../partition/partition-key.ts";
import type { AnyEvent } from "../events.ts";
import { type EventDetails, metadataFrom } from "../record-json.ts";
import type { LatestRecord, Lease } from "../records.ts";
import type { Row, SqlValue } from "./driver.ts";

/** The event of a row. */
export function eventOf(row: Row): AnyEvent {
  return {
    id: Number(row["id"]),
    eventType: row["event_type"],
    // Events of runs have no asset.
    assetKey: row["asset_key"] || undefined,
    partitionKey: partitionOf(row),
    runId: row["run_id"],
    timestamp: Number(row["timestamp"]),
    dataVersion: textOf(row["data_version"]),
    codeVersion: textOf(row["code_version"]),
    inputDataVersions: json(row["inputs"]),
    metadata: metadataFrom(json(row["metadata"])),
    ...(typeof row["details"] === "string" && json<EventDetails>(row["details"])),
  } as AnyEvent;
}

/** The latest record of a row. */
export function latestOf(row: Row): LatestRecord {
  return {
    assetKey: row["asset_key"] as string,
    partitionKey: partitionOf(row),
    firstId: numberOf(row["first_id"]),
    lastEventId: numberOf(row["event_id"]),
    lastMaterializationId: numberOf(row["materialization_id"]),
    lastFailureId: numberOf(row["failure_id"]),
    lastRunId: textOf(row["run_id"]),
    lastTimestamp: numberOf(row["timestamp"]),
    lastDataVersion: textOf(row["data_version"]),
    lastMaterializationCodeVersion: textOf(row["code_version"]),
    lastInputDataVersions: json(row["inputs"]),
    lastStored: typeof row["stored"] === "string" ? json(row["stored"]) : undefined,
    lastFingerprint: textOf(row["fingerprint"]),
    lastFound: textOf(row["found"]) as LatestRecord["lastFound"],
  };
}

/** The lease of a row. */
export function leaseOf(row: Row): Lease {
  return {
    runId: row["run_id"] as string,
    step: textOf(row["step"] || null),
    owner: row["owner"] as string,
    attempt: Number(row["attempt"]),
    beat: Number(row["beat"]),
    ttlMs: Number(row["ttl_ms"]),
    holder: textOf(row["holder"]),
    ageMs: Number(row["age_ms"]),
  };
}

/** The value of a column of JSON text. */
export function json<Value>(text: SqlValue | undefined): Value {
  return (text === "{}" ? {} : JSON.parse(text as string)) as Value;
}

function partitionOf(row: Row): PartitionKey | undefined {
  const text = row["partition_key"];
  return text === null || text === undefined ? undefined : PartitionKey.fromJSON(json(text));
}

function textOf(value: SqlValue | undefined): string | undefined {
  return (value ?? undefined) as string | undefined;
}

/** A number; Postgres returns a BIGINT as text. */
function numberOf(value: SqlValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}
