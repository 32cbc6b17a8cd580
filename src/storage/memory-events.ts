import { type EventsQuery, partitionId } from "./backend.ts";
import type { AnyEvent } from "./events.ts";

/** Deleted events stay in the lists until there are so many, and more of them than others. */
const fewDeleted = 1000;

/** Events in memory, in the order of their ids, with a list for each asset, for each of its partitions, and for each run. */
export class MemoryEvents {
  #all: AnyEvent[] = [];
  #byAsset = new Map<string, AnyEvent[]>();
  #byPlace = new Map<string, Map<string, AnyEvent[]>>();
  #byRun = new Map<string, AnyEvent[]>();
  /** The ids of deleted events that are still in the lists: to take each of them out at once would cost all lists each time. */
  readonly #deleted = new Set<number>();

  /** Adds an event with an id that is greater than all before. */
  add(event: AnyEvent): void {
    const { assetKey, partitionKey, runId } = event;
    this.#all.push(event);
    append(this.#byRun, runId, event);
    if (assetKey === undefined) return;
    append(this.#byAsset, assetKey, event);
    const places = this.#byPlace.get(assetKey) ?? new Map<string, AnyEvent[]>();
    this.#byPlace.set(assetKey, places);
    append(places, partitionId(partitionKey), event);
  }

  get(id: number): AnyEvent | undefined {
    const found = this.#all[firstAfter(this.#all, id - 1)];
    return found?.id === id && !this.#deleted.has(id) ? found : undefined;
  }

  find(query: EventsQuery): readonly AnyEvent[] {
    const { assetKey, partitionId: place, runId, types, after = 0, before, newestFirst, limit = Number.POSITIVE_INFINITY } = query;
    const all = this.#listOf(query);
    const found: AnyEvent[] = [];
    const first = firstAfter(all, after);
    const end = before === undefined ? all.length : firstAfter(all, before - 1);
    for (let count = 0; count < end - first && found.length < limit; count++) {
      const event = all[newestFirst ? end - 1 - count : first + count] as AnyEvent;
      const fits =
        !this.#deleted.has(event.id) &&
        (assetKey === undefined || event.assetKey === assetKey) &&
        (place === undefined || partitionId(event.partitionKey) === place) &&
        (runId === undefined || event.runId === runId) &&
        (types === undefined || types.includes(event.eventType));
      if (fits) found.push(event);
    }
    return found;
  }

  delete(ids: readonly number[]): void {
    for (const id of ids) if (this.get(id) !== undefined) this.#deleted.add(id);
    if (this.#deleted.size < fewDeleted || this.#deleted.size * 2 < this.#all.length) return;
    const kept = this.find({});
    this.#all = [];
    for (const lists of [this.#byAsset, this.#byPlace, this.#byRun]) lists.clear();
    this.#deleted.clear();
    for (const event of kept) this.add(event);
  }

  /** The shortest list that has all events of a query. */
  #listOf({ assetKey, partitionId: place, runId }: EventsQuery): readonly AnyEvent[] {
    const byAsset = place === undefined ? this.#byAsset : this.#byPlace.get(assetKey ?? "");
    const lists = [
      ...(assetKey === undefined ? [] : [byAsset?.get(place ?? assetKey) ?? []]),
      ...(runId === undefined ? [] : [this.#byRun.get(runId) ?? []]),
    ];
    return lists.reduce((shortest, list) => (list.length < shortest.length ? list : shortest), lists[0] ?? this.#all);
  }
}

/** Appends to the list under a key. */
export function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** The index of the first event with a greater id. */
function firstAfter(events: readonly AnyEvent[], id: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.id ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
