import { compareUtf8 } from "../../encoding/utf8.ts";
import {
  type Backend,
  type DynamicPartition,
  type EventsQuery,
  partitionId as idOf,
  type LatestQuery,
  type Place,
  type RunsQuery,
  type TicksQuery,
} from "../backend.ts";
import type { Batch } from "../batch.ts";
import type { AnyEvent, StoredEvent } from "../events.ts";
import { eventFrom } from "../record-json.ts";
import type { AssetDefinition, KvEntry, LatestRecord, Lease, LogRecord, RunRecord, TickRecord } from "../records.ts";
import { commit } from "./commit.ts";
import type { Connection } from "./connection.ts";
import { latestFrom, startingWith } from "./schema.ts";
import type { Tabs } from "./tabs.ts";

/** Keeps every row in an IndexedDB database. */
export class IndexedDBBackend implements Backend {
  readonly name: string;
  readonly reach = "machine";
  readonly #connection: Connection;
  readonly #tabs: Tabs | undefined;
  readonly onCommit?: (wake: () => void) => () => void;

  /** @param tabs undefined where tabs cannot tell each other of commits */
  constructor(connection: Connection, tabs: Tabs | undefined) {
    this.name = connection.name;
    this.#connection = connection;
    this.#tabs = tabs;
    if (tabs) this.onCommit = (wake) => tabs.onCommit(wake);
  }

