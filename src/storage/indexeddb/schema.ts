import type { DBSchema, IDBPDatabase } from "idb";
import { PartitionKey } from "../../partition/partition-key.ts";
import type { EventJson } from "../record-json.ts";
import type { AssetDefinition, LatestRecord, LogRecord, RunRecord, RunStatus, TickRecord } from "../records.ts";
import { currentStamp, type Stamp } from "../schema-version.ts";

/** The last numbers that were given: to events, and to every other row that has an order. */
export interface Counter {
  readonly lastId: number;
  readonly lastPosition: number;
}

/** A latest record as it is stored: with its partition id as `place`, and the partition key in its JSON form. */
export interface LatestRow extends Omit<LatestRecord, "partitionKey"> {
  readonly place: string;
  readonly partitionKey: unknown;
}

/** The object stores of the database. `place` is a partition id; `position` orders rows. */
export interface Schema extends DBSchema {
  meta: { key: "stamp" | "counter"; value: Stamp | Counter };
  events: {
    key: number;
    value: EventJson & { readonly place: string };
    indexes: { byAsset: [string, number]; byPlace: [string, string, number]; byRun: [string, number] };
  };
  latest: { key: [string, string]; value: LatestRow; indexes: { byPlace: [string, string] } };
  assets: { key: string; value: AssetDefinition };
  runs: {
    key: string;
    value: { readonly position: number; readonly status: RunStatus; readonly run: RunRecord };
    indexes: { byPosition: number; byStatus: [RunStatus, number] };
  };
  logs: {
    key: number;
    value: { readonly runId: string; readonly position: number; readonly log: LogRecord };
    indexes: { byRun: [string, number] };
  };
  ticks: {
    key: number;
    value: { readonly name: string; readonly position: number; readonly tick: TickRecord };
    indexes: { byName: [string, number] };
  };
  kv: { key: string; value: { readonly key: string; readonly value: Uint8Array } };
  dynamic: {
    key: [string, string];
    value: { readonly definition: string; readonly key: string; readonly position: number };
    indexes: { byPosition: number };
  };
}

/** The names of all object stores: a commit locks all of them. */
export const storeNames = ["meta", "events", "latest", "assets", "runs", "logs", "ticks", "kv", "dynamic"] as const;

/** Creates schema version 1. */
export function create(database: IDBPDatabase<Schema>): void {
  const meta = database.createObjectStore("meta");
  meta.put(currentStamp, "stamp");
  meta.put({ lastId: 0, lastPosition: 0 }, "counter");
  const events = database.createObjectStore("events", { keyPath: "id" });
  events.createIndex("byAsset", ["assetKey", "id"]);
  events.createIndex("byPlace", ["assetKey", "place", "id"]);
  events.createIndex("byRun", ["runId", "id"]);
  const latest = database.createObjectStore("latest", { keyPath: ["assetKey", "place"] });
  latest.createIndex("byPlace", ["place", "assetKey"]);
  database.createObjectStore("assets", { keyPath: "assetKey" });
  const runs = database.createObjectStore("runs", { keyPath: "run.runId" });
  runs.createIndex("byPosition", "position");
  runs.createIndex("byStatus", ["status", "position"]);
  database.createObjectStore("logs", { keyPath: "position" }).createIndex("byRun", ["runId", "position"]);
  database.createObjectStore("ticks", { keyPath: "position" }).createIndex("byName", ["name", "position"]);
  database.createObjectStore("kv", { keyPath: "key" });
  database.createObjectStore("dynamic", { keyPath: ["definition", "key"] }).createIndex("byPosition", "position");
}

/** The row of a latest record. */
export function latestRow({ partitionKey, ...record }: LatestRecord, place: string): LatestRow {
  return { ...record, place, partitionKey: partitionKey?.toJSON() };
}

/** The latest record of a row. */
export function latestFrom({ place: _, partitionKey, ...record }: LatestRow): LatestRecord {
  return { ...record, partitionKey: partitionKey === undefined ? undefined : PartitionKey.fromJSON(partitionKey) };
}

/** The range of compound keys that start with these parts: an array sorts behind every text and number. */
export function startingWith(...parts: readonly (string | number)[]): IDBKeyRange {
  return IDBKeyRange.bound([...parts], [...parts, []]);
}
