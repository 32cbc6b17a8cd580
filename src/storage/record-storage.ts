import type { PartitionKey } from "../asset/partition-key.ts";
import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { Backend } from "./backend.ts";
import type { Batch } from "./batch.ts";
import { checkDynamicKeys } from "./dynamic-keys.ts";
import { type AnyEvent, assetEventTypes, type StoredEvent } from "./events.ts";
import { placeOf } from "./place.ts";
import type { AssetDefinition, AssetRecord, KvEntry, LatestRecord, LogRecord, RunRecord, RunStatus, TickRecord } from "./records.ts";
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

/** Every Storage: what can be asked, over a back end that keeps the records. */
export class RecordStorage implements Storage {
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly #open: () => Promise<Backend>;
  #backend: Promise<Backend> | undefined;
  readonly #ongoing = new Set<Promise<unknown>>();
  /** Woken by every commit, and by closing. */
  readonly #waiting = new Set<() => void>();
  #closing: Promise<void> | undefined;

  /** The back end is opened by the first call. */
  constructor(name: string, open: () => Promise<Backend>, isReadOnly = false) {
    this.name = name;
    this.#open = open;
    this.isReadOnly = isReadOnly;
  }

  async commit(batch: Batch): Promise<readonly StoredEvent[]> {
    if (this.isReadOnly)
      throw new EdgewaterError("PermissionDenied", `${this.name} was opened to be read only; open it without readOnly`, {
        store: this.name,
      });
    for (const { definition, add } of batch.dynamicPartitions ?? []) if (add) checkDynamicKeys(definition, add);
    const events = await this.#ask((backend) => backend.commit(batch));
    this.#wake();
    return events as readonly StoredEvent[];
  }

  async getEventsForAsset(assetKey: string, options: EventsOptions | TypedEventsOptions = {}): Promise<readonly StoredEvent[]> {
    return this.#events({ assetKey, newestFirst: true, limit: defaultLimit }, options);
  }

  async getEventsForRun(runId: string, options: EventsOptions | TypedEventsOptions = {}): Promise<readonly StoredEvent[]> {
    return this.#events({ runId }, options);
  }

  async getLatestMaterialization(assetKey: string, partition?: string | PartitionKey): Promise<StoredEvent | undefined> {
    return this.#ask((backend) => backend.materialization(assetKey, placeOf(partition)));
  }

