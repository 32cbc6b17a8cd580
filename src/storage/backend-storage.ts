import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { Operations } from "../operations-in-flight.ts";
import { checkValue, required } from "../options.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { type Backend, type EventsQuery, type Place, partitionId, placeId, type Reach, type UseBackend } from "./backend.ts";
import type { Batch } from "./batch.ts";
import { aBytes } from "./batch-fields.ts";
import { checkBatch, checkStorageName } from "./check-batch.ts";
import { type AnyEvent, assetEventTypes, type StoredEvent } from "./events.ts";
import { byFirstMaterialization } from "./latest-record.ts";
import { checkStorageOptions } from "./options.ts";
import { assetRecords, changedDefinitions } from "./query/catalogue.ts";
import { runsOf, setRunOutcome, withStatus } from "./query/run-status.ts";
import { computeStaleness } from "./query/staleness.ts";
import { subscribe } from "./query/subscribe.ts";
import type {
  AssetDefinition,
  AssetRecord,
  KvEntry,
  LatestRecord,
  Lease,
  LogRecord,
  RunOutcome,
  RunRecord,
  TickRecord,
} from "./records.ts";
import type {
  EventsOptions,
  ImportOptions,
  Pruned,
  PruneOptions,
  RunsOptions,
  Staleness,
  StalenessOptions,
  Storage,
  SubscribeOptions,
  TypedEventsOptions,
} from "./types.ts";

const defaultLimit = 100;

/** The Storage over a back end. */
export class BackendStorage implements Storage {
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly #backend: Backend;
  readonly #operations: Operations;
  /** Woken by every commit, and by closing. */
  readonly #waiting = new Set<() => void>();
  #isServed = false;

  constructor(backend: Backend, isReadOnly = false) {
    this.name = backend.name;
    this.isReadOnly = isReadOnly;
    this.#backend = backend;
    this.#operations = new Operations(backend.name, backend.name);
  }

  /**
   * The back end of a Storage, for what serves it to others; undefined for a Storage of another class. From then on its records
   * can be reached from anywhere.
   */
  static serve(storage: unknown): UseBackend | undefined {
    if (typeof storage !== "object" || storage === null || !(#backend in storage)) return undefined;
    storage.#isServed = true;
    return (work) => storage.#withBackend(work);
  }

  get reach(): Reach {
    return this.#isServed ? "anywhere" : this.#backend.reach;
  }

  commit(batch: Batch): Promise<readonly StoredEvent[]> {
    return this.#operations.run(() => this.#commit(batch));
  }

  async getEventsForAsset(assetKey: string, options: EventsOptions | TypedEventsOptions = {}): Promise<readonly StoredEvent[]> {
    checkStorageOptions("storage.getEventsForAsset", options);
    return this.#events({ assetKey, newestFirst: true, limit: defaultLimit }, options, { asset: assetKey });
  }

  async getEventsForRun(runId: string, options: EventsOptions | TypedEventsOptions = {}): Promise<readonly StoredEvent[]> {
    checkStorageOptions("storage.getEventsForRun", options);
    return this.#events({ runId }, options, { "run id": runId });
  }

  getLatestMaterialization(assetKey: string, partition?: string | PartitionKey): Promise<StoredEvent | undefined> {
    return this.#withBackend((backend) => backend.materialization(assetKey, partitionId(partition)), {
      asset: assetKey,
      partition: partition && String(partition),
    });
  }

