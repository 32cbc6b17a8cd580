import type { StorageBackend } from "./backend.ts";
import type { ConnectOptions, EmbeddedOptions } from "./embedded-options.ts";
import { RecordStorage } from "./record-storage.ts";
import type { Storage as StoragePort } from "./types.ts";

export type { ConnectOptions, EmbeddedOptions };

/** The record of what happened. See the methods of {@link Storage} for what can be asked. */
export type Storage = StoragePort;

/**
 * Ways to open a Storage.
 *
 * @example
 * ```ts
 * await using storage = Storage.memory();
 * await using repository = await Repository.open({ assets, storage: Storage.embedded(".edgewater/records") });
 * ```
 */
export const Storage = {
  /** Records in the memory of this process, gone when it is closed. */
  memory(): Storage {
    return new RecordStorage("Storage.memory()", async () => new (await import("./memory.ts")).MemoryBackend());
  },

  /**
   * Records in what the runtime itself has: an IndexedDB database of this name in browsers; SQLite in a folder of this
   * path, made when it is new, on Node from 22.13, Deno and Bun. Tabs, workers and processes may share it.
   *
   * @throws `NotSupported` on an older Node and in Workers, `SchemaMismatch` for records of another version, `Integrity`
   *   for a damaged file, `Unavailable` when another process keeps it locked
   */
  async embedded(pathOrName: string, options: EmbeddedOptions = {}): Promise<Storage> {
    const { embedded } = await import("#embedded");
    return Storage.connect(embedded(pathOrName, options), options);
  },

  /**
   * Records in a database: `postgres(url)`, `d1(env.DB)`, `durableObject(state.storage)`, `sqlite(file)`.
   *
   * @throws `Unauthenticated`, `Unavailable`, `SchemaMismatch` for records of another version
   */
  async connect(backend: StorageBackend, { readOnly = false }: ConnectOptions = {}): Promise<Storage> {
    const opened = await backend.open({ readOnly });
    return new RecordStorage(opened.name, async () => opened, readOnly);
  },

  /**
   * Brings records to the version of this library: in what `embedded` opens under this path or name, or in a database.
   * Does nothing when they have it. Safe to call at once from several processes.
   *
   * @throws `SchemaMismatch` for records of a later version
   */
  async migrate(target: string | StorageBackend): Promise<void> {
    const backend = typeof target === "string" ? (await import("#embedded")).embedded(target) : target;
    await backend.migrate();
  },
} as const;
