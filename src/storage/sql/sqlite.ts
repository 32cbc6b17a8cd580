/**
 * `edgewater/sqlite`: a Storage in an SQLite file, on Node from 22.13, Deno and Bun.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { EdgewaterError, isEdgewaterError, thrownText } from "../../errors.ts";
import { aName, checkValue, required } from "../../options.ts";
import type { Reach } from "../../reach.ts";
import type { EmbeddedOptions, StorageBackend } from "../backend.ts";
import { checkStorageOptions } from "../options.ts";
import { SqlBackend } from "./backend.ts";
import type { Row, SqlDatabase, SqlValue, Statement } from "./driver.ts";
import { databaseError, isBusy, sqliteFailure } from "./failure.ts";
import { migrate, openSchema } from "./schema.ts";
import { snapshot } from "./sqlite-snapshot.ts";

export type { EmbeddedOptions, StorageBackend };

/**
 * The back end for a Storage in an SQLite file, for `Storage.connect`. The folder must exist. Safe for concurrent processes and
 * threads of one machine; do not put the file on a network drive.
 *
 * Opening and migrating throw `NotFound` when the file cannot be opened, `NotSupported` on an older runtime, `Integrity` for
 * a damaged file, `Unavailable` when another connection keeps it locked for longer than `lockTimeoutMs`, and
 * `SchemaMismatch` for a schema of another version.
 *
 * @example
 * ```ts
 * import { Storage } from "edgewater";
 * import { sqlite } from "edgewater/sqlite";
 *
 * await using storage = await Storage.connect(sqlite("records.sqlite"));
 * ```
 */
export function sqlite(file: string, options: EmbeddedOptions = {}): StorageBackend {
  checkValue("sqlite", "file", file, required(aName));
  checkStorageOptions("sqlite", options);
  const name = `sqlite(${file})`;
  return {
    name,
    open: async ({ readOnly }) => {
      const database = await openFile(name, file, { ...options, readOnly });
      await closingOnFailure(database, () => openSchema(database, readOnly));
      return new SqlBackend(database);
    },
    migrate: async () => {
      const database = await openFile(name, file, options);
      await closingOnFailure(database, () => migrate(database));
      await database.close();
    },
  };
}

/** The back end of `Storage.embedded`: a file in a folder, which is created when it does not exist. */
export function embedded(folder: string, options: EmbeddedOptions = {}): StorageBackend {
  const { open, migrate: migrateFile } = sqlite(`${folder}/records.sqlite`, options);
  const name = `Storage.embedded(${folder})`;
  return {
    name,
    open: async ({ readOnly }) => {
      await engine(name);
      if (!readOnly) await makeFolder(name, folder);
      return open({ readOnly });
    },
    migrate: async () => {
      await makeFolder(name, folder);
      await migrateFile();
    },
  };
}

async function makeFolder(store: string, folder: string): Promise<void> {
  const { mkdir } = await import("node:fs/promises");
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const message = `Cannot create the folder ${JSON.stringify(folder)} of ${store}: ${thrownText(cause)}`;
    throw new EdgewaterError("PermissionDenied", message, { store, cause });
  }
}

