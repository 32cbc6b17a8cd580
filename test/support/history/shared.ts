/** What the tests of history share: assets whose versions are kept, over any Storage and any store. */
import { asset, Repository, type Storage, type StoredEvent, SuperJsonIOHandler, staticPartitions } from "edgewater";

/** A Storage and a store that several repositories use. */
export interface Shared {
  readonly storage: Storage;
  readonly store: HistoryStore;
}

/** The verbs of a store that a handler with history uses. */
export interface HistoryStore {
  readonly name: string;
  readonly put: (key: string, body: never, options?: never) => Promise<unknown>;
  readonly get: (key: string, options?: never) => Promise<unknown>;
  readonly list: (prefix?: string) => AsyncIterable<{ readonly key: string }>;
  readonly delete: (keys: string | readonly string[], options?: never) => Promise<void>;
}

/** An asset or a partition. */
export interface Place {
  readonly name: "one" | "parts";
  readonly key?: "x" | "y";
}

export const places: readonly Place[] = [{ name: "one" }, { name: "parts", key: "x" }, { name: "parts", key: "y" }];

/** Opens a repository, as a process would. */
export async function open({ storage, store }: Shared, compute: () => number = () => 0) {
  const one = asset({ name: "one" }, compute);
  const parts = asset({ name: "parts", partitions: staticPartitions(["x", "y"]) }, compute);
  const ioHandler = new SuperJsonIOHandler({ store: store as never, prefix: "p", history: true });
  const repository = await Repository.open({ assets: [one, parts], storage, ioHandler });
  const assetOf = ({ name }: Place) => (name === "one" ? one : parts);
  const partitionOf = ({ key }: Place) => (key === undefined ? {} : { partitionKey: key });
  return {
    repository,
    write: (place: Place, value: number): Promise<StoredEvent> => repository.write(assetOf(place), value, partitionOf(place)),
    load: (place: Place, at?: string | number | Date): Promise<number> =>
      repository.load(assetOf(place), { ...partitionOf(place), ...(at !== undefined && { at }) }),
    rollback: (place: Place, to: string | number | Date): Promise<StoredEvent> =>
      repository.rollback(assetOf(place), { ...partitionOf(place), to }),
    wipe: (place: Place) => repository.wipe(assetOf(place), place.key === undefined ? {} : { partitionKeys: [place.key] }),
    prune: repository.prune.bind(repository),
  };
}

export type Opened = Awaited<ReturnType<typeof open>>;

/** The kept events of a place, oldest first. */
export async function eventsOf({ storage }: Pick<Shared, "storage">, { name, key }: Place): Promise<readonly StoredEvent[]> {
  const events = await storage.getEventsForAsset(name, { types: ["Materialization"], ...(key && { partition: key }), limit: 1e6 });
  return (events as readonly StoredEvent[]).toReversed();
}

/** The keys of all objects in a store. */
export async function keysOf(store: Pick<HistoryStore, "list">): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys;
}

/** The keys of all versions in the store. */
export async function versionsIn(store: HistoryStore): Promise<readonly string[]> {
  return (await keysOf(store)).filter((key) => /\/versions\/\d{8}T/.test(key)).sort();
}

/** The code of an error; undefined for none. */
export async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
}

/** A time after every event. */
export const later = (): Date => new Date(Date.now() + 1e9);

/** Checks that the store has exactly the versions that events name, after a prune of what nobody names. */
export async function checkNoGarbage(shared: Shared, by: Opened): Promise<readonly string[]> {
  await by.prune({ keep: 1000, before: later() });
  const named = new Set<string>();
  const empty = new Set<string>();
  for (const place of places) {
    const events = await eventsOf(shared, place);
    for (const { stored } of events) named.add(stored?.path as string);
    // The records know no version of a place that was wiped: it may belong to other records.
    if (events.length === 0) empty.add(place.key === undefined ? "p/one/" : `p/parts/${place.key}/`);
  }
  const stored = (await versionsIn(shared.store)).filter((key) => ![...empty].some((folder) => key.startsWith(folder)));
  const problems: string[] = [];
  for (const key of stored) if (!named.has(key)) problems.push(`garbage is left: ${key}`);
  for (const key of named) if (!stored.includes(key)) problems.push(`a recorded version is gone: ${key}`);
  if ((await shared.storage.kvList("edgewater/intent/")).length > 0) problems.push("announcements are left");
  return problems;
}
