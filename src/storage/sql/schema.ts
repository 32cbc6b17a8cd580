import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { checkStamp, currentStamp, type Stamp } from "../schema-version.ts";
import { oneAtATime, type SqlDatabase, type Statement, statement } from "./driver.ts";

/** The name of the constraint that a commit violates when one of its preconditions does not hold. */
export const preconditionName = "edgewater_precondition";

/**
 * The statements that create the tables. `last_event_id` numbers events, `last_position` every other row that has an order; every
 * commit starts by updating that row, so commits do not overlap. Texts are compared by their bytes. `place` is a partition id.
 */
function tables(dialect: SqlDatabase["dialect"]): readonly string[] {
  const text = textType(dialect);
  const rowId = dialect === "postgres" ? "BIGINT PRIMARY KEY" : "INTEGER PRIMARY KEY";
  return [
    `CREATE TABLE IF NOT EXISTS edgewater_schema (one INTEGER PRIMARY KEY, version INTEGER NOT NULL, min_reader INTEGER NOT NULL,
      min_writer INTEGER NOT NULL, last_event_id BIGINT NOT NULL, last_position BIGINT NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS edgewater_guard (broken INTEGER NOT NULL, CONSTRAINT ${preconditionName} CHECK (broken = 0))`,
    `CREATE TABLE IF NOT EXISTS edgewater_events (id ${rowId}, event_type TEXT NOT NULL, asset_key ${text} NOT NULL, place ${text} NOT NULL,
      partition_key TEXT, run_id ${text} NOT NULL, timestamp BIGINT NOT NULL, data_version TEXT, code_version TEXT,
      inputs TEXT NOT NULL, metadata TEXT NOT NULL, details TEXT)`,
    "CREATE INDEX IF NOT EXISTS edgewater_events_by_asset ON edgewater_events (asset_key, id)",
    "CREATE INDEX IF NOT EXISTS edgewater_events_by_place ON edgewater_events (asset_key, place, id)",
    "CREATE INDEX IF NOT EXISTS edgewater_events_by_run ON edgewater_events (run_id, id)",
    `CREATE TABLE IF NOT EXISTS edgewater_latest (asset_key ${text} NOT NULL, place ${text} NOT NULL, partition_key TEXT, first_id BIGINT,
      event_id BIGINT, materialization_id BIGINT, failure_id BIGINT, run_id TEXT, timestamp BIGINT, data_version TEXT, code_version TEXT,
      inputs TEXT NOT NULL, stored TEXT, fingerprint TEXT, found TEXT, PRIMARY KEY (asset_key, place))`,
    `CREATE TABLE IF NOT EXISTS edgewater_assets (asset_key ${text} PRIMARY KEY, definition TEXT NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS edgewater_runs (run_id ${text} PRIMARY KEY, position BIGINT NOT NULL UNIQUE, status ${text} NOT NULL,
      record TEXT NOT NULL)`,
    "CREATE INDEX IF NOT EXISTS edgewater_runs_by_status ON edgewater_runs (status, position)",
    leasesTable(text),
    ...commitsTable(text),
    `CREATE TABLE IF NOT EXISTS edgewater_logs (position ${rowId}, run_id ${text} NOT NULL, record TEXT NOT NULL)`,
    "CREATE INDEX IF NOT EXISTS edgewater_logs_by_run ON edgewater_logs (run_id, position)",
    `CREATE TABLE IF NOT EXISTS edgewater_ticks (position ${rowId}, name ${text} NOT NULL, record TEXT NOT NULL)`,
    "CREATE INDEX IF NOT EXISTS edgewater_ticks_by_name ON edgewater_ticks (name, position)",
    `CREATE TABLE IF NOT EXISTS edgewater_kv (key ${text} PRIMARY KEY, value TEXT NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS edgewater_dynamic (definition ${text} NOT NULL, key ${text} NOT NULL, position BIGINT NOT NULL,
      PRIMARY KEY (definition, key))`,
  ];
}

/** The leases of runs, and of steps of runs; the step of a run's own lease is empty. */
const leasesTable = (text: string): string =>
  `CREATE TABLE IF NOT EXISTS edgewater_leases (run_id ${text} NOT NULL, step ${text} NOT NULL, owner TEXT NOT NULL,
    attempt BIGINT NOT NULL, beat BIGINT NOT NULL, ttl_ms BIGINT NOT NULL, holder TEXT, at BIGINT NOT NULL, PRIMARY KEY (run_id, step))`;

