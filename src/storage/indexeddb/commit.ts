import type { IDBPTransaction } from "idb";
import type { Batch, Precondition } from "../batch.ts";
import type { AnyEvent, NewEvent } from "../events.ts";
import { advance, isLasting } from "../latest.ts";
import { placeOf } from "../place.ts";
import { preconditionFailed, sameBytes } from "../preconditions.ts";
import type { LatestRecord } from "../records.ts";
import { eventJson } from "../wire.ts";
import type { Connection } from "./connection.ts";
import { latestFrom, latestRow } from "./rows.ts";
import { type Counter, type Schema, storeNames } from "./schema.ts";

type Transaction = IDBPTransaction<Schema, typeof storeNames, "readwrite">;

/**
 * One transaction over every store: no two such overlap, in whichever tab, so that events become visible in the order of
 * their ids. Nothing but its own requests is awaited within, or it would end early.
 */
export function commit({ name, durability, use }: Connection, batch: Batch): Promise<readonly AnyEvent[]> {
  return use(async (database) => {
    const transaction = database.transaction(storeNames, "readwrite", { durability });
    const done = transaction.done.catch((error: unknown) => error);
    try {
      for (const precondition of batch.preconditions ?? [])
        if (!(await holds(transaction, precondition))) throw preconditionFailed(name, batch);
      const events = await write(transaction, batch);
      await transaction.done;
      return events;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It has ended by itself, and says why.
        const reason = await done;
        if (reason !== undefined && (error as Error).name === "AbortError") throw reason;
      }
      throw error;
    }
  });
}

async function write(transaction: Transaction, batch: Batch): Promise<readonly AnyEvent[]> {
  const { runs = [], assets = [], events = [], logs = [], ticks = [], kv = [], dynamicPartitions = [], deletes } = batch;
  const store = <Name extends (typeof storeNames)[number]>(name: Name) => transaction.objectStore(name);
  const counter = (await store("meta").get("counter")) as Counter;
  let { lastId, lastPosition } = counter;
  const numbered = events.map((event: NewEvent): AnyEvent => {
    lastId = event.id ?? lastId + 1;
    return { ...event, id: lastId };
  });
  const writes: Promise<unknown>[] = numbered.map((event) =>
    store("events").add({ ...eventJson(event), place: placeOf(event.partitionKey) }),
  );
  for (const { place, record } of await latestAfter(transaction, numbered)) writes.push(store("latest").put(latestRow(record, place)));
  for (const run of runs) {
    const position = (await store("runs").get(run.runId))?.position ?? ++lastPosition;
    writes.push(store("runs").put({ position, status: run.status, run }));
  }
  for (const asset of assets) writes.push(store("assets").put(asset));
  for (const log of logs) writes.push(store("logs").put({ runId: log.runId, position: ++lastPosition, log }));
  for (const tick of ticks) writes.push(store("ticks").put({ name: tick.name, position: ++lastPosition, tick }));
  for (const { key, value } of kv) writes.push(value === undefined ? store("kv").delete(key) : store("kv").put({ key, value }));
  for (const { definition, add = [], remove = [] } of dynamicPartitions) {
    for (const key of remove) writes.push(store("dynamic").delete([definition, key]));
    for (const key of add) {
      const isThere = (await store("dynamic").getKey([definition, key])) !== undefined;
      if (!isThere) writes.push(store("dynamic").put({ definition, key, position: ++lastPosition }));
    }
  }
  for (const id of deletes?.events ?? []) writes.push(store("events").delete(id));
  for (const runId of deletes?.runs ?? []) {
    writes.push(store("runs").delete(runId));
    for (const key of await store("logs").index("byRun").getAllKeys(startingWith(runId))) writes.push(store("logs").delete(key));
  }
  for (const assetKey of deletes?.assets ?? [])
    writes.push(store("assets").delete(assetKey), store("latest").delete(startingWith(assetKey)));
  writes.push(store("meta").put({ lastId, lastPosition }, "counter"));
  await Promise.all(writes);
  return numbered;
}

/** What is last known of every place that events touch, once for each. */
async function latestAfter(transaction: Transaction, events: readonly AnyEvent[]) {
  const store = transaction.objectStore("latest");
  const touched = new Map<string, { readonly place: string; record: LatestRecord | undefined; readonly events: AnyEvent[] }>();
  for (const event of events) {
    for (const place of isLasting(event) ? new Set(["", placeOf(event.partitionKey)]) : []) {
      const where = `${event.assetKey.length}:${event.assetKey}${place}`;
      const known = touched.get(where) ?? { place, record: undefined, events: [] };
      touched.set(where, known);
      known.events.push(event);
    }
  }
  return Promise.all(
    [...touched.values()].map(async ({ place, events: own }) => {
      const row = await store.get([own[0]?.assetKey ?? "", place]);
      let record = row && latestFrom(row);
      for (const event of own) record = advance(record, event, place === "");
      return { place, record: record as LatestRecord };
    }),
  );
}

async function holds(transaction: Transaction, precondition: Precondition): Promise<boolean> {
  if ("kv" in precondition) return sameBytes((await transaction.objectStore("kv").get(precondition.kv))?.value, precondition.is);
  if ("run" in precondition) return (await transaction.objectStore("runs").get(precondition.run))?.status === precondition.is;
  const { latest, partition, is } = precondition;
  return (await transaction.objectStore("latest").get([latest, placeOf(partition)]))?.lastMaterializationId === is;
}

/** The compound keys whose first part this is: an array sorts behind every text and number. */
export function startingWith(...parts: readonly (string | number)[]): IDBKeyRange {
  return IDBKeyRange.bound([...parts], [...parts, []]);
}
