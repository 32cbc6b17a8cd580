import { toBase64 } from "../../encoding/base64.ts";
import type { Batch, Precondition } from "../batch.ts";
import type { AnyEvent, NewEvent } from "../events.ts";
import { advance, isLasting } from "../latest.ts";
import { placeOf } from "../place.ts";
import type { LatestRecord } from "../records.ts";
import { metadataJson } from "../wire.ts";
import { type SqlValue, type Statement, statement } from "./port.ts";

/** The id that the last event of this commit gets, minus a parameter. Null for null. */
const idBefore = "(SELECT last_id FROM edgewater_schema) - CAST(? AS BIGINT)";
const positionBefore = "(SELECT last_position FROM edgewater_schema) - CAST(? AS BIGINT)";

const insertEvent = `INSERT INTO edgewater_events (id, event_type, asset_key, place, partition_key, run_id, timestamp, data_version,
  code_version, inputs, metadata) VALUES (${idBefore}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const unlessMade = (column: string): string =>
  `CASE WHEN excluded.materialization_id IS NULL THEN edgewater_latest.${column} ELSE excluded.${column} END`;
const unlessSeen = (column: string): string =>
  `CASE WHEN excluded.event_id IS NULL THEN edgewater_latest.${column} ELSE excluded.${column} END`;

const upsertLatest = `INSERT INTO edgewater_latest (asset_key, place, partition_key, first_id, event_id, materialization_id, failure_id,
  run_id, timestamp, data_version, code_version, inputs)
  VALUES (?, ?, ?, ${idBefore}, ${idBefore}, ${idBefore}, ${idBefore}, ?, ?, ?, ?, ?)
  ON CONFLICT (asset_key, place) DO UPDATE SET
  first_id = COALESCE(edgewater_latest.first_id, excluded.first_id),
  event_id = COALESCE(excluded.event_id, edgewater_latest.event_id),
  materialization_id = COALESCE(excluded.materialization_id, edgewater_latest.materialization_id),
  failure_id = COALESCE(excluded.failure_id, edgewater_latest.failure_id),
  run_id = ${unlessMade("run_id")}, code_version = ${unlessMade("code_version")}, inputs = ${unlessMade("inputs")},
  timestamp = ${unlessSeen("timestamp")}, data_version = ${unlessSeen("data_version")}`;

/**
 * The statements of a commit. The first writes the row that numbers events, which makes commits one at a time, and gives
 * the last id. A precondition that does not hold breaks a constraint, because nothing can be asked in between.
 */
export function commitStatements(batch: Batch): readonly Statement[] {
  const { preconditions = [], runs = [], assets = [], events = [], logs = [], ticks = [], kv = [], dynamicPartitions = [] } = batch;
  const { deletes = {} } = batch;
  const added = dynamicPartitions.reduce((sum, { add = [] }) => sum + add.length, 0);
  const positions = runs.length + logs.length + ticks.length + added;
  let left = positions;
  const lastGiven = events.at(-1)?.id;
  const number =
    lastGiven === undefined
      ? statement(
          "UPDATE edgewater_schema SET last_id = last_id + ?, last_position = last_position + ? RETURNING last_id",
          events.length,
          positions,
        )
      : statement("UPDATE edgewater_schema SET last_id = ?, last_position = last_position + ? RETURNING last_id", lastGiven, positions);
  return [
    number,
    ...preconditions.map(preconditionStatement),
    ...eventStatements(events),
    ...runs.map((run) =>
      statement(
        `INSERT INTO edgewater_runs (run_id, position, status, record) VALUES (?, ${positionBefore}, ?, ?)
         ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, record = excluded.record`,
        run.runId,
        --left,
        run.status,
        JSON.stringify(run),
      ),
    ),
    ...assets.map((asset) =>
      statement(
        "INSERT INTO edgewater_assets (asset_key, definition) VALUES (?, ?) ON CONFLICT (asset_key) DO UPDATE SET definition = excluded.definition",
        asset.assetKey,
        JSON.stringify(asset),
      ),
    ),
    ...logs.map((log) =>
      statement(
        `INSERT INTO edgewater_logs (position, run_id, record) VALUES (${positionBefore}, ?, ?)`,
        --left,
        log.runId,
        JSON.stringify(log),
      ),
    ),
    ...ticks.map((tick) =>
      statement(
        `INSERT INTO edgewater_ticks (position, name, record) VALUES (${positionBefore}, ?, ?)`,
        --left,
        tick.name,
        JSON.stringify(tick),
      ),
    ),
    ...kv.map(({ key, value }) =>
      value === undefined
        ? statement("DELETE FROM edgewater_kv WHERE key = ?", key)
        : statement(
            "INSERT INTO edgewater_kv (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            toBase64(value),
          ),
    ),
    ...dynamicPartitions.flatMap(({ definition, add = [], remove = [] }) => [
      ...remove.map((key) => statement("DELETE FROM edgewater_dynamic WHERE definition = ? AND key = ?", definition, key)),
      ...add.map((key) =>
        statement(
          `INSERT INTO edgewater_dynamic (definition, key, position) VALUES (?, ?, ${positionBefore}) ON CONFLICT (definition, key) DO NOTHING`,
          definition,
          key,
          --left,
        ),
      ),
    ]),
    ...(deletes.events ?? []).map((id) => statement("DELETE FROM edgewater_events WHERE id = ?", id)),
    ...(deletes.runs ?? []).flatMap((id) => [
      statement("DELETE FROM edgewater_runs WHERE run_id = ?", id),
      statement("DELETE FROM edgewater_logs WHERE run_id = ?", id),
    ]),
    ...(deletes.assets ?? []).flatMap((key) => [
      statement("DELETE FROM edgewater_assets WHERE asset_key = ?", key),
      statement("DELETE FROM edgewater_latest WHERE asset_key = ?", key),
    ]),
  ];
}

/** The events of a batch as they are numbered, given the last id. */
export function numbered(events: readonly NewEvent[], lastId: number): readonly AnyEvent[] {
  return events.map((event, index) => ({ ...event, id: event.id ?? lastId - events.length + 1 + index }));
}

/** Inserts events, and sets what is last known of every place that they touch, once for each. */
function eventStatements(events: readonly NewEvent[]): readonly Statement[] {
  if (events.length === 0) return [];
  // Counted from the last id of this commit, which only the database knows: a distance of 0 is the last event's.
  const lastId = events.at(-1)?.id ?? events.length;
  const before = (id: number | undefined): SqlValue => (id === undefined ? null : lastId - id);
  const latest = new Map<string, { readonly place: string; readonly record: LatestRecord }>();
  const inserts = numbered(events, lastId).map((event) => {
    const { id, eventType, assetKey, partitionKey, runId, timestamp, dataVersion, codeVersion, inputDataVersions, metadata } = event;
    const own = placeOf(partitionKey);
    for (const place of isLasting(event) ? new Set(["", own]) : []) {
      const where = `${assetKey.length}:${assetKey}${place}`;
      latest.set(where, { place, record: advance(latest.get(where)?.record, event, place === "") });
    }
    const key = partitionKey ? JSON.stringify(partitionKey) : null;
    const said = [JSON.stringify(inputDataVersions), JSON.stringify(metadataJson(metadata))];
    return statement(
      insertEvent,
      before(id),
      eventType,
      assetKey,
      own,
      key,
      runId,
      timestamp,
      dataVersion ?? null,
      codeVersion ?? null,
      ...said,
    );
  });
  const upserts = [...latest.values()].map(({ place, record }) =>
    statement(
      upsertLatest,
      record.assetKey,
      place,
      record.partitionKey ? JSON.stringify(record.partitionKey) : null,
      before(record.firstId),
      before(record.lastEventId),
      before(record.lastMaterializationId),
      before(record.lastFailureId),
      record.lastRunId ?? null,
      record.lastTimestamp ?? null,
      record.lastDataVersion ?? null,
      record.lastMaterializationCodeVersion ?? null,
      JSON.stringify(record.lastInputDataVersions),
    ),
  );
  return [...inserts, ...upserts];
}

/** Inserts a row that no table takes, unless the precondition holds. */
function preconditionStatement(precondition: Precondition): Statement {
  const breakUnless = (holds: string, ...parameters: readonly SqlValue[]): Statement =>
    statement(`INSERT INTO edgewater_guard (broken) SELECT 1 WHERE NOT ${holds}`, ...parameters);
  const { is } = precondition;
  const not = is === undefined ? "NOT " : "";
  const equal = (column: string): string => (is === undefined ? "" : ` AND ${column} = ?`);
  const expected = is === undefined ? [] : [is instanceof Uint8Array ? toBase64(is) : is];
  if ("kv" in precondition)
    return breakUnless(`${not}EXISTS (SELECT 1 FROM edgewater_kv WHERE key = ?${equal("value")})`, precondition.kv, ...expected);
  if ("run" in precondition)
    return breakUnless(`${not}EXISTS (SELECT 1 FROM edgewater_runs WHERE run_id = ?${equal("status")})`, precondition.run, ...expected);
  const { latest, partition } = precondition;
  const where = `asset_key = ? AND place = ? AND materialization_id IS NOT NULL${equal("materialization_id")}`;
  return breakUnless(`${not}EXISTS (SELECT 1 FROM edgewater_latest WHERE ${where})`, latest, placeOf(partition), ...expected);
}
