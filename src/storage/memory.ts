import { compareUtf8 } from "../encoding/utf8.ts";
import {
  type Backend,
  type DynamicPartition,
  type EventsQuery,
  type LatestQuery,
  type Place,
  partitionId,
  type RunsQuery,
  type TicksQuery,
} from "./backend.ts";
import {
  type Batch,
  commitMemoryMs,
  givesUp,
  type LeaseChange,
  type Precondition,
  preconditionFailed,
  repeated,
  sameBytes,
} from "./batch.ts";
import type { AnyEvent, StoredEvent } from "./events.ts";
import { advance, changedPlaces, changesLatest } from "./latest-record.ts";
import { append, MemoryEvents } from "./memory-events.ts";
import { definitionFrom, eventCopy, jsonCopy, runFrom } from "./record-json.ts";
import type { AssetDefinition, KvEntry, LatestRecord, Lease, LogRecord, RunRecord, TickRecord } from "./records.ts";

/** Keeps every row in the memory of this process. */
export class MemoryBackend implements Backend {
  readonly name = "Storage.memory()";
  readonly reach = "process";
  #lastId = 0;
  readonly #events = new MemoryEvents();
  /** By asset, then by partition id. */
  readonly #latest = new Map<string, Map<string, LatestRecord>>();
  readonly #definitions = new Map<string, AssetDefinition>();
  readonly #runs = new Map<string, RunRecord>();
  /** By run, then by step. */
  readonly #leases = new Map<string, Map<string | undefined, StoredLease>>();
  /** By id, the oldest first: the id of the last event, undefined for an id that was given up, and the time. */
  readonly #commits = new Map<string, { readonly lastId: number | undefined; readonly at: number }>();
  readonly #logs = new Map<string, LogRecord[]>();
  readonly #ticks: TickRecord[] = [];
  readonly #kv = new Map<string, Uint8Array>();
  readonly #dynamic = new Map<string, Set<string>>();

