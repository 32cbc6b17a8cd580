/**
 * Storage, the record of what happened: runs, events, the catalogue of assets and dynamic partitions.
 *
 * @module
 */
import { aName, checkValue, type OptionKind, required, withMethods } from "../options.ts";
import type { ConnectOptions, EmbeddedOptions, StorageBackend } from "./backend.ts";
import { BackendStorage } from "./backend-storage.ts";
import { MemoryBackend } from "./memory.ts";
import { checkStorageOptions } from "./options.ts";
import type { Storage as StoragePort } from "./types.ts";

export type { ConnectOptions, EmbeddedOptions };

const aBackend: OptionKind = /* @__PURE__ */ required(/* @__PURE__ */ withMethods("a back end, such as sqlite(file)", "open", "migrate"));

/** The record of what happened: runs, events, the catalogue of assets and dynamic partitions; never the values of assets. */
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
  /** A Storage in the memory of this process. */
  memory(): Storage {
    return new BackendStorage(new MemoryBackend());
  },

  /**
   * A Storage in the runtime's own database: in browsers an IndexedDB database of this name; on Node from 22.13, Deno and Bun
   * an SQLite file in this folder, which is created when it does not exist. Safe for concurrent tabs, workers and processes.
   *
   * @throws `NotSupported` on an older Node and in Workers, `SchemaMismatch` for a schema of another version, `Integrity`
   *   for a damaged file, `Unavailable` when another process keeps it locked
   */
  async embedded(pathOrName: string, options: EmbeddedOptions = {}): Promise<Storage> {
    checkValue("Storage.embedded", "pathOrName", pathOrName, required(aName));
    checkStorageOptions("Storage.embedded", options);
    const { embedded } = await import("#embedded");
    return Storage.connect(embedded(pathOrName, options), { readOnly: options.readOnly ?? false });
  },

  /**
   * A Storage in a database: `postgres(url)`, `d1(env.DB)`, `durableObject(state.storage)`, `sqlite(file)`.
   *
   * @throws `Unauthenticated`, `Unavailable`, `SchemaMismatch` for a schema of another version
   */
  async connect(backend: StorageBackend, options: ConnectOptions = {}): Promise<Storage> {
    checkValue("Storage.connect", "backend", backend, aBackend);
    checkStorageOptions("Storage.connect", options);
    const { readOnly = false } = options;
    return new BackendStorage(await backend.open({ readOnly }), readOnly);
  },

  /**
   * Brings a schema to the version of this library: that of `Storage.embedded` with this path or name, or of a database.
   * Does nothing when it has that version. Safe to call from several processes at once.
   *
   * @throws `SchemaMismatch` for a schema with a later version
   */
  async migrate(target: string | StorageBackend): Promise<void> {
    if (typeof target !== "string") checkValue("Storage.migrate", "target", target, aBackend);
    const backend = typeof target === "string" ? (await import("#embedded")).embedded(target) : target;
    await backend.migrate();
  },
} as const;
