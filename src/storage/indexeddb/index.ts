import { EdgewaterError } from "../../errors.ts";
import type { StorageBackend } from "../backend.ts";
import type { EmbeddedOptions } from "../embedded-options.ts";
import { checkStamp } from "../schema.ts";
import { IndexedDBBackend } from "./backend.ts";
import { type Connection, connect, readStamp } from "./connection.ts";

/** What `Storage.embedded` opens in browsers: a database of this name, in windows and workers. */
export function embedded(database: string, { fsync = false }: EmbeddedOptions = {}): StorageBackend {
  const name = `Storage.embedded(${database})`;
  const opened = async (readOnly: boolean): Promise<Connection> => {
    if (!globalThis.indexedDB)
      throw new EdgewaterError("NotSupported", `${name} needs IndexedDB, which this runtime lacks`, { store: name });
    const connection = await connect(name, database, fsync);
    const stamp = await readStamp(connection);
    try {
      checkStamp(name, stamp, readOnly);
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  };
  return {
    name,
    open: async ({ readOnly }) => new IndexedDBBackend(await opened(readOnly)),
    // Its version is IndexedDB's own: opening makes the first one, and there is no other to come from.
    migrate: async () => (await opened(false)).close(),
  };
}
