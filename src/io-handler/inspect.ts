import { isEdgewaterError } from "../errors.ts";
import type { FullObjectMeta, Get, Head, Named, ObjectMeta } from "../object-store/types.ts";
import { digestName, runName, versionName } from "./content.ts";
import type { StoredValue } from "./handler.ts";

/** What a store says of an object: by `head` where it has that, else by opening it and not reading it. */
export async function inspectObject(
  store: Named & Get & Partial<Head>,
  key: string,
  signal: AbortSignal,
): Promise<StoredValue | undefined> {
  try {
    const meta = await metaOf(store, key, signal);
    // A store that keeps no attributes says nothing of them.
    const { metadata = {} } = meta as Partial<FullObjectMeta>;
    const dataVersion = metadata[versionName] ?? metadata[digestName];
    return { path: key, size: meta.size, lastModified: meta.lastModified, runId: metadata[runName], dataVersion };
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

async function metaOf(store: Get & Partial<Head>, key: string, signal: AbortSignal): Promise<ObjectMeta> {
  if (store.head) return store.head(key, { signal });
  const object = await store.get(key, { signal });
  await object.stream().cancel();
  return object.meta;
}
