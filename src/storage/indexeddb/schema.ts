import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import { PartitionKey } from "../../partition/partition-key.ts";
import type { EventJson } from "../record-json.ts";
import type { AssetDefinition, LatestRecord, Lease, LogRecord, RunRecord, RunStatus, TickRecord } from "../records.ts";
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

/** A lease as it is stored: `step` is empty for the lease of the run, `at` is the time of the last beat by the wall clock. */
export interface LeaseRow extends Omit<Lease, "step" | "ageMs"> {
  readonly step: string;
  readonly at: number;
}

/** A commit that came with an id: the id of its last event, undefined for an id that was given up, and the time by the wall clock. */
export interface CommitRow {
  readonly id: string;
  readonly lastId: number | undefined;
  readonly at: number;
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
  leases: { key: [string, string]; value: LeaseRow };
  commits: { key: string; value: CommitRow; indexes: { byTime: number } };
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
  dynamicPartitions: {
    key: [string, string];
    value: { readonly definition: string; readonly key: string; readonly position: number };
    indexes: { byPosition: number };
  };
}

/** The names of all object stores: a commit locks all of them. */
export const storeNames = [
  "meta",
  "events",
  "latest",
  "assets",
  "runs",
  "leases",
  "commits",
  "logs",
  "ticks",
  "kv",
  "dynamicPartitions",
] as const;

/** Creates the stores of schema version 2. */
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
  createDynamicPartitions(database);
  createLeases(database);
  createCommits(database);
}

/**
 * Brings schema version 1 to version 2, within the transaction of the upgrade. The store `dynamic` of version 1 gets another
 * name: every commit of version 1 opens it, so that an old tab cannot write any more.
 */
export async function migrateFrom1(database: IDBPDatabase<Schema>, transaction: UpgradeTransaction): Promise<void> {
  createLeases(database);
  createCommits(database);
  createDynamicPartitions(database);
  const renamed = transaction.objectStore("dynamicPartitions");
  const old = transaction.objectStore("dynamic" as never) as unknown as typeof renamed;
  for (const row of await old.getAll()) await renamed.put(row);
  database.deleteObjectStore("dynamic" as never);
  await transaction.objectStore("meta").put(currentStamp, "stamp");
}

/** Whether a database has the stores of schema version 1. */
export function isVersion1(database: IDBPDatabase<Schema>): boolean {
  const added: readonly string[] = ["leases", "commits", "dynamicPartitions"];
  const names = [...storeNames.filter((name) => !added.includes(name)), "dynamic"];
  return database.objectStoreNames.length === names.length && names.every((name) => database.objectStoreNames.contains(name as never));
}

/** The transaction of an upgrade. */
export type UpgradeTransaction = IDBPTransaction<Schema, StoreNames<Schema>[], "versionchange">;

function createLeases(database: IDBPDatabase<Schema>): void {
  database.createObjectStore("leases", { keyPath: ["runId", "step"] });
}

function createCommits(database: IDBPDatabase<Schema>): void {
  database.createObjectStore("commits", { keyPath: "id" }).createIndex("byTime", "at");
}

function createDynamicPartitions(database: IDBPDatabase<Schema>): void {
  database.createObjectStore("dynamicPartitions", { keyPath: ["definition", "key"] }).createIndex("byPosition", "position");
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
