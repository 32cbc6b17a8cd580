/** The id of a Storage: what names it in stores that several Storages may write to. */
import type { Storage } from "./types.ts";

const key = "edgewater/storage-id";

const ids = new WeakMap<Storage, Promise<string | undefined>>();

/** Returns the id of a Storage, and gives it one if it has none. Undefined for a read-only Storage without one. */
export function storageIdOf(storage: Storage): Promise<string | undefined> {
  const known = ids.get(storage);
  if (known !== undefined) return known;
  const reading = readOrMake(storage);
  ids.set(storage, reading);
  reading.catch(() => ids.delete(storage));
  return reading;
}

async function readOrMake(storage: Storage): Promise<string | undefined> {
  const found = await read(storage);
  if (found !== undefined || storage.isReadOnly) return found;
  await storage.kvCompareAndSet(key, undefined, new TextEncoder().encode(crypto.randomUUID()));
  // Another process may have been faster.
  return read(storage);
}

async function read(storage: Storage): Promise<string | undefined> {
  const bytes = await storage.kvGet(key);
  return bytes && new TextDecoder().decode(bytes);
}
