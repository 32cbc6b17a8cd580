/** The tables of schema version 1, and a commit as version 1 made it, written out: the library has neither any more. */
import type { SqlValue } from "../../../src/storage/sql/driver.ts";

/** The statements that created the tables in SQLite, with a run, a materialization and a dynamic partition. */
export const tablesOfVersion1: readonly string[] = [
  `CREATE TABLE edgewater_schema (one INTEGER PRIMARY KEY, version INTEGER NOT NULL, min_reader INTEGER NOT NULL,
    min_writer INTEGER NOT NULL, last_id BIGINT NOT NULL, last_position BIGINT NOT NULL)`,
  "CREATE TABLE edgewater_guard (broken INTEGER NOT NULL, CONSTRAINT edgewater_precondition CHECK (broken = 0))",
  `CREATE TABLE edgewater_events (id INTEGER PRIMARY KEY, event_type TEXT NOT NULL, asset_key TEXT NOT NULL, place TEXT NOT NULL,
    partition_key TEXT, run_id TEXT NOT NULL, timestamp BIGINT NOT NULL, data_version TEXT, code_version TEXT,
    inputs TEXT NOT NULL, metadata TEXT NOT NULL)`,
  "CREATE INDEX edgewater_events_by_asset ON edgewater_events (asset_key, id)",
  "CREATE INDEX edgewater_events_by_place ON edgewater_events (asset_key, place, id)",
  "CREATE INDEX edgewater_events_by_run ON edgewater_events (run_id, id)",
  `CREATE TABLE edgewater_latest (asset_key TEXT NOT NULL, place TEXT NOT NULL, partition_key TEXT, first_id BIGINT,
    event_id BIGINT, materialization_id BIGINT, failure_id BIGINT, run_id TEXT, timestamp BIGINT, data_version TEXT, code_version TEXT,
    inputs TEXT NOT NULL, PRIMARY KEY (asset_key, place))`,
  "CREATE TABLE edgewater_assets (asset_key TEXT PRIMARY KEY, definition TEXT NOT NULL)",
  `CREATE TABLE edgewater_runs (run_id TEXT PRIMARY KEY, position BIGINT NOT NULL UNIQUE, status TEXT NOT NULL,
    record TEXT NOT NULL)`,
  "CREATE INDEX edgewater_runs_by_status ON edgewater_runs (status, position)",
  "CREATE TABLE edgewater_logs (position INTEGER PRIMARY KEY, run_id TEXT NOT NULL, record TEXT NOT NULL)",
  "CREATE INDEX edgewater_logs_by_run ON edgewater_logs (run_id, position)",
  "CREATE TABLE edgewater_ticks (position INTEGER PRIMARY KEY, name TEXT NOT NULL, record TEXT NOT NULL)",
  "CREATE INDEX edgewater_ticks_by_name ON edgewater_ticks (name, position)",
  "CREATE TABLE edgewater_kv (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
  `CREATE TABLE edgewater_dynamic (definition TEXT NOT NULL, key TEXT NOT NULL, position BIGINT NOT NULL,
    PRIMARY KEY (definition, key))`,
  "INSERT INTO edgewater_schema VALUES (1, 1, 1, 1, 1, 2)",
  `INSERT INTO edgewater_runs VALUES ('r', 1, 'Success',
    '{"runId":"r","status":"Success","nodeNames":["a"],"tags":{},"startTime":1,"endTime":2}')`,
  "INSERT INTO edgewater_events VALUES (1, 'Materialization', 'a', '', NULL, 'r', 1, 'v1', NULL, '{}', '{}')",
  "INSERT INTO edgewater_latest VALUES ('a', '', NULL, 1, 1, 1, NULL, 'r', 1, 'v1', NULL, '{}')",
  "INSERT INTO edgewater_dynamic VALUES ('d', 'x', 2)",
];

/** The lines that an export of these rows has, without the first and the last one. */
export const rowsOfVersion1: readonly string[] = [
  '{"dynamicPartition":{"definition":"d","key":"x"}}\n',
  '{"run":{"runId":"r","status":"Success","nodeNames":["a"],"tags":{},"startTime":1,"endTime":2}}\n',
  '{"event":{"id":1,"eventType":"Materialization","assetKey":"a","runId":"r","timestamp":1,"dataVersion":"v1","inputDataVersions":{},"metadata":{}}}\n',
];

const idBefore = "(SELECT last_id FROM edgewater_schema) - CAST(? AS BIGINT)";

/** The statements of a commit of one materialization, in one transaction. */
export const commitOfVersion1: readonly { readonly sql: string; readonly parameters: SqlValue[] }[] = [
  {
    sql: "UPDATE edgewater_schema SET last_id = last_id + ?, last_position = last_position + ? RETURNING last_id",
    parameters: [1, 0],
  },
  {
    sql: `INSERT INTO edgewater_events (id, event_type, asset_key, place, partition_key, run_id, timestamp, data_version,
      code_version, inputs, metadata) VALUES (${idBefore}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    parameters: [0, "Materialization", "old", "", null, "old", 1, "v1", null, "{}", "{}"],
  },
  {
    sql: `INSERT INTO edgewater_latest (asset_key, place, partition_key, first_id, event_id, materialization_id, failure_id,
      run_id, timestamp, data_version, code_version, inputs)
      VALUES (?, ?, ?, ${idBefore}, ${idBefore}, ${idBefore}, ${idBefore}, ?, ?, ?, ?, ?)
      ON CONFLICT (asset_key, place) DO UPDATE SET event_id = excluded.event_id`,
    parameters: ["old", "", null, 0, 0, 0, null, "old", 1, "v1", null, "{}"],
  },
];
