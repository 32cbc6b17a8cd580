import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { Backend } from "./backend.ts";
import type { Batch } from "./batch.ts";
import { type AnyEvent, assetEventTypes, type StoredEvent } from "./events.ts";
import { placeOf } from "./place.ts";
import type { Questions } from "./query/queries.ts";
import type { EventsOptions, Storage, SubscribeOptions, TypedEventsOptions } from "./types.ts";

const defaultLimit = 100;

/** The methods that are loaded with the first call of one of them. */
const later = [
  "declareAssets",
  "getAssetRecords",
  "getAssetRecord",
  "getAssetsByTag",
  "getAssetsByKind",
  "getAssetsByGroup",
  "getMaterializedPartitions",
  "countMaterializedPartitions",
  "getPartitionRecords",
  "computeStaleness",
  "getRun",
  "getRuns",
  "setRunOutcome",
  "getRunLogs",
  "getTicks",
  "kvGet",
  "kvSet",
  "kvDelete",
  "kvList",
  "kvCompareAndSet",
  "addDynamicPartitions",
  "deleteDynamicPartition",
  "getDynamicPartitions",
  "hasDynamicPartition",
  "import",
  "prune",
] as const satisfies readonly (keyof Questions)[];

/** Every Storage, over a back end that keeps the records. What a run does not ask is loaded when it is asked. */
export class RecordStorage implements Storage {
  readonly name: string;
  readonly isReadOnly: boolean;
  declare readonly declareAssets: Questions["declareAssets"];
  declare readonly getAssetRecords: Questions["getAssetRecords"];
  declare readonly getAssetRecord: Questions["getAssetRecord"];
  declare readonly getAssetsByTag: Questions["getAssetsByTag"];
  declare readonly getAssetsByKind: Questions["getAssetsByKind"];
  declare readonly getAssetsByGroup: Questions["getAssetsByGroup"];
  declare readonly getMaterializedPartitions: Questions["getMaterializedPartitions"];
  declare readonly countMaterializedPartitions: Questions["countMaterializedPartitions"];
  declare readonly getPartitionRecords: Questions["getPartitionRecords"];
  declare readonly computeStaleness: Questions["computeStaleness"];
  declare readonly getRun: Questions["getRun"];
  declare readonly getRuns: Questions["getRuns"];
  declare readonly setRunOutcome: Questions["setRunOutcome"];
  declare readonly getRunLogs: Questions["getRunLogs"];
  declare readonly getTicks: Questions["getTicks"];
  declare readonly kvGet: Questions["kvGet"];
  declare readonly kvSet: Questions["kvSet"];
  declare readonly kvDelete: Questions["kvDelete"];
  declare readonly kvList: Questions["kvList"];
  declare readonly kvCompareAndSet: Questions["kvCompareAndSet"];
  declare readonly addDynamicPartitions: Questions["addDynamicPartitions"];
  declare readonly deleteDynamicPartition: Questions["deleteDynamicPartition"];
  declare readonly getDynamicPartitions: Questions["getDynamicPartitions"];
  declare readonly hasDynamicPartition: Questions["hasDynamicPartition"];
  declare readonly import: Questions["import"];
  declare readonly prune: Questions["prune"];
  readonly #open: () => Promise<Backend>;
  #backend: Promise<Backend> | undefined;
  #questions: Promise<Questions> | undefined;
  readonly #ongoing = new Set<Promise<unknown>>();
  /** Woken by every commit, and by closing. */
  readonly #waiting = new Set<() => void>();
  #closing: Promise<void> | undefined;

  /** The back end is opened by the first call. */
  constructor(name: string, open: () => Promise<Backend>, isReadOnly = false) {
    this.name = name;
    this.#open = open;
    this.isReadOnly = isReadOnly;
    for (const question of later) Object.assign(this, { [question]: this.#later(question) });
  }

  commit(batch: Batch): Promise<readonly StoredEvent[]> {
    return this.#during(() => this.#commit(batch));
  }

  getEventsForAsset(assetKey: string, options: EventsOptions | TypedEventsOptions = {}): Promise<readonly StoredEvent[]> {
    return this.#events({ assetKey, newestFirst: true, limit: defaultLimit }, options);
  }

  getEventsForRun(runId: string, options: EventsOptions | TypedEventsOptions = {}): Promise<readonly StoredEvent[]> {
    return this.#events({ runId }, options);
  }

  getLatestMaterialization(assetKey: string, partition?: string | PartitionKey): Promise<StoredEvent | undefined> {
    return this.#ask((backend) => backend.materialization(assetKey, placeOf(partition)));
  }

  async *subscribe(options: SubscribeOptions = {}): AsyncGenerator<AnyEvent, void, void> {
    const { subscribe } = await import("./query/subscribe.ts");
    const isClosed = (): boolean => this.#closing !== undefined;
    yield* subscribe((query) => this.#ask((backend) => backend.events(query)), this.#waiting, isClosed, options);
  }

  async *export({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<string, void, void> {
    const { exportRecords } = await import("./query/export.ts");
    yield* exportRecords((work) => this.#ask(work), signal);
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

  /** A method that is loaded when it is called. */
  #later<Name extends keyof Questions>(name: Name): Questions[Name] {
    const ask = (...given: readonly unknown[]): Promise<unknown> =>
      this.#during(async () => {
        this.#questions ??= import("./query/queries.ts").then(({ questions }) =>
          questions(
            this,
            (work) => this.#opened().then(work),
            (batch) => this.#commit(batch),
          ),
        );
        return ((await this.#questions)[name] as (...given: readonly unknown[]) => Promise<unknown>)(...given);
      });
    return ask as Questions[Name];
  }

  #ask<Value>(work: (backend: Backend) => Promise<Value>): Promise<Value> {
    return this.#during(() => this.#opened().then(work));
  }

  #opened(): Promise<Backend> {
    this.#backend ??= this.#open();
    return this.#backend;
  }

  async #commit(batch: Batch): Promise<readonly StoredEvent[]> {
    if (this.isReadOnly)
      throw new EdgewaterError("PermissionDenied", `${this.name} was opened readOnly`, {
        store: this.name,
      });
    if (batch.dynamicPartitions) (await import("./dynamic-keys.ts")).checkDynamicKeys(batch.dynamicPartitions);
    const events = await (await this.#opened()).commit(batch);
    this.#wake();
    return events as readonly StoredEvent[];
  }

  async #during<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#closing) throw new EdgewaterError("Closed", `${this.name} is closed`, { store: this.name });
    const ongoing = work();
    this.#ongoing.add(ongoing);
    try {
      return await ongoing;
    } finally {
      this.#ongoing.delete(ongoing);
    }
  }

  #events(
    query: { assetKey?: string; runId?: string; newestFirst?: boolean; limit?: number },
    { limit, partition, ...options }: EventsOptions | TypedEventsOptions,
  ): Promise<readonly StoredEvent[]> {
    const asked = "types" in options ? options.types : assetEventTypes;
    const types = asked === "all" ? undefined : asked;
    const place = partition === undefined ? undefined : placeOf(partition);
    const events = this.#ask((backend) => backend.events({ ...query, limit: limit ?? query.limit, place, types }));
    return events as Promise<readonly StoredEvent[]>;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
