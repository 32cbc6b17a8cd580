/** Every function and class that takes an object of options: how to call it, and options that are right. */
import * as edgewater from "edgewater";
import { AzureStore } from "edgewater/azure";
import { cloudflareQueue, cloudflareWorkflow, consumeSteps } from "edgewater/cloudflare";
import { cronPartitions, cronTickPassed, onCron } from "edgewater/cron";
import { d1 } from "edgewater/d1";
import { dbos } from "edgewater/dbos";
import { columns, DeltaIOHandler, DeltaTable, rows, tableSchema } from "edgewater/delta";
import { loadDotenv } from "edgewater/dotenv";
import { durableObject } from "edgewater/durable-object";
import { GCSStore } from "edgewater/gcs";
import { HTTPStore } from "edgewater/http";
import { IndexedDBStore } from "edgewater/indexeddb";
import { kubernetes } from "edgewater/kubernetes";
import { KVStore } from "edgewater/kv";
import { LocalStore } from "edgewater/local";
import { openStore } from "edgewater/open";
import { parallel } from "edgewater/parallel";
import { type Boss, pgBoss } from "edgewater/pg-boss";
import { postgres } from "edgewater/postgres";
import { R2Store } from "edgewater/r2";
import { bearer, remote, serveStorage } from "edgewater/remote";
import { restate } from "edgewater/restate";
import { S3Store } from "edgewater/s3";
import { superjsonSerializer } from "edgewater/serializer";
import { sqlite } from "edgewater/sqlite";
import { randomFaults, temporaryRepository } from "edgewater/testing";
import { requireConditions, withCache, withRetry } from "edgewater/with";
import * as v from "valibot";
import { storeEntries } from "./store-entries.ts";

const { asset, MemoryStore, PartitionMapping, Repository, staticPartitions, Storage } = edgewater;

/** One function with options. */
export interface Entry {
  readonly name: string;
  /** Options that are right; required ones at least. */
  readonly right: Readonly<Record<string, unknown>>;
  /** Calls it. May return a promise, or an async iterable. */
  readonly call: (options: never) => unknown;
}

const store = new MemoryStore();
const writeBack = withCache(store, new MemoryStore(), { mode: "write-back" });
const table = tableSchema({ id: "long" });
const delta = DeltaTable.create(new MemoryStore(), "table", { schema: table });
const one = asset({ name: "one" }, () => 1);
const days = staticPartitions(["a", "b"]);
const restateContext = { run: (): never => method(), request: () => ({ attemptCompletedSignal: new AbortController().signal }) };
const dbosSteps = { runStep: (): never => method(), isInWorkflow: () => false, stepStatus: undefined };
const external = edgewater.externalAsset({ name: "external", ioHandler: new edgewater.InMemoryIOHandler() }, () => edgewater.Observation());
const keys = { accessKeyId: "id", secretAccessKey: "key" };
const compute = (): number => 1;
const method = (): never => {
  throw new Error("not called");
};
/** A step of a run that nobody makes. */
const request = {
  protocol: 1,
  runId: "none",
  owner: "1.none",
  step: "3:one",
  computation: "one",
  outputs: ["one"],
  attempt: 1,
  since: 0,
  plannedAt: 0,
} as const;
/** A back end that cannot be opened. */
const refusing = {
  name: "refusing",
  open: async () => {
    throw new edgewater.EdgewaterError("Unavailable", "This back end cannot be opened");
  },
  migrate: async () => undefined,
};
const boss = Object.fromEntries(
  ["createQueue", "getQueue", "send", "findJobs", "fail", "cancel", "work", "offWork", "notifyWorker"].map((name) => [
    name,
    async () => "id",
  ]),
) as unknown as Boss;
const binding = {
  put: method,
  getWithMetadata: method,
  createMultipartUpload: method,
  prepare: method,
  batch: method,
  transactionSync: method,
};

/**
 * Makes the entries; they share one repository and one Storage.
 *
 * @param folder an empty folder, which the caller removes
 */
