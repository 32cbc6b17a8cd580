import type { PartitionKey } from "../asset/partition-key.ts";
import { EdgewaterError } from "../errors.ts";
import { checkDynamicKeys } from "./dynamic-keys.ts";
import type { Batch, EventsOptions, RunRecord, RunsOptions, Storage, StoredEvent } from "./types.ts";

const defaultLimit = 100;

/** Records in the memory of this process, gone when it is closed. */
export class MemoryStorage implements Storage {
  readonly name = "Storage.memory()";
  readonly #runs = new Map<string, RunRecord>();
  readonly #byAsset = new Map<string, StoredEvent[]>();
  readonly #byRun = new Map<string, StoredEvent[]>();
  /** By asset and, within, by the partition's display form; undefined for the asset itself. */
  readonly #latest = new Map<string, Map<string | undefined, StoredEvent>>();
  readonly #dynamicPartitions = new Map<string, Set<string>>();
  #lastId = 0;
  #closed = false;

  async commit({ runs = [], events = [] }: Batch): Promise<readonly StoredEvent[]> {
    this.#checkOpen();
    const numbered = events.map((event) => Object.freeze({ ...event, id: ++this.#lastId }));
    for (const run of runs) this.#runs.set(run.runId, Object.freeze({ ...run }));
    for (const event of numbered) {
      append(this.#byAsset, event.assetKey, event);
      append(this.#byRun, event.runId, event);
      if (event.eventType !== "Materialization") continue;
      const latest = this.#latest.get(event.assetKey) ?? new Map<string | undefined, StoredEvent>();
      this.#latest.set(event.assetKey, latest.set(undefined, event));
      if (event.partitionKey) latest.set(String(event.partitionKey), event);
    }
    return numbered;
  }

  async getRun(runId: string): Promise<RunRecord | undefined> {
    this.#checkOpen();
    return this.#runs.get(runId);
  }

  async getRuns({ limit = defaultLimit, status }: RunsOptions = {}): Promise<readonly RunRecord[]> {
    this.#checkOpen();
    const runs = [...this.#runs.values()].reverse();
    return runs.filter((run) => status === undefined || run.status === status).slice(0, limit);
  }

  async getEventsForAsset(assetKey: string, { limit = defaultLimit, partition }: EventsOptions = {}): Promise<readonly StoredEvent[]> {
    this.#checkOpen();
    const all = this.#byAsset.get(assetKey) ?? [];
    const events = partition === undefined ? all : all.filter(({ partitionKey }) => String(partitionKey) === String(partition));
    return events.slice(Math.max(0, events.length - limit)).reverse();
  }

  async getEventsForRun(runId: string): Promise<readonly StoredEvent[]> {
    this.#checkOpen();
    return [...(this.#byRun.get(runId) ?? [])];
  }

  async getLatestMaterialization(assetKey: string, partition?: string | PartitionKey): Promise<StoredEvent | undefined> {
    this.#checkOpen();
    return this.#latest.get(assetKey)?.get(partition === undefined ? undefined : String(partition));
  }

  async getMaterializedPartitions(assetKey: string): Promise<readonly PartitionKey[]> {
    this.#checkOpen();
    const latest = this.#latest.get(assetKey) ?? new Map<string | undefined, StoredEvent>();
    return [...latest].flatMap(([partition, { partitionKey }]) => (partition === undefined || !partitionKey ? [] : [partitionKey]));
  }

  async addDynamicPartitions(definition: string, keys: readonly string[]): Promise<void> {
    this.#checkOpen();
    checkDynamicKeys(definition, keys);
    const known = this.#dynamicPartitions.get(definition) ?? new Set();
    this.#dynamicPartitions.set(definition, known);
    for (const key of keys) known.add(key);
  }

  async deleteDynamicPartition(definition: string, key: string): Promise<void> {
    this.#checkOpen();
    this.#dynamicPartitions.get(definition)?.delete(key);
  }

  async getDynamicPartitions(definition: string): Promise<readonly string[]> {
    this.#checkOpen();
    return [...(this.#dynamicPartitions.get(definition) ?? [])];
  }

  async hasDynamicPartition(definition: string, key: string): Promise<boolean> {
    this.#checkOpen();
    return this.#dynamicPartitions.get(definition)?.has(key) ?? false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const records of [this.#runs, this.#byAsset, this.#byRun, this.#latest, this.#dynamicPartitions]) records.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new EdgewaterError("Closed", `${this.name} is closed`, { store: this.name });
  }
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