  subscribe(options: SubscribeOptions = {}): AsyncGenerator<AnyEvent, void, void> {
    checkStorageOptions("storage.subscribe", options);
    const next = this.#backend.nextEvents?.bind(this.#backend);
    const source = {
      events: (query: EventsQuery) => this.#withBackend((backend) => backend.events(query)),
      nextEvents: next && ((after: number, signal: AbortSignal) => this.#withBackend(() => next(after, signal))),
      onCommit: this.#backend.onCommit?.bind(this.#backend),
      waiting: this.#waiting,
      isClosed: () => this.#operations.isClosed,
    };
    return subscribe(source, options);
  }

  declareAssets(declared: readonly AssetDefinition[]): Promise<void> {
    return this.#withBackend(async (backend) => {
      if (this.isReadOnly) return;
      const changed = await changedDefinitions(backend, declared);
      if (changed.length > 0) await this.#commit({ assets: changed });
    });
  }

  getAssetRecords(): Promise<readonly AssetRecord[]> {
    return this.#withBackend((backend) => assetRecords(backend));
  }

  getAssetRecord(assetKey: string): Promise<AssetRecord | undefined> {
    return this.#withBackend(async (backend) => (await assetRecords(backend, assetKey))[0], { asset: assetKey });
  }

  async getAssetsByTag(tag: string, value?: string): Promise<readonly AssetRecord[]> {
    const records = await this.getAssetRecords();
    return records.filter(({ tags }) => Object.hasOwn(tags, tag) && (value === undefined || tags[tag] === value));
  }

  async getAssetsByKind(kind: string): Promise<readonly AssetRecord[]> {
    return (await this.getAssetRecords()).filter(({ kinds }) => kinds.includes(kind));
  }

  async getAssetsByGroup(group: string): Promise<readonly AssetRecord[]> {
    return (await this.getAssetRecords()).filter((record) => record.group === group);
  }

  async getMaterializedPartitions(assetKey: string): Promise<readonly PartitionKey[]> {
    const records = await this.getPartitionRecords(assetKey);
    return records.flatMap(({ firstId, partitionKey }) => (firstId === undefined || !partitionKey ? [] : [partitionKey]));
  }

  async countMaterializedPartitions(assetKey: string): Promise<number> {
    return (await this.getMaterializedPartitions(assetKey)).length;
  }

  getLatestRecords(places: readonly Place[]): Promise<readonly LatestRecord[]> {
    const different = new Map(places.map((place) => [placeId(place.assetKey, partitionId(place.partition)), place]));
    return this.#withBackend((backend) => backend.latestOf([...different.values()]));
  }

  getPartitionRecords(assetKey: string): Promise<readonly LatestRecord[]> {
    return this.#withBackend(async (backend) => byFirstMaterialization(await backend.latest({ assetKey, of: "partitions" })), {
      asset: assetKey,
    });
  }

  async computeStaleness(options: StalenessOptions = {}): Promise<readonly Staleness[]> {
    checkStorageOptions("storage.computeStaleness", options);
    return this.#withBackend((backend) => computeStaleness(backend, options));
  }

  getRun(runId: string): Promise<RunRecord | undefined> {
    return this.#withBackend(
      async (backend) => {
        const run = await backend.run(runId);
        return run && (await withStatus(backend, [run]))[0];
      },
      { "run id": runId },
    );
  }

  async getRuns(options: RunsOptions = {}): Promise<readonly RunRecord[]> {
    checkStorageOptions("storage.getRuns", options);
    const { limit = defaultLimit, status } = options;
    return this.#withBackend((backend) => runsOf(backend, { limit, ...(status && { status }) }));
  }

  getLeases(runId?: string, step?: string): Promise<readonly Lease[]> {
    return this.#withBackend((backend) => backend.leases(runId, step), { "run id": runId, step: step === "" ? undefined : step });
  }

  setRunOutcome(runId: string, status: RunOutcome): Promise<void> {
    return this.#withBackend((backend) => setRunOutcome(backend, (batch) => this.#commit(batch), runId, status), { "run id": runId });
  }

  getRunLogs(runId: string): Promise<readonly LogRecord[]> {
    return this.#withBackend((backend) => backend.logs(runId), { "run id": runId });
  }

  getTicks(name: string, limit: number = defaultLimit): Promise<readonly TickRecord[]> {
    return this.#withBackend((backend) => backend.ticks({ name, limit }), { tick: name });
  }

  kvGet(key: string): Promise<Uint8Array | undefined> {
    return this.#withBackend((backend) => backend.kv(key), { key });
  }

  async kvSet(key: string, value: Uint8Array): Promise<void> {
    checkValue("storage.kvSet", "value", value, required(aBytes));
    await this.commit({ kv: [{ key, value }] });
  }

  async kvDelete(key: string): Promise<void> {
    await this.commit({ kv: [{ key, value: undefined }] });
  }

  kvList(prefix = ""): Promise<readonly KvEntry[]> {
    return this.#withBackend((backend) => backend.kvList(prefix), { prefix });
  }

  async kvCompareAndSet(key: string, expected: Uint8Array | undefined, value: Uint8Array | undefined): Promise<boolean> {
    try {
      await this.commit({ preconditions: [{ kv: key, is: expected }], kv: [{ key, value }] });
      return true;
    } catch (error) {
      if (isEdgewaterError(error, "PreconditionFailed")) return false;
      throw error;
    }
  }

  async addDynamicPartitions(definition: string, keys: readonly string[]): Promise<void> {
    await this.commit({ dynamicPartitions: [{ definition, add: keys }] });
  }

  async deleteDynamicPartition(definition: string, key: string): Promise<void> {
    await this.commit({ dynamicPartitions: [{ definition, remove: [key] }] });
  }

  getDynamicPartitions(definition: string): Promise<readonly string[]> {
    return this.#withBackend(async (backend) => (await backend.dynamicPartitions(definition)).map(({ key }) => key), {
      "name of dynamic partitions": definition,
    });
  }

  async hasDynamicPartition(definition: string, key: string): Promise<boolean> {
    checkStorageName(this.name, key, "partition");
    return (await this.getDynamicPartitions(definition)).includes(key);
  }

  export(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<string, void, void> {
    checkStorageOptions("storage.export", options);
    return this.#exportLines(options.signal);
  }

  async *#exportLines(signal: AbortSignal | undefined): AsyncGenerator<string, void, void> {
    const { exportLines } = await import("./query/maintenance.ts");
    yield* exportLines((work) => this.#withBackend(work), signal);
  }

  async import(lines: AsyncIterable<string> | Iterable<string>, options: ImportOptions = {}): Promise<void> {
    checkStorageOptions("storage.import", options);
    return this.#withBackend(async (backend) => {
      const { importLines } = await import("./query/maintenance.ts");
      return importLines(lines, backend, (batch) => this.#commit(batch), options);
    });
  }

  async prune(options: PruneOptions): Promise<Pruned> {
    checkStorageOptions("storage.prune", options);
    return this.#withBackend(async (backend) => {
      const { prune } = await import("./query/maintenance.ts");
      return prune(backend, (batch) => this.#commit(batch), options);
    });
  }

  close(): Promise<void> {
    const closed = this.#operations.close(() => this.#backend.close());
    // A subscription may wait for events, and closing waits for it.
    this.#wake();
    return closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Runs one operation.
   *
   * @param names the names that it was called with, by what they are, which are checked first
   */
  #withBackend<Value>(work: (backend: Backend) => Promise<Value>, names: Readonly<Record<string, unknown>> = {}): Promise<Value> {
    return this.#operations.run(async () => {
      for (const what in names) if (names[what] !== undefined) checkStorageName(this.name, names[what], what);
      return work(this.#backend);
    });
  }

  /** Commits as a part of an operation, also while the Storage is closing. */
  async #commit(batch: Batch): Promise<readonly StoredEvent[]> {
    if (this.isReadOnly) {
      const message = `Cannot commit to ${this.name}: it was opened with { readOnly: true }`;
      throw new EdgewaterError("PermissionDenied", message, { store: this.name });
    }
    checkBatch(this.name, batch);
    const events = await this.#backend.commit(batch);
    this.#wake();
    return events as readonly StoredEvent[];
  }

  #events(
    query: EventsQuery,
    { limit, partition, runId, after, before, ...options }: EventsOptions | TypedEventsOptions,
    names: Readonly<Record<string, unknown>>,
  ): Promise<readonly StoredEvent[]> {
    const requested = "types" in options ? options.types : assetEventTypes;
    const types = requested === "all" ? undefined : requested;
    const id = partition === undefined ? undefined : partitionId(partition);
    const asked = { runId, after, before, ...query, limit: limit ?? query.limit, partitionId: id, types };
    const events = this.#withBackend((backend) => backend.events(asked), {
      ...names,
      "run id": asked.runId,
      partition: partition && String(partition),
    });
    return events as Promise<readonly StoredEvent[]>;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