/** Runs `work`, and closes the database when it fails. */
async function closingOnFailure(database: SqlDatabase, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens a file as a database, without a check of its schema. */
export async function openFile(name: string, file: string, options: EmbeddedOptions): Promise<SqlDatabase> {
  if (!options.readOnly) return openAt(name, file, options);
  try {
    return await openAt(name, file, options);
  } catch (error) {
    // SQLite also reports so that it cannot write beside a file that it only reads.
    if (!isEdgewaterError(error, "PermissionDenied") && !isEdgewaterError(error, "NotFound")) throw error;
    const copy = await snapshot(name, file);
    if (copy === undefined) throw error;
    try {
      return await openAt(name, copy.file, options, copy.remove);
    } catch (failure) {
      await copy.remove();
      throw failure;
    }
  }
}

async function openAt(
  name: string,
  file: string,
  { fsync = false, lockTimeoutMs = 10_000, readOnly = false }: EmbeddedOptions,
  closed?: () => Promise<void>,
): Promise<SqlDatabase> {
  const { DatabaseSync } = await engine(name);
  const attempt = <Value>(work: () => Value): Promise<Value> => whenFree(name, lockTimeoutMs, work);
  const connection = await attempt(() => new DatabaseSync(file, { readOnly }));
  const database = new SqliteFile(name, isInMemory(file) ? "process" : "machine", connection, attempt, closed);
  const settings = [...(readOnly ? [] : ["PRAGMA journal_mode = WAL"]), `PRAGMA synchronous = ${fsync ? "FULL" : "NORMAL"}`];
  // SQLite opens the file with the first read.
  if (readOnly) settings.push("SELECT 1 FROM sqlite_master");
  await closingOnFailure(database, async () => {
    for (const sql of settings) await attempt(() => connection.exec(sql));
  });
  return database;
}

async function engine(store: string): Promise<typeof import("node:sqlite")> {
  try {
    return await import("node:sqlite");
  } catch (cause) {
    const message = `Cannot open ${store}: this runtime has no SQLite; use Node 22.13, Deno 2.2 or Bun 1.4 or later, or Storage.connect with another database`;
    throw new EdgewaterError("NotSupported", message, { store, cause });
  }
}

/** Whether SQLite keeps a database with this name in memory, or in a file that only its connection has. */
function isInMemory(file: string): boolean {
  return file === ":memory:" || file.startsWith("file::memory:") || /^file:.*[?&]mode=memory\b/.test(file);
}

/** One connection. Its calls block the thread, so SQLite does not wait for locks: `attempt` waits between calls. */
class SqliteFile implements SqlDatabase {
  readonly name: string;
  readonly reach: Reach;
  readonly dialect = "sqlite";
  readonly #connection: DatabaseSync;
  readonly #attempt: <Value>(work: () => Value) => Promise<Value>;
  readonly #closed: (() => Promise<void>) | undefined;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(
    name: string,
    reach: Reach,
    connection: DatabaseSync,
    attempt: <Value>(work: () => Value) => Promise<Value>,
    closed: (() => Promise<void>) | undefined,
  ) {
    this.name = name;
    this.reach = reach;
    this.#connection = connection;
    this.#attempt = attempt;
    this.#closed = closed;
  }

  run(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    return this.#attempt(() => {
      this.#connection.exec("BEGIN IMMEDIATE");
      try {
        const rows = statements.map((each) => this.#execute(each));
        this.#connection.exec("COMMIT");
        return rows;
      } catch (error) {
        // A full disk has ended the transaction already; then there is nothing to roll back.
        if (this.#connection.isTransaction) this.#connection.exec("ROLLBACK");
        throw error;
      }
    });
  }

  all(sql: string, parameters: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#attempt(() => this.#prepare(sql).all(...parameters) as Row[]);
  }

  async close(): Promise<void> {
    this.#prepared.clear();
    this.#connection.close();
    await this.#closed?.();
  }

  #execute({ sql, parameters }: Statement): readonly Row[] {
    const prepared = this.#prepare(sql);
    if (/\bRETURNING\b|^SELECT/.test(sql)) return prepared.all(...parameters) as Row[];
    prepared.run(...parameters);
    return [];
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#connection.prepare(sql);
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** Retries `work` until no other connection holds a lock, or the time is up. */
async function whenFree<Value>(store: string, timeoutMs: number, work: () => Value): Promise<Value> {
  const end = Date.now() + timeoutMs;
  for (let tries = 0; ; tries++) {
    try {
      return work();
    } catch (cause) {
      if (!isBusy(cause)) throw databaseError(store, cause, sqliteFailure);
      if (Date.now() >= end) {
        const message = `Cannot use ${store}: another connection has kept it locked for ${timeoutMs} ms; end the process that writes to it, or pass a longer lockTimeoutMs`;
        throw new EdgewaterError("Unavailable", message, { store, cause });
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, 2 ** tries)));
    }
  }
}
