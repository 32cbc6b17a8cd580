import { Storage } from "../storage/storage.ts";

/**
 * Records in memory for one test.
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