export async function makeEntries(folder: string): Promise<readonly Entry[]> {
  const storage = Storage.memory();
  const repository = await Repository.open({ assets: [one, external], storage });
  await repository.materialize();
  const entry = (name: string, right: Entry["right"], call: Entry["call"]): Entry => ({ name, right, call });
  return [
    entry("asset", { name: "a" }, (options) => asset(options, compute as never)),
    entry("asset.partitions", { definition: days }, (options) => asset({ name: "a", partitions: options }, compute as never)),
    entry("asset.retry", {}, (options) => asset({ name: "a", retry: options }, compute)),
    entry("task", { name: "a" }, (options) => edgewater.task(options, compute as never)),
    entry("externalAsset", { name: "a", ioHandler: new edgewater.InMemoryIOHandler() }, (options) => edgewater.externalAsset(options)),
    entry("multiAsset", { name: "a", outputs: { b: {} } }, (options) => edgewater.multiAsset(options, compute as never)),
    entry("multiAsset.outputs", {}, (options) => edgewater.multiAsset({ name: "a", outputs: { b: options } }, () => ({ b: 1 }))),
    entry("input", {}, (options) => edgewater.input(one, options)),
    entry("selfInput", {}, (options) => edgewater.selfInput(options)),
    entry("Output", {}, (options) => edgewater.Output(1, options)),
    entry("Materialization", {}, (options) => edgewater.Materialization(options)),
    entry("Observation", {}, (options) => edgewater.Observation(options)),
    entry("OutputContext", { assetName: "a" }, (options) => new edgewater.OutputContext(options)),
    entry("InputContext", { assetName: "a" }, (options) => new edgewater.InputContext(options)),
    entry("dailyPartitions", { start: "2024-01-01" }, (options) => edgewater.dailyPartitions(options)),
    entry("hourlyPartitions", { start: "2024-01-01" }, (options) => edgewater.hourlyPartitions(options)),
    entry("weeklyPartitions", { start: "2024-01-01", dayOffset: 1 }, (options) => edgewater.weeklyPartitions(options)),
    entry("monthlyPartitions", { start: "2024-01", dayOffset: 2 }, (options) => edgewater.monthlyPartitions(options)),
    entry("intervalPartitions", { start: "2024-01-01", every: 60 }, (options) => edgewater.intervalPartitions(options)),
    entry("cronPartitions", { start: "2024-01-01", cron: "@daily" }, (options) => cronPartitions(options)),
    entry(
      "PartitionContext",
      { keys: [edgewater.PartitionKey.single("a")], definition: days },
      (options) => new edgewater.PartitionContext(options),
    ),
    entry("PartitionMap", {}, (options) => new edgewater.PartitionMap([], async () => 1, options)),
    entry("PartitionMapping.timeWindow", { offset: -1 }, (options) => PartitionMapping.timeWindow(options)),
    entry("PartitionMapping.multiToSingle", {}, (options) => PartitionMapping.multiToSingle("a", options)),
    entry("onCron", {}, (options) => onCron("@daily", options)),
    entry("cloudflareWorkflow", {}, (options) => cloudflareWorkflow({ do: method }, options)),
    entry("cloudflareWorkflow.retries", { limit: 1, delay: 1 }, (options) => cloudflareWorkflow({ do: method }, { retries: options })),
    entry("cloudflareQueue", {}, (options) => cloudflareQueue({ send: method }, options)),
    entry("consumeSteps", {}, (options) => consumeSteps({ messages: [] }, repository, options)),
    entry("kubernetes", { image: "a", command: ["b"], server: "https://cluster.example" }, (options) => kubernetes(options)),
    entry("parallel", { start: method }, (options) => parallel(options)),
    entry("restate", {}, (options) => restate(restateContext, async () => [], options)),
    entry("dbos", {}, (options) => dbos(dbosSteps, options)),
    entry("pgBoss", {}, (options) => pgBoss(boss, options)),
    entry("pgBoss.work", {}, (options) => pgBoss(boss).work(repository, options)),
    entry("cronTickPassed", {}, (options) => cronTickPassed("@daily", options)),
    entry("eager", {}, (options) => edgewater.condition.eager(options)),
    entry("onMissing", {}, (options) => edgewater.condition.onMissing(options)),
    entry("inLatestTimeWindow", {}, (options) => edgewater.condition.inLatestTimeWindow(options)),
    entry("inProcess", {}, (options) => edgewater.inProcess(options)),
    entry("Repository.open", { assets: [one] }, (options) => Repository.open(options).then((opened) => opened.close())),
    entry("Repository.open.retry", {}, (options) => Repository.open({ assets: [], retry: options })),
    entry("repository.materialize", {}, (options) => repository.materialize(options)),
    entry("repository.plan", {}, (options) => repository.plan(options)),
    entry("repository.backfill", { dryRun: true }, (options) => repository.backfill(options)),
    entry("repository.runStep", {}, (options) => repository.runStep(request, options)),
    entry("repository.observe", {}, (options) => repository.observe(undefined, options)),
    entry("repository.load", {}, (options) => repository.load(one, options)),
    entry("repository.write", {}, (options) => repository.write(one, 1, options)),
    entry("repository.rollback", { to: 1 }, (options) => repository.rollback(one, options)),
    entry("repository.prune", { keep: 1 }, (options) => repository.prune(options)),
    entry("repository.wipe", {}, (options) => repository.wipe(one, options)),
    entry("repository.status", {}, (options) => repository.status(options)),
    entry("repository.evaluate", {}, (options) => repository.evaluate(options)),
    entry("repository.automate", {}, (options) => repository.automate(options)),
    entry("Storage.connect", {}, (options) => Storage.connect(refusing, options)),
    entry("storage.getEventsForAsset", {}, (options) => storage.getEventsForAsset("one", options)),
    entry("storage.getEventsForRun", {}, (options) => storage.getEventsForRun("one", options)),
    entry("storage.getRuns", {}, (options) => storage.getRuns(options)),
    entry("storage.subscribe", {}, (options) => void storage.subscribe(options)),
    entry("storage.computeStaleness", {}, (options) => storage.computeStaleness(options)),
    entry("storage.export", {}, (options) => storage.export(options)),
    entry("storage.import", {}, (options) => storage.import([], options)),
    entry("storage.prune", { before: 0 }, (options) => storage.prune(options)),
    entry("Storage.embedded", {}, (options) => Storage.embedded(`${folder}/records`, options).then((opened) => opened.close())),
    entry("sqlite", {}, (options) => sqlite(`${folder}/records.sqlite`, options)),
    entry("BaseIOHandler.with", { envPrefix: "A_" }, (options) =>
      edgewater.BaseIOHandler.with(v.object({ b: v.optional(v.string()) }), options),
    ),
    entry("BaseIOHandler.with.fields", { envPrefix: "A_", fields: { b: "text" } }, (options) =>
      edgewater.BaseIOHandler.with(v.object({ b: v.optional(v.string()) }), options),
    ),
    entry("d1", {}, (options) => d1(binding as never, options)),
    entry("durableObject", {}, (options) => durableObject(binding as never, options)),
    entry("postgres", {}, (options) => postgres("postgres://h/d", options)),
    entry("remote", {}, (options) => remote("https://example.com/records", options)),
    entry("remote.retry", {}, (options) => remote("https://example.com/records", { retry: options })),
    entry("serveStorage", { authorize: () => "none" }, (options) => serveStorage(storage, options)),
    entry("serveStorage.cors", { origins: "*" }, (options) => serveStorage(storage, { authorize: () => "none", cors: options })),
    entry("bearer", {}, (options) => bearer(options)),
    entry("S3Store", { bucket: "b", region: "r", credentials: keys }, (options) => new S3Store(options)),
    entry("S3Store.retry", {}, (options) => new S3Store({ bucket: "b", region: "r", credentials: keys, retry: options })),
    entry("AzureStore", { account: "a", container: "c", credentials: { accountKey: "a2V5" } }, (options) => new AzureStore(options)),
    entry("GCSStore", { bucket: "b", credentials: { accessToken: "t" } }, (options) => new GCSStore(options)),
    entry("HTTPStore", {}, (options) => new HTTPStore("https://example.com", options)),
    entry("LocalStore", {}, (options) => new LocalStore("data", options)),
    entry("IndexedDBStore", {}, (options) => new IndexedDBStore("data", options)),
    entry("R2Store", {}, (options) => new R2Store(binding as never, options)),
    entry("KVStore", {}, (options) => new KVStore(binding as never, options)),
    entry("openStore", {}, (options) => openStore("memory:", options)),
    entry("openStore.s3", { region: "r", credentials: keys }, (options) => openStore("s3://bucket", { s3: options })),
    entry("openStore.az", { credentials: { accountKey: "a2V5" } }, (options) => openStore("az://container?account=a", { az: options })),
    entry("openStore.gs", { credentials: { accessToken: "t" } }, (options) => openStore("gs://bucket", { gs: options })),
    entry("openStore.http", {}, (options) => openStore("https://example.com", { http: options })),
    entry("openStore.file", {}, (options) => openStore("file:///tmp/none", { file: options })),
    entry("openStore.indexeddb", {}, (options) => openStore("indexeddb:data", { indexeddb: options })),
    entry("openStore.kv", {}, (options) => openStore("kv:B", { env: { B: binding }, kv: options })),
    entry("openStore.r2", {}, (options) => openStore("r2:B", { env: { B: binding }, r2: options })),
    entry("withCache", {}, (options) => withCache(store, new MemoryStore(), options)),
    entry("withCache of write-back", { mode: "write-back" }, (options) => withCache(store, new MemoryStore(), options)),
    entry("writeBackStore.flush", {}, (options) => writeBack.flush(options)),
    entry("writeBackStore.pending", {}, (options) => writeBack.pending(options)),
    entry("withRetry", {}, (options) => withRetry(store, options)),
    entry("requireConditions", {}, (options) => requireConditions(new MemoryStore(), options)),
    entry("randomFaults", { seed: 1 }, (options) => randomFaults(options)),
    entry("temporaryRepository", { assets: [one] }, async (options) => (await temporaryRepository(options))[Symbol.asyncDispose]()),
    entry("SuperJsonIOHandler", { store }, (options) => new edgewater.SuperJsonIOHandler(options)),
    entry("SerializedIOHandler", { store, serializer: superjsonSerializer() }, (options) => new edgewater.SerializedIOHandler(options)),
    entry("DeltaIOHandler", { store }, (options) => new DeltaIOHandler(options)),
    entry(
      "DeltaIOHandler.mergeConfig",
      { mergeType: "upsert", predicate: { on: ["id"] } },
      (options) => new DeltaIOHandler({ store, mergeConfig: options }),
    ),
    entry("DeltaIOHandler.writerProperties", {}, (options) => new DeltaIOHandler({ store, writerProperties: options })),
    entry("DeltaIOHandler.commitProperties", {}, (options) => new DeltaIOHandler({ store, commitProperties: options })),
    entry("rows", {}, (options) => rows(table, options)),
    entry("columns", {}, (options) => columns(table, options)),
    entry("DeltaTable.create", { schema: table, mode: "ignore" }, (options) => DeltaTable.create(store, "delta", options)),
    entry("DeltaTable.write", { mode: "append" }, (options) => DeltaTable.write(store, "delta", [{ id: 1 }], options)),
    entry("DeltaTable.open", {}, (options) => DeltaTable.open(store, "delta", options)),
    entry("deltaTable.toRows", {}, async (options) => (await delta).toRows(options)),
    entry("deltaTable.batches", {}, async (options) => (await delta).batches(options)),
    entry("deltaTable.files", {}, async (options) => (await delta).files(options)),
    entry("deltaTable.history", {}, async (options) => (await delta).history(options)),
    entry("deltaTable.write", {}, async (options) => (await delta).write([{ id: 1 }], options)),
    entry("deltaTable.delete", {}, async (options) => (await delta).delete("id = 0", options)),
    entry("deltaTable.update", {}, async (options) => (await delta).update({ id: "id" }, options)),
    entry("deltaTable.merge", { mergeType: "upsert", predicate: { on: ["id"] } }, async (options) =>
      (await delta).merge([{ id: 1 }], options),
    ),
    entry("deltaTable.refresh", {}, async (options) => (await delta).refresh(options)),
    entry("BytesIOHandler", { store }, (options) => new edgewater.BytesIOHandler(options)),
    entry("superjsonSerializer", {}, (options) => superjsonSerializer(options)),
    entry("dotenv", {}, (options) => edgewater.dotenv("A=b", options)),
    entry("loadDotenv", { optional: true }, (options) => loadDotenv("no such file", options)),
    entry("MemoryStore.get.range", { start: 0 }, (options) => store.get("key", { range: options })),
    entry("withCache.get.range", { start: 0 }, (options) => withCache(store, new MemoryStore()).get("key", { range: options })),
    ...storeEntries(folder),
  ];
}
