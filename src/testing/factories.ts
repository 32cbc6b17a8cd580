import { EdgewaterError } from "../errors.ts";
import { SuperJsonIOHandler } from "../io-handler/superjson.ts";
import type { ObjectStore } from "../object-store/types.ts";
import { aPlainObject, checkValue, required } from "../options.ts";
import { Repository } from "../repository/repository.ts";
import type { RepositoryOptions } from "../repository/types.ts";
import { type EmbeddedOptions, Storage } from "../storage/storage.ts";

/**
 * A Storage in memory for one test.
 *
 * @example
 * ```ts
 * await using storage = await memoryStorage();
 * await using repository = await Repository.open({ assets, storage });
 * ```
 */
export async function memoryStorage(): Promise<Storage> {
  return Storage.memory();
}

/**
 * A Storage in a folder, which is created when it does not exist; in a browser in a database of this name. At the end of the
 * block it is closed: nothing stays locked, and the same path can be opened again or deleted at once.
 *
 * @throws as `Storage.embedded`
 *
 * @example As a fixture of Vitest:
 * ```ts
 * const test = base.extend<{ storage: Storage }>({
 *   storage: async ({}, use) => {
 *     await using storage = await embeddedStorage(folder);
 *     await use(storage);
 *   },
 * });
 * ```
 */
export function embeddedStorage(path: string, options?: EmbeddedOptions): Promise<Storage> {
  return Storage.embedded(path, options);
}

/**
 * A store for one test, which is deleted at the end of the block: in a temporary folder on Node, Deno and Bun, in IndexedDB
 * in browsers, in memory in Workers.
 *
 * @example
 * ```ts
 * await using store = await temporaryStore();
 * await new SuperJsonIOHandler({ store }).handleOutput(new OutputContext({ assetName: "quakes" }), rows);
 * ```
 */
export async function temporaryStore(): Promise<ObjectStore & AsyncDisposable> {
  const { temporary } = await import("#temporary");
  const { store, remove } = await temporary();
  return Object.assign(store, { [Symbol.asyncDispose]: remove });
}

/**
 * A repository for one test, with a store and a Storage that are deleted at the end of the block. Its handler is a
 * `SuperJsonIOHandler` unless another one is given.
 *
 * @throws as `Repository.open`; `SettingsError` for a `storage`
 *
 * @example
 * ```ts
 * await using repository = await temporaryRepository({ assets: [quakes, strong] });
 * await repository.materialize();
 * ```
 */
export async function temporaryRepository(options: Omit<RepositoryOptions, "storage">): Promise<Repository> {
  checkValue("temporaryRepository", "options", options, required(aPlainObject));
  if ((options as Partial<RepositoryOptions>).storage !== undefined) {
    const message =
      "Invalid storage of temporaryRepository: it makes a Storage that it deletes; use Repository.open with a Storage of yours";
    throw new EdgewaterError("SettingsError", message, { field: "storage" });
  }
  const { temporary } = await import("#temporary");
  const { store, storagePath, remove } = await temporary();
  const storage = storagePath === undefined ? memoryStorage() : embeddedStorage(storagePath);
  try {
    const repository = await Repository.open({ ioHandler: new SuperJsonIOHandler({ store }), ...options, storage });
    const dispose = async (): Promise<void> => {
      await repository.close();
      await remove();
    };
    return Object.assign(repository, { [Symbol.asyncDispose]: dispose });
  } catch (error) {
    await remove();
    throw error;
  }
}
