import { toBase64 } from "../../encoding/base64.ts";
import { partitionId } from "../backend.ts";
import { type Batch, commitMemoryMs, givesUp, type LeaseChange, numbered, type Precondition } from "../batch.ts";
import type { NewEvent } from "../events.ts";
import { advance, changedPlaces, changesLatest } from "../latest-record.ts";
import { detailsOf, metadataJson } from "../record-json.ts";
import type { LatestRecord } from "../records.ts";
import { nowMs, oneAtATime, type SqlDatabase, type SqlValue, type Statement, statement } from "./driver.ts";

/** The id of this commit's last event, minus a parameter; NULL when the parameter is NULL. */
const idBefore = "(SELECT last_event_id FROM edgewater_schema) - CAST(? AS BIGINT)";
/** The position of this commit's last row, minus a parameter. */
const positionBefore = "(SELECT last_position FROM edgewater_schema) - CAST(? AS BIGINT)";

const insertEvent = `INSERT INTO edgewater_events (id, event_type, asset_key, place, partition_key, run_id, timestamp, data_version,
  code_version, inputs, metadata, details) VALUES (${idBefore}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The new value of a column, unless the commit has no materialization. */
const unlessMade = (column: string): string =>
  `CASE WHEN excluded.materialization_id IS NULL THEN edgewater_latest.${column} ELSE excluded.${column} END`;
/** The new value of a column, unless the commit has neither a materialization nor an observation. */
const unlessSeen = (column: string): string =>
  `CASE WHEN excluded.event_id IS NULL THEN edgewater_latest.${column} ELSE excluded.${column} END`;

const upsertLatest = `INSERT INTO edgewater_latest (asset_key, place, partition_key, first_id, event_id, materialization_id, failure_id,
  run_id, timestamp, data_version, code_version, inputs, stored, fingerprint, found)
  VALUES (?, ?, ?, ${idBefore}, ${idBefore}, ${idBefore}, ${idBefore}, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (asset_key, place) DO UPDATE SET
  first_id = COALESCE(edgewater_latest.first_id, excluded.first_id),
  event_id = COALESCE(excluded.event_id, edgewater_latest.event_id),
  materialization_id = COALESCE(excluded.materialization_id, edgewater_latest.materialization_id),
  failure_id = COALESCE(excluded.failure_id, edgewater_latest.failure_id),
  run_id = ${unlessMade("run_id")}, code_version = ${unlessMade("code_version")}, inputs = ${unlessMade("inputs")},
  stored = ${unlessMade("stored")}, fingerprint = ${unlessMade("fingerprint")},
  found = CASE WHEN excluded.materialization_id IS NULL THEN COALESCE(excluded.found, edgewater_latest.found) ELSE excluded.found END,
  timestamp = ${unlessSeen("timestamp")}, data_version = ${unlessSeen("data_version")}`;

/**
 * The statements of a commit, for one transaction. The first one updates the row that numbers events: it locks that row, so
 * commits run one at a time, and returns the last id. A precondition that does not hold violates a constraint, because the
 * statements are sent together and the client cannot decide in between.
 */
export function commitStatements(batch: Batch, dialect: SqlDatabase["dialect"]): readonly Statement[] {
  const { preconditions = [], runs = [], assets = [], events = [], logs = [], ticks = [], kv = [], dynamicPartitions = [] } = batch;
  const { leases = [], deletes = {} } = batch;
  const added = dynamicPartitions.reduce((sum, { add = [] }) => sum + add.length, 0);
  const positions = runs.length + logs.length + ticks.length + added;
  let left = positions;
  return [
    ...numberStatements(events, positions),
    ...(batch.id === undefined ? [] : idStatements(batch.id, givesUp(batch), dialect)),
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
    ...leases.map((change) => leaseStatement(change, dialect)),
    ...(deletes.events ?? []).map((id) => statement("DELETE FROM edgewater_events WHERE id = ?", id)),
    ...(deletes.runs ?? []).flatMap((id) => [
      statement("DELETE FROM edgewater_runs WHERE run_id = ?", id),
      statement("DELETE FROM edgewater_logs WHERE run_id = ?", id),
      statement("DELETE FROM edgewater_leases WHERE run_id = ?", id),
    ]),
    ...(deletes.assets ?? []).flatMap((key) => [
      statement("DELETE FROM edgewater_assets WHERE asset_key = ?", key),
      statement("DELETE FROM edgewater_latest WHERE asset_key = ?", key),
    ]),
  ];
}

/** Locks the row that numbers events, and numbers those of a batch. Ids that an import brings along must be greater than all others. */
function numberStatements(events: readonly NewEvent[], positions: number): readonly Statement[] {
  const [first, last] = [events[0]?.id, events.at(-1)?.id];
  const numberOfLast = last === undefined ? "last_event_id + ?" : "?";
  const number = statement(
    `UPDATE edgewater_schema SET last_event_id = ${numberOfLast}, last_position = last_position + ? RETURNING last_event_id`,
    last ?? events.length,
    positions,
  );
  if (first === undefined) return [number];
  return [
    oneAtATime,
    statement("INSERT INTO edgewater_guard (broken) SELECT 1 FROM edgewater_schema WHERE last_event_id >= ?", first),
    number,
  ];
}

/** Refuses an id that is known, remembers it with the id of the last event, and forgets old ones. */
function idStatements(id: string, isGivenUp: boolean, dialect: SqlDatabase["dialect"]): readonly Statement[] {
  const lastId = isGivenUp ? "NULL" : "(SELECT last_event_id FROM edgewater_schema)";
  return [
    statement("INSERT INTO edgewater_guard (broken) SELECT 1 FROM edgewater_commits WHERE id = ?", id),
    statement(`DELETE FROM edgewater_commits WHERE at < ${nowMs[dialect]} - ?`, commitMemoryMs),
    statement(`INSERT INTO edgewater_commits (id, last_event_id, at) VALUES (?, ${lastId}, ${nowMs[dialect]})`, id),
  ];
}

/** Inserts the events, and updates the latest record of every asset and partition that they change, each once. */
function eventStatements(events: readonly NewEvent[]): readonly Statement[] {
  if (events.length === 0) return [];
  // Only the database knows the ids, so they are distances from the last id of this commit: 0 is the last event.
  const lastId = events.at(-1)?.id ?? events.length;
  const before = (id: number | undefined): SqlValue => (id === undefined ? null : lastId - id);
  const latest = new Map<string, { readonly partition: string; readonly record: LatestRecord }>();
  const inserts = numbered(events, lastId).map((event) => {
    const { id, eventType, assetKey, partitionKey, runId, timestamp, dataVersion, codeVersion, inputDataVersions, metadata } = event;
    const own = partitionId(partitionKey);
    if (changesLatest(event)) {
      for (const partition of changedPlaces(event)) {
        const key = `${event.assetKey.length}:${event.assetKey}${partition}`;
        latest.set(key, { partition, record: advance(latest.get(key)?.record, event, partition === "") });
      }
    }
    const details = detailsOf(event);
    return statement(
      insertEvent,
      before(id),
      eventType,
      assetKey ?? "",
      own,
      partitionKey ? JSON.stringify(partitionKey) : null,
      runId,
      timestamp,
      dataVersion ?? null,
      codeVersion ?? null,
      JSON.stringify(inputDataVersions),
      JSON.stringify(metadataJson(metadata)),
      details === undefined ? null : JSON.stringify(details),
    );
  });
  const upserts = [...latest.values()].map(({ partition, record }) =>
    statement(
      upsertLatest,
      record.assetKey,
      partition,
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
      record.lastStored === undefined ? null : JSON.stringify(record.lastStored),
      record.lastFingerprint ?? null,
      record.lastFound ?? null,
    ),
  );
  return [...inserts, ...upserts];
}

/** Takes, renews or ends a lease. */
function leaseStatement({ runId, step = "", ...change }: LeaseChange, dialect: SqlDatabase["dialect"]): Statement {
  if (change.owner === undefined) {
    if (step === "") return statement("DELETE FROM edgewater_leases WHERE run_id = ?", runId);
    return statement("DELETE FROM edgewater_leases WHERE run_id = ? AND step = ?", runId, step);
  }
  const { owner, attempt, ttlMs, holder } = change;
  return statement(
    `INSERT INTO edgewater_leases (run_id, step, owner, attempt, beat, ttl_ms, holder, at) VALUES (?, ?, ?, ?, 0, ?, ?, ${nowMs[dialect]})
     ON CONFLICT (run_id, step) DO UPDATE SET
     beat = CASE WHEN edgewater_leases.owner = excluded.owner THEN edgewater_leases.beat + 1 ELSE 0 END,
     owner = excluded.owner, attempt = excluded.attempt, ttl_ms = excluded.ttl_ms, holder = excluded.holder, at = excluded.at`,
    runId,
    step,
    owner,
    attempt,
    ttlMs,
    holder ?? null,
  );
}

/** Violates a constraint unless the precondition holds. */
function preconditionStatement(precondition: Precondition): Statement {
  const failUnless = (holds: string, ...parameters: readonly SqlValue[]): Statement =>
    statement(`INSERT INTO edgewater_guard (broken) SELECT 1 WHERE NOT ${holds}`, ...parameters);
  if ("event" in precondition) return failUnless("EXISTS (SELECT 1 FROM edgewater_events WHERE id = ?)", precondition.event);
  if ("lease" in precondition) {
    const { lease, step = "", owner, beat } = precondition;
    if (owner === undefined) return failUnless("NOT EXISTS (SELECT 1 FROM edgewater_leases WHERE run_id = ? AND step = ?)", lease, step);
    const held = "SELECT 1 FROM edgewater_leases WHERE run_id = ? AND step = ? AND owner = ?";
    if (beat === undefined) return failUnless(`EXISTS (${held})`, lease, step, owner);
    return failUnless(`EXISTS (${held} AND beat = ?)`, lease, step, owner, beat);
  }
  const { is } = precondition;
  const not = is === undefined ? "NOT " : "";
  const equal = (column: string): string => (is === undefined ? "" : ` AND ${column} = ?`);
  const expected = is === undefined ? [] : [typeof is === "object" ? toBase64(is) : is];
  if ("kv" in precondition)
    return failUnless(`${not}EXISTS (SELECT 1 FROM edgewater_kv WHERE key = ?${equal("value")})`, precondition.kv, ...expected);
  if ("run" in precondition)
    return failUnless(`${not}EXISTS (SELECT 1 FROM edgewater_runs WHERE run_id = ?${equal("status")})`, precondition.run, ...expected);
  const { latest, partition } = precondition;
  const where = `asset_key = ? AND place = ? AND materialization_id IS NOT NULL${equal("materialization_id")}`;
  return failUnless(`${not}EXISTS (SELECT 1 FROM edgewater_latest WHERE ${where})`, latest, partitionId(partition), ...expected);
}