  async commit(batch: Batch): Promise<readonly AnyEvent[]> {
    const events = await commit(this.#connection, batch);
    if (events.length > 0) this.#tabs?.tell();
    return events;
  }

  async events({ assetKey, partitionId, runId, types, after, before, newestFirst, limit }: EventsQuery): Promise<readonly AnyEvent[]> {
    const isFull = (found: readonly unknown[]): boolean => found.length >= (limit ?? Number.POSITIVE_INFINITY);
    if (limit === 0) return [];
    return this.#connection.use(async (database) => {
      const store = database.transaction("events").store;
      const direction = newestFirst ? "prev" : "next";
      const between = (...parts: readonly string[]): IDBKeyRange =>
        IDBKeyRange.bound([...parts, after ?? 0], [...parts, before ?? []], after !== undefined, before !== undefined);
      const all = IDBKeyRange.bound(after ?? 0, before ?? Number.POSITIVE_INFINITY, after !== undefined, before !== undefined);
      const [index, range] =
        runId !== undefined && assetKey === undefined
          ? ([store.index("byRun"), between(runId)] as const)
          : assetKey === undefined
            ? ([store, all] as const)
            : partitionId === undefined
              ? ([store.index("byAsset"), between(assetKey)] as const)
              : ([store.index("byPlace"), between(assetKey, partitionId)] as const);
      const found: AnyEvent[] = [];
      // One request when the index does all the filtering and has the right order; a cursor otherwise.
      if (
        !newestFirst &&
        types === undefined &&
        (runId === undefined || assetKey === undefined) &&
        (partitionId === undefined || assetKey !== undefined)
      )
        return (await index.getAll(range as never, limit)).map(eventFrom);
      for (let cursor = await index.openCursor(range as never, direction); cursor && !isFull(found); cursor = await cursor.continue()) {
        const { value } = cursor;
        const fits =
          (types === undefined || types.includes(value["eventType"] as AnyEvent["eventType"])) &&
          (runId === undefined || value["runId"] === runId) &&
          (partitionId === undefined || value.place === partitionId);
        if (fits) found.push(eventFrom(value));
      }
      return found;
    });
  }

  materialization(assetKey: string, partitionId: string): Promise<StoredEvent | undefined> {
    return this.#connection.use(async (database) => {
      const transaction = database.transaction(["latest", "events"]);
      const id = (await transaction.objectStore("latest").get([assetKey, partitionId]))?.lastMaterializationId;
      const event = id === undefined ? undefined : await transaction.objectStore("events").get(id);
      return event && (eventFrom(event) as StoredEvent);
    });
  }

  async latestOf(places: readonly Place[]): Promise<readonly LatestRecord[]> {
    const rows = await this.#connection.use((database) => {
      const store = database.transaction("latest").store;
      return Promise.all(places.map((place) => store.get([place.assetKey, idOf(place.partition)])));
    });
    return rows.flatMap((row) => (row === undefined ? [] : [latestFrom(row)]));
  }

  async latest({ assetKey, of }: LatestQuery): Promise<readonly LatestRecord[]> {
    const rows = await this.#connection.use((database) => {
      if (assetKey !== undefined) return database.getAll("latest", startingWith(assetKey));
      const range = of === "assets" ? startingWith("") : IDBKeyRange.lowerBound(["="]);
      return database.getAllFromIndex("latest", "byPlace", range);
    });
    return rows.filter(({ place }) => (place === "") === (of === "assets")).map(latestFrom);
  }

  definitions(assetKey?: string): Promise<readonly AssetDefinition[]> {
    return this.#connection.use((database) => database.getAll("assets", assetKey));
  }

  async run(runId: string): Promise<RunRecord | undefined> {
    return (await this.#connection.use((database) => database.get("runs", runId)))?.run;
  }

  async runs({ status, limit = Number.POSITIVE_INFINITY }: RunsQuery): Promise<readonly RunRecord[]> {
    return this.#connection.use(async (database) => {
      const store = database.transaction("runs").store;
      const found: RunRecord[] = [];
      let cursor =
        status === undefined
          ? await store.index("byPosition").openCursor(null, "prev")
          : await store.index("byStatus").openCursor(startingWith(status), "prev");
      for (; cursor && found.length < limit; cursor = await cursor.continue()) found.push(cursor.value.run);
      return found;
    });
  }

  async leases(runId?: string, of?: string): Promise<readonly Lease[]> {
    const range = runId === undefined ? undefined : of === undefined ? startingWith(runId) : IDBKeyRange.only([runId, of]);
    const rows = await this.#connection.use((database) => database.getAll("leases", range));
    const now = Date.now();
    return rows
      .filter(({ step }) => of === undefined || step === of)
      .map(({ at, step, ...lease }) => ({ ...lease, step: step === "" ? undefined : step, ageMs: now - at }));
  }

  async logs(runId: string): Promise<readonly LogRecord[]> {
    const rows = await this.#connection.use((database) => database.getAllFromIndex("logs", "byRun", startingWith(runId)));
    return rows.map(({ log }) => log);
  }

  async ticks({ name, limit }: TicksQuery): Promise<readonly TickRecord[]> {
    const rows = await this.#connection.use((database) =>
      name === undefined ? database.getAll("ticks") : database.getAllFromIndex("ticks", "byName", startingWith(name)),
    );
    return rows
      .map(({ tick }) => tick)
      .reverse()
      .slice(0, limit);
  }

  async kv(key: string): Promise<Uint8Array | undefined> {
    return (await this.#connection.use((database) => database.get("kv", key)))?.value;
  }

  async kvList(prefix: string): Promise<readonly KvEntry[]> {
    const rows = await this.#connection.use((database) => database.getAll("kv", IDBKeyRange.lowerBound(prefix)));
    return rows.filter(({ key }) => key.startsWith(prefix)).sort((left, right) => compareUtf8(left.key, right.key));
  }

  async dynamicPartitions(name?: string): Promise<readonly DynamicPartition[]> {
    const rows = await this.#connection.use((database) =>
      name === undefined
        ? database.getAllFromIndex("dynamicPartitions", "byPosition")
        : database.getAll("dynamicPartitions", startingWith(name)),
    );
    return rows.sort((left, right) => left.position - right.position).map(({ definition, key }) => ({ definition, key }));
  }

  close(): Promise<void> {
    this.#tabs?.close();
    return this.#connection.close();
  }
}
