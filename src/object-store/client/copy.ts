import type { Call } from "../call.ts";
import type { FullObjectStore, PutMode, PutResult } from "../types.ts";

/**
 * Copies within a bucket or container. The server does it, with all that is known of the object; under a condition, which
 * servers do not take with a copy, the object is read and written here. Onto itself there is nothing to do.
 */
export async function copyWithin(
  store: FullObjectStore,
  { key, signal }: Call,
  to: string,
  mode: PutMode,
  byServer: () => Promise<PutResult>,
): Promise<PutResult> {
  if (mode !== "overwrite") {
    const object = await store.get(key, { signal });
    const { contentType, metadata } = object.meta;
    return store.put(to, await object.bytes(), { mode, contentType, metadata, signal });
  }
  return key === to ? { etag: (await store.head(key, { signal })).etag } : byServer();
}
