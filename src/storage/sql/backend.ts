/**
 * Storage in SQL databases: the back end for SQLite and Postgres, and an adapter for each database.
 *
 * @module
 */
import { fromBase64 } from "../../encoding/base64.ts";
import { isEdgewaterError } from "../../errors.ts";
import {
  type Backend,
  type DynamicPartition,
  type EventsQuery,
  type LatestQuery,
  type Place,
  partitionId,
  type Reach,
  type RunsQuery,
  type TicksQuery,
} from "../backend.ts";
import { type Batch, numbered, preconditionFailed, repeated } from "../batch.ts";
import type { AnyEvent, StoredEvent } from "../events.ts";
import { definitionFrom, runFrom } from "../record-json.ts";
import type { AssetDefinition, KvEntry, LatestRecord, Lease, LogRecord, RunRecord, TickRecord } from "../records.ts";
import { commitStatements } from "./commit.ts";
import { nowMs, type Row, type SqlDatabase, type SqlValue } from "./driver.ts";
import { eventOf, json, latestOf, leaseOf } from "./rows.ts";

/** D1 takes 100 parameters: https://developers.cloudflare.com/d1/platform/limits/ */
const placesPerQuery = 50;

/** Keeps every row in an SQL database, with the same tables and queries for SQLite and Postgres. */
export class SqlBackend implements Backend {
  readonly name: string;
  readonly reach: Reach;
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.name = database.name;
    this.reach = database.reach;
    this.#database = database;
  }

  async commit(batch: Batch): Promise<readonly AnyEvent[]> {
    try {
      const [first] = await this.#database.run(commitStatements(batch, this.#database.dialect));
      return numbered(batch.events ?? [], Number(first?.[0]?.["last_event_id"]));
    } catch (error) {
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
      const known = batch.id === undefined ? undefined : await this.#committed(batch.id);
      if (known === undefined) throw preconditionFailed(this.name, batch);
      return repeated(this.name, batch, known.lastId);
    }
  }

  /** What is known of the commit with this id. */
  async #committed(id: string): Promise<{ readonly lastId: number | undefined } | undefined> {
    const [row] = await this.#database.all("SELECT last_event_id FROM edgewater_commits WHERE id = ?", [id]);
    const lastId = row?.["last_event_id"];
    return row && { lastId: lastId === null ? undefined : Number(lastId) };
  }

  async events({
    assetKey,
    partitionId: place,
    runId,
    types,
    after,
    before,
    newestFirst,
    limit,
  }: EventsQuery): Promise<readonly AnyEvent[]> {
    // The column of events of runs, which have no asset, is empty.
    if (assetKey === "") return [];
    const select = new Select("SELECT * FROM edgewater_events")
      .where("asset_key = ?", assetKey)
      .where("place = ?", place)
      // Of an asset few events are of one run, and of a run few are of one asset: the index of the asset is the better one.
      .where(assetKey === undefined ? "run_id = ?" : "run_id || '' = ?", runId)
      .where("id > ?", after)
      .where("id < ?", before)
      .where(`event_type IN (${types?.map(() => "?").join(", ")})`, ...(types ?? [undefined]));
    return (await this.#all(select, `ORDER BY id${newestFirst ? " DESC" : ""}`, limit)).map(eventOf);
  }

  async materialization(assetKey: string, place: string): Promise<StoredEvent | undefined> {
    const [row] = await this.#database.all(
      "SELECT * FROM edgewater_events WHERE id = (SELECT materialization_id FROM edgewater_latest WHERE asset_key = ? AND place = ?)",
      [assetKey, place],
    );
    return row && (eventOf(row) as StoredEvent);
  }

  async latestOf(places: readonly Place[]): Promise<readonly LatestRecord[]> {
    const found: LatestRecord[] = [];
    for (let start = 0; start < places.length; start += placesPerQuery) {
      const group = places.slice(start, start + placesPerQuery);
      const isOne = group.map(() => "(asset_key = ? AND place = ?)").join(" OR ");
      const parameters = group.flatMap(({ assetKey, partition }) => [assetKey, partitionId(partition)]);
      const rows = await this.#database.all(`SELECT * FROM edgewater_latest WHERE ${isOne}`, parameters);
      for (const row of rows) found.push(latestOf(row));
    }
    return found;
  }

  async latest({ assetKey, of }: LatestQuery): Promise<readonly LatestRecord[]> {
    const select = new Select("SELECT * FROM edgewater_latest").where("asset_key = ?", assetKey);
    select.where(of === "assets" ? "place = ?" : "place <> ?", "");
    return (await this.#all(select)).map(latestOf);
  }

  async definitions(assetKey?: string): Promise<readonly AssetDefinition[]> {
    const select = new Select("SELECT definition FROM edgewater_assets").where("asset_key = ?", assetKey);
    return (await this.#all(select)).map((row) => definitionFrom(json(row["definition"])));
  }

  async run(runId: string): Promise<RunRecord | undefined> {
    const [row] = await this.#database.all("SELECT record FROM edgewater_runs WHERE run_id = ?", [runId]);
    return row && runFrom(json(row["record"]));
  }

  async runs({ status, limit }: RunsQuery): Promise<readonly RunRecord[]> {
    const select = new Select("SELECT record FROM edgewater_runs").where("status = ?", status);
    return (await this.#all(select, "ORDER BY position DESC", limit)).map((row) => runFrom(json(row["record"])));
  }

  async leases(runId?: string, step?: string): Promise<readonly Lease[]> {
    const select = new Select(`SELECT *, ${nowMs[this.#database.dialect]} - at AS age_ms FROM edgewater_leases`)
      .where("run_id = ?", runId)
      .where("step = ?", step);
    return (await this.#all(select)).map(leaseOf);
  }

  async logs(runId: string): Promise<readonly LogRecord[]> {
    const select = new Select("SELECT record FROM edgewater_logs").where("run_id = ?", runId);
    return (await this.#all(select, "ORDER BY position")).map((row) => json<LogRecord>(row["record"]));
  }

  async ticks({ name, limit }: TicksQuery): Promise<readonly TickRecord[]> {
    const select = new Select("SELECT record FROM edgewater_ticks").where("name = ?", name);
    return (await this.#all(select, "ORDER BY position DESC", limit)).map((row) => json<TickRecord>(row["record"]));
  }

  async kv(key: string): Promise<Uint8Array | undefined> {
    const [row] = await this.#database.all("SELECT value FROM edgewater_kv WHERE key = ?", [key]);
    return row && fromBase64(row["value"] as string);
  }

  async kvList(prefix: string): Promise<readonly KvEntry[]> {
    const rows = await this.#database.all(
      "SELECT key, value FROM edgewater_kv WHERE key >= ? AND substr(key, 1, length(?)) = ? ORDER BY key",
      [prefix, prefix, prefix],
    );
    return rows.map((row) => ({ key: row["key"] as string, value: fromBase64(row["value"] as string) }));
  }

  async dynamicPartitions(definition?: string): Promise<readonly DynamicPartition[]> {
    const select = new Select("SELECT definition, key FROM edgewater_dynamic").where("definition = ?", definition);
    const rows = await this.#all(select, "ORDER BY position");
    return rows.map((row) => ({ definition: row["definition"] as string, key: row["key"] as string }));
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #all({ sql, parameters }: Select, order = "", limit?: number): Promise<readonly Row[]> {
    if (limit === undefined) return this.#database.all(`${sql} ${order}`, parameters);
    return this.#database.all(`${sql} ${order} LIMIT ?`, [...parameters, limit]);
  }
}

/** A SELECT statement under construction. */
class Select {
  sql: string;
  readonly parameters: SqlValue[] = [];

  constructor(sql: string) {
    this.sql = sql;
  }

  /** Adds a condition, unless one of its values is undefined. */
  where(condition: string, ...values: readonly (SqlValue | undefined)[]): this {
    if (values.includes(undefined)) return this;
    this.sql += `${this.sql.includes(" WHERE ") ? " AND" : " WHERE"} ${condition}`;
    this.parameters.push(...(values as readonly SqlValue[]));
    return this;
  }
}
