import { MemoryStorage } from "./memory.ts";
import type { Storage as StoragePort } from "./types.ts";

/** The record of what happened. See the methods of {@link Storage} for what can be asked. */
export type Storage = StoragePort;

/**
 * Ways to open a Storage.
 *
 * @example
 * ```ts
 * await using storage = Storage.memory();
 * ```
 */
export const Storage = {
  /** Records in the memory of this process. */
  memory(): Storage {
    return new MemoryStorage();
  },
} as const;