/** The commits that came with an id, and the id of their last event; NULL for an id that was given up. */
const commitsTable = (text: string): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS edgewater_commits (id ${text} PRIMARY KEY, last_event_id BIGINT, at BIGINT NOT NULL)`,
  "CREATE INDEX IF NOT EXISTS edgewater_commits_by_time ON edgewater_commits (at)",
];

/**
 * The statements of each migration. The first column that version 2 renames is in every commit of version 1, so that a process
 * of version 1 that is still connected cannot write any more.
 */
function migrationsOf(dialect: SqlDatabase["dialect"]): Migrations {
  return {
    2: [
      "ALTER TABLE edgewater_schema RENAME COLUMN last_id TO last_event_id",
      "ALTER TABLE edgewater_events ADD COLUMN details TEXT",
      "ALTER TABLE edgewater_latest ADD COLUMN stored TEXT",
      "ALTER TABLE edgewater_latest ADD COLUMN fingerprint TEXT",
      "ALTER TABLE edgewater_latest ADD COLUMN found TEXT",
      leasesTable(textType(dialect)),
      ...commitsTable(textType(dialect)),
    ],
  };
}

/** The type of texts that are compared by their bytes. */
function textType(dialect: SqlDatabase["dialect"]): string {
  return dialect === "postgres" ? 'TEXT COLLATE "C"' : "TEXT";
}

/** By schema version, the statements that bring a schema from the version before to it. */
export type Migrations = Readonly<Record<number, readonly string[]>>;

/**
 * Creates the tables when there are none, and checks the schema version.
 *
 * @throws `SchemaMismatch` for a schema that this library cannot work with, `NotFound` when there are no tables and
 *   `readOnly` is set
 */
export async function openSchema(database: SqlDatabase, readOnly: boolean): Promise<void> {
  const stamp = await readStamp(database);
  if (stamp !== undefined) return checkStamp(database.name, stamp, readOnly);
  if (readOnly) {
    const message = `Cannot open ${database.name} readOnly: it has no tables yet; open it once without readOnly to create them`;
    throw new EdgewaterError("NotFound", message, { store: database.name });
  }
  await database.run(creation(database.dialect));
  const made = await readStamp(database);
  if (made !== undefined) checkStamp(database.name, made, readOnly);
}

/**
 * Brings a schema to a version, this library's unless another is given. Each step is one transaction that checks the
 * version it starts from, so concurrent migrations apply each step once.
 *
 * @throws `SchemaMismatch` for a schema with a later version
 */
export async function migrate(
  database: SqlDatabase,
  to: Stamp = currentStamp,
  migrations: Migrations = migrationsOf(database.dialect),
): Promise<void> {
  let stamp = await readStamp(database);
  if (stamp === undefined) {
    await database.run(creation(database.dialect));
    stamp = await readStamp(database);
  }
  while (stamp !== undefined && stamp.version < to.version) {
    const next = stamp.version + 1;
    const { minReader, minWriter } = to;
    const isStill = statement("INSERT INTO edgewater_guard (broken) SELECT 1 FROM edgewater_schema WHERE version <> ?", stamp.version);
    const changes = (migrations[next] ?? []).map((sql) => statement(sql));
    const stamped = statement("UPDATE edgewater_schema SET version = ?, min_reader = ?, min_writer = ?", next, minReader, minWriter);
    try {
      await database.run([...alone(database.dialect), isStill, ...changes, stamped]);
    } catch (error) {
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
    }
    stamp = await readStamp(database);
  }
  if (stamp !== undefined) checkStamp(database.name, stamp, false, to.version);
}

/**
 * Waits for every commit, and lets none begin until the transaction has ended. On Postgres a lock of the table does that: a commit
 * that waits for the row would hold a lock that the change of a column waits for.
 */
function alone(dialect: SqlDatabase["dialect"]): readonly Statement[] {
  return dialect === "postgres" ? [statement("LOCK TABLE edgewater_schema IN ACCESS EXCLUSIVE MODE")] : [oneAtATime];
}

function creation(dialect: SqlDatabase["dialect"]): readonly Statement[] {
  const { version, minReader, minWriter } = currentStamp;
  // Without a lock, two connections can both find a table missing and create it; then one of them fails.
  const lock = dialect === "postgres" ? [statement("SELECT pg_advisory_xact_lock(7310868735415578)")] : [];
  return [
    ...lock,
    ...tables(dialect).map((sql) => statement(sql)),
    statement("INSERT INTO edgewater_schema VALUES (1, ?, ?, ?, 0, 0) ON CONFLICT DO NOTHING", version, minReader, minWriter),
  ];
}

async function readStamp(database: SqlDatabase): Promise<Stamp | undefined> {
  const where =
    database.dialect === "postgres"
      ? "SELECT to_regclass('edgewater_schema') AS found"
      : "SELECT name AS found FROM sqlite_master WHERE name = 'edgewater_schema'";
  const [table] = await database.all(where, []);
  if (!table?.["found"]) return undefined;
  const [row] = await database.all("SELECT version, min_reader, min_writer FROM edgewater_schema", []);
  return row && { version: Number(row["version"]), minReader: Number(row["min_reader"]), minWriter: Number(row["min_writer"]) };
}
