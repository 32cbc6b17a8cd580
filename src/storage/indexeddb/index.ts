/**
 * The Storage of a browser, in IndexedDB.
 *
 * @module
 */
import { EdgewaterError } from "../../errors.ts";
import type { EmbeddedOptions, StorageBackend } from "../backend.ts";
import { checkStamp } from "../schema-version.ts";
import { IndexedDBBackend } from "./backend.ts";
import { type Connection, connect, readStamp } from "./connection.ts";
import { Tabs } from "./tabs.ts";

/** The back end of `Storage.embedded` in browsers, in windows and workers: an IndexedDB database of this name. */
export function embedded(database: string, { fsync = false }: EmbeddedOptions = {}): StorageBackend {
  const name = `Storage.embedded(${database})`;
  const canTell = typeof BroadcastChannel === "function";
  const opened = async (readOnly: boolean, migrates = false): Promise<Connection> => {
    if (!globalThis.indexedDB)
      throw new EdgewaterError(
        "NotSupported",
        `Cannot open ${name}: this runtime has no IndexedDB; use Storage.memory() or Storage.connect(…)`,
        { store: name },
      );
    const connection = connect(name, database, fsync, migrates);
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
    open: async ({ readOnly }) => new IndexedDBBackend(await opened(readOnly), canTell ? new Tabs(database) : undefined),
    migrate: async () => (await opened(false, true)).close(),
  };
}