  // Awaits nothing, so that no other commit runs in between.
  async commit(batch: Batch): Promise<readonly AnyEvent[]> {
    const {
      preconditions = [],
      runs = [],
      assets = [],
      events = [],
      logs = [],
      ticks = [],
      kv = [],
      dynamicPartitions = [],
      leases = [],
    } = batch;
    const known = batch.id === undefined ? undefined : this.#commits.get(batch.id);
    if (known) return repeated(this.name, batch, known.lastId);
    const holds = preconditions.every((precondition) => this.#holds(precondition)) && (events[0]?.id ?? this.#lastId + 1) > this.#lastId;
    if (!holds) throw preconditionFailed(this.name, batch);
    const numbered = events.map((event): AnyEvent => {
      this.#lastId = event.id ?? this.#lastId + 1;
      return Object.freeze(eventCopy(event, this.#lastId));
    });
    for (const event of numbered) this.#add(event);
    for (const run of runs) this.#runs.set(run.runId, Object.freeze(runFrom(jsonCopy(run))));
    for (const asset of assets) this.#definitions.set(asset.assetKey, Object.freeze(definitionFrom(jsonCopy(asset))));
    for (const log of logs) append(this.#logs, log.runId, Object.freeze(jsonCopy(log)));
    for (const tick of ticks) this.#ticks.push(Object.freeze(jsonCopy(tick)));
    for (const { key, value } of kv) {
      if (value === undefined) this.#kv.delete(key);
      else this.#kv.set(key, value.slice());
    }
    for (const { definition, add = [], remove = [] } of dynamicPartitions) {
      const keys = this.#dynamic.get(definition) ?? new Set();
      this.#dynamic.set(definition, keys);
      for (const key of remove) keys.delete(key);
      for (const key of add) keys.add(key);
    }
    for (const change of leases) this.#changeLease(change);
    if (batch.deletes) this.#delete(batch.deletes);
    if (batch.id !== undefined) this.#remember(batch.id, givesUp(batch) ? undefined : this.#lastId);
    return numbered;
  }

  async events(query: EventsQuery): Promise<readonly AnyEvent[]> {
    return this.#events.find(query);
  }

  async materialization(assetKey: string, id: string): Promise<StoredEvent | undefined> {
    const { lastMaterializationId = 0 } = this.#latest.get(assetKey)?.get(id) ?? {};
    return this.#events.get(lastMaterializationId) as StoredEvent | undefined;
  }

  async latestOf(places: readonly Place[]): Promise<readonly LatestRecord[]> {
    return places.flatMap(({ assetKey, partition }) => this.#latest.get(assetKey)?.get(partitionId(partition)) ?? []);
  }

  async latest({ assetKey, of }: LatestQuery): Promise<readonly LatestRecord[]> {
    const found: LatestRecord[] = [];
    for (const [asset, records] of this.#latest) {
      if (assetKey !== undefined && asset !== assetKey) continue;
      for (const [id, latest] of records) if ((id === "") === (of === "assets")) found.push(latest);
    }
    return found;
  }

  async definitions(assetKey?: string): Promise<readonly AssetDefinition[]> {
    return [...this.#definitions.values()].filter((asset) => assetKey === undefined || asset.assetKey === assetKey);
  }

  async run(runId: string): Promise<RunRecord | undefined> {
    return this.#runs.get(runId);
  }

  async runs({ status, limit }: RunsQuery): Promise<readonly RunRecord[]> {
    const runs = [...this.#runs.values()].reverse();
    return runs.filter((run) => status === undefined || run.status === status).slice(0, limit);
  }

  async leases(runId?: string, step?: string): Promise<readonly Lease[]> {
    const now = performance.now();
    const found: Lease[] = [];
    for (const leases of runId === undefined ? this.#leases.values() : [this.#leases.get(runId) ?? new Map<never, never>()]) {
      const own = step === undefined ? leases.values() : [leases.get(step === "" ? undefined : step)];
      for (const lease of own) if (lease !== undefined) found.push(leaseAt(lease, now));
    }
    return found;
  }

  async logs(runId: string): Promise<readonly LogRecord[]> {
    return [...(this.#logs.get(runId) ?? [])];
  }

  async ticks({ name, limit }: TicksQuery): Promise<readonly TickRecord[]> {
    return this.#ticks
      .filter((tick) => name === undefined || tick.name === name)
      .reverse()
      .slice(0, limit);
  }

  async kv(key: string): Promise<Uint8Array | undefined> {
    return this.#kv.get(key)?.slice();
  }

  async kvList(prefix: string): Promise<readonly KvEntry[]> {
    const entries = [...this.#kv].filter(([key]) => key.startsWith(prefix)).sort(([left], [right]) => compareUtf8(left, right));
    return entries.map(([key, value]) => ({ key, value: value.slice() }));
  }

  async dynamicPartitions(name?: string): Promise<readonly DynamicPartition[]> {
    const all = [...this.#dynamic].filter(([definition]) => name === undefined || definition === name);
    return all.flatMap(([definition, keys]) => [...keys].map((key) => ({ definition, key })));
  }

  async close(): Promise<void> {}

  #add(event: AnyEvent): void {
    this.#events.add(event);
    if (!changesLatest(event)) return;
    const latest = innerMap(this.#latest, event.assetKey);
    for (const id of changedPlaces(event)) latest.set(id, advance(latest.get(id), event, id === ""));
  }

  #holds(precondition: Precondition): boolean {
    if ("kv" in precondition) return sameBytes(this.#kv.get(precondition.kv), precondition.is);
    if ("run" in precondition) return this.#runs.get(precondition.run)?.status === precondition.is;
    if ("event" in precondition) return this.#events.get(precondition.event) !== undefined;
    if ("lease" in precondition) {
      const { lease, step, owner, beat } = precondition;
      const held = this.#leases.get(lease)?.get(step);
      return held?.owner === owner && (beat === undefined || held?.beat === beat);
    }
    const { latest, partition, is } = precondition;
    return this.#latest.get(latest)?.get(partitionId(partition))?.lastMaterializationId === is;
  }

  #changeLease(change: LeaseChange): void {
    const { runId, step, owner } = change;
    if (owner === undefined && step === undefined) this.#leases.delete(runId);
    else if (owner === undefined) this.#leases.get(runId)?.delete(step);
    else {
      const { attempt, ttlMs, holder } = change;
      const leases = innerMap(this.#leases, runId);
      const before = leases.get(step);
      const beat = before?.owner === owner ? before.beat + 1 : 0;
      leases.set(step, { runId, step, owner, attempt, beat, ttlMs, holder, at: performance.now() });
    }
  }

  #remember(id: string, lastId: number | undefined): void {
    const now = performance.now();
    for (const [old, { at }] of this.#commits) {
      if (now - at < commitMemoryMs) break;
      this.#commits.delete(old);
    }
    this.#commits.set(id, { lastId, at: now });
  }

  #delete({ events = [], runs = [], assets = [] }: NonNullable<Batch["deletes"]>): void {
    this.#events.delete(events);
    for (const runId of runs) {
      this.#runs.delete(runId);
      this.#logs.delete(runId);
      this.#leases.delete(runId);
    }
    for (const assetKey of assets) for (const records of [this.#definitions, this.#latest]) records.delete(assetKey);
  }
}

/** A lease with the time of its last beat. */
interface StoredLease extends Omit<Lease, "ageMs"> {
  readonly at: number;
}

function leaseAt({ at, ...lease }: StoredLease, now: number): Lease {
  return { ...lease, ageMs: now - at };
}

/** The map under a key; a new one when there is none. */
function innerMap<Key, Value>(maps: Map<string, Map<Key, Value>>, key: string): Map<Key, Value> {
  const known = maps.get(key) ?? new Map<Key, Value>();
  maps.set(key, known);
  return known;
}
