import type { IDBPTransaction } from "idb";
import { partitionId } from "../backend.ts";
import {
  type Batch,
  commitMemoryMs,
  givesUp,
  type LeaseChange,
  type Precondition,
  preconditionFailed,
  repeated,
  sameBytes,
} from "../batch.ts";
import type { AnyEvent, NewEvent } from "../events.ts";
import { advance, changedPlaces, changesLatest, type LatestEvent } from "../latest-record.ts";
import { eventJson } from "../record-json.ts";
import type { LatestRecord } from "../records.ts";
import type { Connection } from "./connection.ts";
import { type Counter, latestFrom, latestRow, type Schema, startingWith, storeNames } from "./schema.ts";

type Transaction = IDBPTransaction<Schema, typeof storeNames, "readwrite">;

/**
 * Writes a batch in one transaction over every object store. Such transactions never overlap, in any tab, so events become
 * visible in the order of their ids. It awaits nothing but its own requests, because IndexedDB would end it early.
 */
export function commit({ name, durability, use }: Connection, batch: Batch): Promise<readonly AnyEvent[]> {
  return use(async (database) => {
    const transaction = database.transaction(storeNames, "readwrite", { durability });
    const done = transaction.done.catch((error: unknown) => error);
    try {
      const known = batch.id === undefined ? undefined : await transaction.objectStore("commits").get(batch.id);
      if (known) return repeated(name, batch, known.lastId);
      for (const precondition of batch.preconditions ?? [])
        if (!(await holds(transaction, precondition))) throw preconditionFailed(name, batch);
      const { lastId } = (await transaction.objectStore("meta").get("counter")) as Counter;
      if ((batch.events?.[0]?.id ?? lastId + 1) <= lastId) throw preconditionFailed(name, batch);
      const events = await write(transaction, batch);
      await transaction.done;
      return events;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // The transaction has ended by itself; its own error is the reason.
        const reason = await done;
        if (reason !== undefined && (error as Error).name === "AbortError") throw reason;
      }
      throw error;
    }
  });
}

async function write(transaction: Transaction, batch: Batch): Promise<readonly AnyEvent[]> {
  const { runs = [], assets = [], events = [], logs = [], ticks = [], kv = [], dynamicPartitions = [], leases = [], deletes } = batch;
  const store = <Name extends (typeof storeNames)[number]>(name: Name) => transaction.objectStore(name);
  const counter = (await store("meta").get("counter")) as Counter;
  let { lastId, lastPosition } = counter;
  const numbered = events.map((event: NewEvent): AnyEvent => {
    lastId = event.id ?? lastId + 1;
    return { ...event, id: lastId };
  });
  const writes: Promise<unknown>[] = numbered.map((event) =>
    store("events").add({ ...eventJson(event), place: partitionId(event.partitionKey) }),
  );
  for (const { partition, record } of await latestAfter(transaction, numbered))
    writes.push(store("latest").put(latestRow(record, partition)));
  for (const run of runs) {
    const position = (await store("runs").get(run.runId))?.position ?? ++lastPosition;
    writes.push(store("runs").put({ position, status: run.status, run }));
  }
  for (const asset of assets) writes.push(store("assets").put(asset));
  for (const log of logs) writes.push(store("logs").put({ runId: log.runId, position: ++lastPosition, log }));
  for (const tick of ticks) writes.push(store("ticks").put({ name: tick.name, position: ++lastPosition, tick }));
  for (const { key, value } of kv) writes.push(value === undefined ? store("kv").delete(key) : store("kv").put({ key, value }));
  for (const { definition, add = [], remove = [] } of dynamicPartitions) {
    for (const key of remove) writes.push(store("dynamicPartitions").delete([definition, key]));
    for (const key of add) {
      const isThere = (await store("dynamicPartitions").getKey([definition, key])) !== undefined;
      if (!isThere) writes.push(store("dynamicPartitions").put({ definition, key, position: ++lastPosition }));
    }
  }
  for (const change of leases) await changeLease(transaction, change);
  for (const id of deletes?.events ?? []) writes.push(store("events").delete(id));
  for (const runId of deletes?.runs ?? []) {
    writes.push(store("runs").delete(runId), store("leases").delete(startingWith(runId)));
    for (const key of await store("logs").index("byRun").getAllKeys(startingWith(runId))) writes.push(store("logs").delete(key));
  }
  for (const assetKey of deletes?.assets ?? [])
    writes.push(store("assets").delete(assetKey), store("latest").delete(startingWith(assetKey)));
  if (batch.id !== undefined) {
    const at = Date.now();
    const old = await store("commits")
      .index("byTime")
      .getAllKeys(IDBKeyRange.upperBound(at - commitMemoryMs));
    for (const id of old) writes.push(store("commits").delete(id));
    writes.push(store("commits").put({ id: batch.id, lastId: givesUp(batch) ? undefined : lastId, at }));
  }
  writes.push(store("meta").put({ lastId, lastPosition }, "counter"));
  await Promise.all(writes);
  return numbered;
}

/** The latest record of every asset and partition that the events change, each once. */
async function latestAfter(transaction: Transaction, events: readonly AnyEvent[]) {
  const store = transaction.objectStore("latest");
  const touched = new Map<string, { readonly partition: string; readonly events: LatestEvent[] }>();
  for (const event of events) {
    if (!changesLatest(event)) continue;
    for (const partition of changedPlaces(event)) {
      const id = `${event.assetKey.length}:${event.assetKey}${partition}`;
      const known = touched.get(id) ?? { partition, events: [] };
      touched.set(id, known);
      known.events.push(event);
    }
  }
  return Promise.all(
    [...touched.values()].map(async ({ partition, events: own }) => {
      const row = await store.get([own[0]?.assetKey ?? "", partition]);
      let record = row && latestFrom(row);
      for (const event of own) record = advance(record, event, partition === "");
      return { partition, record: record as LatestRecord };
    }),
  );
}

async function changeLease(transaction: Transaction, { runId, step = "", ...change }: LeaseChange): Promise<void> {
  const leases = transaction.objectStore("leases");
  if (change.owner === undefined) {
    await leases.delete(step === "" ? startingWith(runId) : [runId, step]);
    return;
  }
  const { owner, attempt, ttlMs, holder } = change;
  const before = await leases.get([runId, step]);
  const beat = before?.owner === owner ? before.beat + 1 : 0;
  await leases.put({ runId, step, owner, attempt, beat, ttlMs, holder, at: Date.now() });
}

async function holds(transaction: Transaction, precondition: Precondition): Promise<boolean> {
  if ("kv" in precondition) return sameBytes((await transaction.objectStore("kv").get(precondition.kv))?.value, precondition.is);
  if ("run" in precondition) return (await transaction.objectStore("runs").get(precondition.run))?.status === precondition.is;
  if ("event" in precondition) return (await transaction.objectStore("events").getKey(precondition.event)) !== undefined;
  if ("lease" in precondition) {
    const { lease, step = "", owner, beat } = precondition;
    const held = await transaction.objectStore("leases").get([lease, step]);
    return held?.owner === owner && (beat === undefined || held?.beat === beat);
  }
  const { latest, partition, is } = precondition;
  return (await transaction.objectStore("latest").get([latest, partitionId(partition)]))?.lastMaterializationId === is;
}
