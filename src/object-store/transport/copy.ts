import type { Call } from "../call.ts";
import type { FullObjectStore, PutMode, PutResult } from "../types.ts";

/** Copies by reading an object and writing it, which can have a condition everywhere. */
export async function copyThroughHere(store: FullObjectStore, { key, signal }: Call, to: string, mode: PutMode): Promise<PutResult> {
  const object = await store.get(key, { signal });
  const { contentType, metadata } = object.meta;
  return store.put(to, await object.bytes(), { mode, contentType, metadata, signal });
}
