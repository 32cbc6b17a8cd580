/**
 * `edgewater/durable-object`: a Storage in the SQLite database of a Cloudflare Durable Object.
 *
 * @module
 */
import { checkValue, required, withMethods } from "../../options.ts";
import type { StorageBackend } from "../backend.ts";
import { checkStorageOptions } from "../options.ts";
import { SqlBackend } from "./backend.ts";
import type { Row, SqlDatabase, SqlValue } from "./driver.ts";
import { databaseError, sqliteFailure } from "./failure.ts";
import { migrate, openSchema } from "./schema.ts";

export type { StorageBackend };

/** The members of a Durable Object's storage that are used. */
export interface DurableObjectStorageBinding {
  /** The SQLite database. */
  readonly sql: { exec(sql: string, ...parameters: SqlValue[]): { toArray(): unknown[] } };
  /** Runs `work` in one transaction. */
  transactionSync<Value>(work: () => Value): Value;
}

/**
 * The back end for a Storage in the database of a Durable Object, for `Storage.connect` inside that object. Its class must be
 * in `new_sqlite_classes`. As with all storage of a Durable Object, responses wait until commits are on disk.
 *
 * Opening and migrating throw `Unavailable` when the database fails, and `SchemaMismatch` for a schema of another version.
 *
 * @example
 * ```ts
 * import { Storage } from "edgewater";
 * import { durableObject } from "edgewater/durable-object";
 *
 * export class Records extends DurableObject {
 *   async fetch() {
 *     await using storage = await Storage.connect(durableObject(this.ctx.storage));
 *     return Response.json(await storage.getAssetRecords());
 *   }
 * }
 * ```
 */
export function durableObject(storage: DurableObjectStorageBinding, options: { readonly name?: string } = {}): StorageBackend {
  checkValue("durableObject", "storage", storage, required(withMethods("the storage of a Durable Object with SQLite", "transactionSync")));
  checkStorageOptions("durableObject", options);
  const { name = "durableObject" } = options;
  const attempt = async <Value>(work: () => Value): Promise<Value> => {
    try {
      return work();
    } catch (cause) {
      throw databaseError(name, cause, sqliteFailure);
    }
  };
  const rows = (sql: string, parameters: readonly SqlValue[]): readonly Row[] => storage.sql.exec(sql, ...parameters).toArray() as Row[];
  const database: SqlDatabase = {
    name,
    reach: "process",
    dialect: "sqlite",
    run: (statements) => attempt(() => storage.transactionSync(() => statements.map(({ sql, parameters }) => rows(sql, parameters)))),
    all: (sql, parameters) => attempt(() => rows(sql, parameters)),
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
