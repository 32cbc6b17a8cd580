/**
 * `edgewater/durable-object`: records in the SQLite database of a Cloudflare Durable Object.
 *
 * @module
 */
import type { StorageBackend } from "../backend.ts";
import { SqlBackend } from "./backend.ts";
import { databaseError, sqliteFailure } from "./failure.ts";
import type { Row, SqlDatabase, SqlValue } from "./port.ts";
import { migrate, openSchema } from "./schema.ts";

export type { StorageBackend };

/** The little of a Durable Object's storage that is used. */
export interface DurableObjectStorageBinding {
  readonly sql: { exec(sql: string, ...parameters: SqlValue[]): { toArray(): unknown[] } };
  transactionSync<Value>(work: () => Value): Value;
}

/**
 * Records in a Durable Object's own database, for `Storage.connect`, within that object. Its class must be one of
 * `new_sqlite_classes`. A commit is confirmed before the object answers, as everything that it stores is.
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
export function durableObject(
  storage: DurableObjectStorageBinding,
  { name = "durableObject" }: { readonly name?: string } = {},
): StorageBackend {
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
