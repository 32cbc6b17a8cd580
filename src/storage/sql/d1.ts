/**
 * `edgewater/d1`: records in Cloudflare D1.
 *
 * @module
 */
import type { StorageBackend } from "../backend.ts";
import { SqlBackend } from "./backend.ts";
import { databaseError, sqliteFailure } from "./failure.ts";
import type { Row, SqlDatabase, SqlValue } from "./port.ts";
import { migrate, openSchema } from "./schema.ts";

export type { StorageBackend };

/** The little of a D1 binding that is used. */
export interface D1Binding {
  prepare(sql: string): D1Statement;
  /** Runs statements in one transaction. */
  batch(statements: D1Statement[]): Promise<{ readonly results: unknown[] }[]>;
}

export interface D1Statement {
  bind(...parameters: readonly SqlValue[]): D1Statement;
  all(): Promise<{ readonly results: unknown[] }>;
}

/**
 * Records in a D1 database, for `Storage.connect`. Any number of Workers may use it at the same time.
 *
 * @example
 * ```ts
 * import { Storage } from "edgewater";
 * import { d1 } from "edgewater/d1";
 *
 * await using storage = await Storage.connect(d1(env.DB));
 * ```
 */
export function d1(binding: D1Binding, { name = "d1" }: { readonly name?: string } = {}): StorageBackend {
  const attempt = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work();
    } catch (cause) {
      throw databaseError(name, cause, sqliteFailure);
    }
  };
  const prepared = (sql: string, parameters: readonly SqlValue[]): D1Statement => binding.prepare(sql).bind(...parameters);
  const database: SqlDatabase = {
    name,
    dialect: "sqlite",
    run: (statements) =>
      attempt(async () => {
        const results = await binding.batch(statements.map(({ sql, parameters }) => prepared(sql, parameters)));
        return results.map(({ results: rows }) => rows as Row[]);
      }),
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
