import type { ObjectMeta } from "../object-store/types.ts";
import type { Place, StoredEvent } from "../storage/types.ts";
import type { ObjectRow, ObjectsQuery, Page } from "./inspection.ts";
import { type InspectedStore, type KeyName, nameOfKey, objectsIn, storesOf } from "./stores.ts";
import type { Subject } from "./subject.ts";

const defaultLimit = 100;
/** How many versions of an asset are read to tell recorded ones from others. */
const mostVersions = 100_000;

/** The stored objects below a prefix, store by store in the order of their keys. */
export async function listObjects(
  subject: Subject,
  { prefix = "", after, limit = defaultLimit, signal }: ObjectsQuery,
): Promise<Page<ObjectRow>> {
  const found: { readonly store: InspectedStore; readonly object: ObjectMeta }[] = [];
  // What comes first is skipped: not every store can begin a list in the middle.
  let isAfter = after === undefined;
  for (const store of storesOf(subject)) {
    const { label } = store;
    const isInStore = after?.startsWith(label) ?? false;
    if (!isAfter && !isInStore) continue;
    const own = prefix.startsWith(label) ? prefix.slice(label.length) : label.startsWith(prefix) ? "" : undefined;
    if (own === undefined) continue;
    for await (const object of objectsIn(store, own, signal)) {
      const listed = label + object.key;
      if (isAfter) found.push({ store, object });
      else if (listed === after) isAfter = true;
      if (found.length > limit) break;
    }
    isAfter = true;
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const rows = await rowsOf(subject, page);
  return { rows, ...(found.length > limit && { next: rows.at(-1)?.key ?? "" }) };
}

async function rowsOf(
  { storage }: Subject,
  page: readonly { readonly store: InspectedStore; readonly object: ObjectMeta }[],
): Promise<readonly ObjectRow[]> {
  const names = page.map(({ store, object }) => nameOfKey(store, object.key));
  const places = names.flatMap((name): readonly Place[] => (name === undefined ? [] : [placeOf(name)]));
  const latest = new Map(
    (await storage.getLatestRecords(places)).map((record) => [
      idOf(record.assetKey, record.partitionKey && String(record.partitionKey)),
      record,
    ]),
  );
  const versioned = new Set(names.flatMap((name) => (name?.isVersion ? [name.asset] : [])));
  const paths = new Map(await Promise.all([...versioned].map(async (asset) => [asset, await pathsOf(asset, storage)] as const)));
  return page.map(({ store, object }, index): ObjectRow => {
    const { key, size, lastModified } = object;
    const base = { key: store.label + key, size, ...(lastModified && { at: lastModified.getTime() }) };
    const name = names[index];
    if (name === undefined) return { ...base, state: "unknown" };
    const { asset, partition, isVersion, stored } = name;
    const owner = { asset, ...(partition !== undefined && { partition }) };
    const record = latest.get(idOf(asset, partition));
    const isCurrent =
      record?.lastMaterializationId !== undefined && record.lastFound !== "Missing" && isPathOf(record.lastStored?.path, key, stored);
    if (isCurrent) return { ...base, ...owner, dataVersion: record.lastDataVersion as string, state: "current" };
    const version = isVersion ? paths.get(asset)?.get(key) : undefined;
    if (version !== undefined) return { ...base, ...owner, dataVersion: version, state: "old" };
    // What a handler with history keeps beside the versions belongs to the newest one.
    if (stored.keys.history !== undefined && key.endsWith("/HEAD")) return { ...base, ...owner, state: "current" };
    return { ...base, ...owner, state: "unrecorded" };
  });
}

/** Whether a record names an object: by its path, or, in records without paths, by the layout of keys. */
function isPathOf(path: string | undefined, key: string, { keys }: KeyName["stored"]): boolean {
  return path === undefined ? keys.history === undefined : path === key;
}

function placeOf({ asset, partition }: KeyName): Place {
  return { assetKey: asset, partition };
}

function idOf(asset: string, partition: string | undefined): string {
  return JSON.stringify([asset, partition]);
}

/** The data versions of an asset by the paths of their objects. */
async function pathsOf(asset: string, storage: Subject["storage"]): Promise<ReadonlyMap<string, string>> {
  const events = (await storage.getEventsForAsset(asset, { types: ["Materialization"], limit: mostVersions })) as readonly StoredEvent[];
  return new Map(events.flatMap(({ stored, dataVersion }) => (stored?.path === undefined ? [] : [[stored.path, dataVersion] as const])));
}