  async *subscribe(options: SubscribeOptions = {}): AsyncGenerator<AnyEvent, void, void> {
    const { subscribe } = await import("./subscribe.ts");
    const isClosed = (): boolean => this.#closing !== undefined;
    yield* subscribe((query) => this.#ask((backend) => backend.events(query)), this.#waiting, isClosed, options);
  }

  async declareAssets(assets: readonly AssetDefinition[]): Promise<void> {
    if (this.isReadOnly) return;
    const known = new Set((await this.#ask((backend) => backend.definitions())).map((asset) => JSON.stringify(asset)));
    const changed = assets.filter((asset) => !known.has(JSON.stringify(asset)));
    if (changed.length > 0) await this.commit({ assets: changed });
  }

  async getAssetRecords(): Promise<readonly AssetRecord[]> {
    return this.#catalogue();
  }

  async getAssetRecord(assetKey: string): Promise<AssetRecord | undefined> {
    return (await this.#catalogue(assetKey))[0];
  }

  async getAssetsByTag(tag: string, value?: string): Promise<readonly AssetRecord[]> {
    const has = (tags: AssetRecord["tags"]): boolean => Object.hasOwn(tags, tag) && (value === undefined || tags[tag] === value);
    return (await this.#catalogue()).filter(({ tags }) => has(tags));
  }

  async getAssetsByKind(kind: string): Promise<readonly AssetRecord[]> {
    return (await this.#catalogue()).filter(({ kinds }) => kinds.includes(kind));
  }

  async getAssetsByGroup(wanted: string): Promise<readonly AssetRecord[]> {
    return (await this.#catalogue()).filter(({ group }) => group === wanted);
  }

  async getMaterializedPartitions(assetKey: string): Promise<readonly PartitionKey[]> {
    const records = await this.getPartitionRecords(assetKey);
    return records.flatMap(({ firstId, partitionKey }) => (firstId === undefined || !partitionKey ? [] : [partitionKey]));
  }

  async countMaterializedPartitions(assetKey: string): Promise<number> {
    return (await this.getMaterializedPartitions(assetKey)).length;
  }

  async getPartitionRecords(assetKey: string): Promise<readonly LatestRecord[]> {
    return this.#ask((backend) => backend.latest({ assetKey, of: "partitions" }));
  }

  async computeStaleness(options: StalenessOptions = {}): Promise<readonly Staleness[]> {
    const { computeStaleness } = await import("./staleness.ts");
    return this.#ask((backend) => computeStaleness(backend, options));
  }

  async getRun(runId: string): Promise<RunRecord | undefined> {
    return this.#ask((backend) => backend.run(runId));
  }

  async getRuns({ limit = defaultLimit, status }: RunsOptions = {}): Promise<readonly RunRecord[]> {
    return this.#ask((backend) => backend.runs({ limit, status }));
  }

  async setRunOutcome(runId: string, status: Exclude<RunStatus, "Started">): Promise<void> {
    const run = await this.getRun(runId);
    if (run === undefined) throw new EdgewaterError("NotFound", `${this.name} has no run ${runId}`, { store: this.name, key: runId });
    await this.commit({ preconditions: [{ run: runId, is: "Started" }], runs: [{ ...run, status, endTime: Date.now() }] });
  }

  async getRunLogs(runId: string): Promise<readonly LogRecord[]> {
    return this.#ask((backend) => backend.logs(runId));
  }

  async getTicks(name: string, limit: number = defaultLimit): Promise<readonly TickRecord[]> {
    return this.#ask((backend) => backend.ticks({ name, limit }));
  }

  async kvGet(key: string): Promise<Uint8Array | undefined> {
    return this.#ask((backend) => backend.kv(key));
  }

  async kvSet(key: string, value: Uint8Array): Promise<void> {
    await this.commit({ kv: [{ key, value }] });
  }

  async kvDelete(key: string): Promise<void> {
    await this.commit({ kv: [{ key, value: undefined }] });
  }

  async kvList(prefix = ""): Promise<readonly KvEntry[]> {
    return this.#ask((backend) => backend.kvList(prefix));
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

  async getDynamicPartitions(definition: string): Promise<readonly string[]> {
    return (await this.#ask((backend) => backend.dynamicPartitions(definition))).map(({ key }) => key);
  }

  async hasDynamicPartition(definition: string, key: string): Promise<boolean> {
    return (await this.getDynamicPartitions(definition)).includes(key);
  }

  async *export({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<string, void, void> {
    const { exportRecords } = await import("./export.ts");
    yield* exportRecords((work) => this.#ask(work), signal);
  }

  async import(lines: AsyncIterable<string> | Iterable<string>, options: ImportOptions = {}): Promise<void> {
    const { importRecords } = await import("./import.ts");
    await importRecords(
      lines,
      (work) => this.#ask(work),
      (batch) => this.commit(batch),
      this.name,
      options,
    );
  }

  async prune(options: PruneOptions): Promise<Pruned> {
    const { prune } = await import("./prune.ts");
    return prune(
      (work) => this.#ask(work),
      (batch) => this.commit(batch),
      options,
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#ongoing);
    this.#wake();
    await (await this.#backend)?.close();
  }

  async #ask<Value>(work: (backend: Backend) => Promise<Value>): Promise<Value> {
    if (this.#closing) throw new EdgewaterError("Closed", `${this.name} is closed`, { store: this.name });
    this.#backend ??= this.#open();
    const ongoing = this.#backend.then(work);
    this.#ongoing.add(ongoing);
    try {
      return await ongoing;
    } finally {
      this.#ongoing.delete(ongoing);
    }
  }

  async #events(
    query: { assetKey?: string; runId?: string; newestFirst?: boolean; limit?: number },
    { limit, partition, ...options }: EventsOptions | TypedEventsOptions,
  ): Promise<readonly StoredEvent[]> {
    const asked = "types" in options ? options.types : assetEventTypes;
    const types = asked === "all" ? undefined : asked;
    const place = partition === undefined ? undefined : placeOf(partition);
    const events = await this.#ask((backend) => backend.events({ ...query, limit: limit ?? query.limit, place, types }));
    return events as readonly StoredEvent[];
  }

  async #catalogue(assetKey?: string): Promise<readonly AssetRecord[]> {
    const { catalogue } = await import("./catalogue.ts");
    return this.#ask((backend) => catalogue(backend, assetKey));
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
