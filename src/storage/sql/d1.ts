/**
 * `edgewater/d1`: a Storage in Cloudflare D1.
 *
 * @module
 */
import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { checkValue, required, withMethods } from "../../options.ts";
import type { StorageBackend } from "../backend.ts";
import { checkStorageOptions } from "../options.ts";
import { SqlBackend } from "./backend.ts";
import type { Row, SqlDatabase, SqlValue } from "./driver.ts";
import { databaseError, sqliteFailure } from "./failure.ts";
import { migrate, openSchema } from "./schema.ts";

export type { StorageBackend };

/** The methods of a D1 binding that are used. */
export interface D1Binding {
  /** Prepares a statement. */
  prepare(sql: string): D1Statement;
  /** Runs statements in one transaction. */
  batch(statements: D1Statement[]): Promise<{ readonly results: unknown[] }[]>;
}

/** A prepared statement of D1. */
export interface D1Statement {
  /** Sets the parameters. */
  bind(...parameters: readonly SqlValue[]): D1Statement;
  /** Runs the statement. */
  all(): Promise<{ readonly results: unknown[] }>;
}

/**
 * The back end for a Storage in a D1 database, for `Storage.connect`. Safe for concurrent Workers.
 *
 * Opening and migrating throw `Unavailable` when D1 fails, and `SchemaMismatch` for a schema of another version.
 *
 * @example
 * ```ts
 * import { Storage } from "edgewater";
 * import { d1 } from "edgewater/d1";
 *
 * await using storage = await Storage.connect(d1(env.DB));
 * ```
 */
export function d1(binding: D1Binding, options: { readonly name?: string } = {}): StorageBackend {
  checkValue("d1", "binding", binding, required(withMethods("a D1 binding of the Worker's env", "prepare", "batch")));
  checkStorageOptions("d1", options);
  const { name = "d1" } = options;
  const attempt = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work();
    } catch (cause) {
      throw databaseError(name, cause, sqliteFailure);
    }
  };
  /** An error that SQLite has not reported may be that of a lost answer. */
  const orUnknown = (error: unknown): never => {
    if (!isEdgewaterError(error, "Unavailable") || error.message.includes("SQLITE_")) throw error;
    throw new EdgewaterError("Unavailable", error.message, { store: name, outcome: "unknown", cause: error.cause });
  };
  const prepared = (sql: string, parameters: readonly SqlValue[]): D1Statement => binding.prepare(sql).bind(...parameters);
  const database: SqlDatabase = {
    name,
    reach: "anywhere",
    dialect: "sqlite",
    run: (statements) =>
      attempt(async () => {
        const results = await binding.batch(statements.map(({ sql, parameters }) => prepared(sql, parameters)));
        return results.map(({ results: rows }) => rows as Row[]);
      }).catch(orUnknown),
    all: (sql, parameters) => attempt(async () => (await prepared(sql, parameters).all()).results as Row[]),
    close: async () => {},
  };
  return {
    name,
    open: async ({ readOnly }) => {
      await openSchema(database, readOnly);
      return new SqlBackend(database);
    },
    migrate: () => migrate(database),
  };
}
