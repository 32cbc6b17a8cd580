import type { ValueHistory } from "../../io-handler/handler.ts";
import type { LoadEnvironment } from "../../run/run-environment.ts";
import { decodeIntent, intentPrefix } from "../../storage/intent.ts";
import type { StoredEvent } from "../../storage/types.ts";

/** Every materialization of an asset and its partitions, newest first. */
export async function allMaterializations(assetName: string, { storage }: LoadEnvironment): Promise<readonly StoredEvent[]> {
  const events = await storage.getEventsForAsset(assetName, { types: ["Materialization"], limit: Number.MAX_SAFE_INTEGER });
  return events as readonly StoredEvent[];
}

/** The stored versions of an asset. */
export interface StoredVersions {
  /** Those that an event names or a run has announced. */
  readonly known: readonly string[];
  /** The others: nobody can record them any more. */
  readonly unknown: readonly string[];
}

/**
 * Lists the stored versions of an asset. The order matters: the list comes before the announcements, and these come before the
 * events. In another order a version that is written and recorded meanwhile would be taken for one that nobody knows.
 *
 * @param forgotten the ids of events that do not count
 */
export async function storedVersions(
  assetName: string,
  history: ValueHistory,
  environment: LoadEnvironment,
  forgotten: ReadonlySet<number> = new Set(),
): Promise<StoredVersions> {
  const keys: string[] = [];
  for await (const key of history.versions(assetName, environment)) keys.push(key);
  const named = new Set<string | undefined>();
  for (const { value } of await environment.storage.kvList(intentPrefix())) {
    const event = decodeIntent(value)?.event;
    if (event?.assetKey === assetName) named.add(event.stored?.path);
  }
  for (const { id, stored } of await allMaterializations(assetName, environment)) if (!forgotten.has(id)) named.add(stored?.path);
  return { known: keys.filter((key) => named.has(key)), unknown: keys.filter((key) => !named.has(key)) };
}

/** The key of the folder of a version. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}
