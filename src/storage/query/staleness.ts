import type { Backend } from "../backend.ts";
import type { Found } from "../events.ts";
import { inputName, inputOf } from "../input-name.ts";
import { byFirstMaterialization } from "../latest-record.ts";
import type { AssetDefinition, Dependency, LatestRecord } from "../records.ts";
import type { Staleness, StalenessCause, StalenessOptions } from "../types.ts";

/** One asset, with its latest events and the results so far. */
interface AssetState {
  readonly definition: AssetDefinition;
  readonly latest: LatestRecord | undefined;
  /** By the display form of the key. */
  readonly partitions: ReadonlyMap<string, LatestRecord>;
  /** By the display form of the key; undefined for an asset without partitions. */
  readonly results: Map<string | undefined, Staleness>;
  /** The positions of the partitions in their order. */
  readonly position: ReadonlyMap<string, number>;
  /** Filled in when it is needed, after the results. */
  changes?: {
    readonly stale: readonly string[];
    readonly newestFirst: readonly { readonly key: string; readonly lastEventId: number }[];
  };
}

/**
 * The staleness of every asset, computed after that of its inputs. An input that the last materialization loaded is compared
 * by its data version; another input counts when it is newer. Of an input's partitions those count that were loaded, the
 * same partition, and all of them for `PartitionMapping.all()`.
 */
export async function computeStaleness(backend: Backend, { assets, partitions = false }: StalenessOptions): Promise<readonly Staleness[]> {
  const [definitions, latest, ofPartitions] = await Promise.all([
    backend.definitions(),
    backend.latest({ of: "assets" }),
    backend.latest({ of: "partitions" }),
  ]);
  const known = new Map(latest.map((record) => [record.assetKey, record]));
  const keyed = new Map<string, Map<string, LatestRecord>>();
  for (const record of byFirstMaterialization(ofPartitions)) {
    const records = keyed.get(record.assetKey) ?? new Map<string, LatestRecord>();
    keyed.set(record.assetKey, records.set(String(record.partitionKey), record));
  }
  const all = new Map<string, AssetState>();
  for (const definition of definitions.toSorted((left, right) => (left.assetKey < right.assetKey ? -1 : 1))) {
    const { assetKey } = definition;
    const partitions = keyed.get(assetKey) ?? new Map<string, LatestRecord>();
    const position = new Map([...partitions.keys()].map((key, index) => [key, index]));
    all.set(assetKey, { definition, latest: known.get(assetKey), partitions, position, results: new Map() });
  }
  const asked = assets && new Set(assets);
  const result: Staleness[] = [];
  for (const state of inputsFirst(all)) {
    const { definition, results } = state;
    const own = stalenessOf(state, all);
    if (definition.kind === "task" || (asked !== undefined && !asked.has(definition.assetKey))) continue;
    result.push(own);
    if (partitions) for (const each of results.values()) if (each.partition !== undefined) result.push(each);
  }
  return result;
}

/** The staleness of an asset, or of all its partitions together. */
function stalenessOf(state: AssetState, all: ReadonlyMap<string, AssetState>): Staleness {
  const { definition, latest, partitions, results } = state;
  const asset = definition.assetKey;
  if (partitions.size === 0) {
    const staleness = stalenessOfOne(state, undefined, latest, all);
    results.set(undefined, staleness);
    return staleness;
  }
  const causes = new Map<string, StalenessCause>();
  let isMaterialized = false;
  for (const [partition, record] of partitions) {
    const staleness = stalenessOfOne(state, partition, record, all);
    results.set(partition, staleness);
    isMaterialized ||= staleness.status !== "Missing";
    for (const cause of staleness.causes) causes.set(cause.reason, cause);
  }
  const status = !isMaterialized ? "Missing" : causes.size > 0 ? "Stale" : "UpToDate";
  return { asset, partition: undefined, status, causes: [...causes.values()] };
}

/** The staleness of an asset without partitions, or of one partition. */
function stalenessOfOne(
  { definition }: AssetState,
  partition: string | undefined,
  record: LatestRecord | undefined,
  all: ReadonlyMap<string, AssetState>,
): Staleness {
  const { assetKey: asset, codeVersion, kind, dependencies } = definition;
  if (record?.lastDataVersion === undefined) return { asset, partition, status: "Missing", causes: [] };
  // Data that something else writes is as it was last observed.
  if (kind === "external" || record.lastMaterializationId === undefined) return { asset, partition, status: "UpToDate", causes: [] };
  const { lastFound = "Stored" } = record;
  if (lastFound === "Missing") return { asset, partition, status: "Missing", causes: [valueCause(lastFound)] };
  const causes: StalenessCause[] = lastFound === "Stored" ? [] : [valueCause(lastFound)];
  if (codeVersion !== undefined && codeVersion !== record.lastMaterializationCodeVersion)
    causes.push({ kind: "code-version", upstream: undefined, upstreamPartition: undefined, reason: "code version changed" });
  const consumed = consumedBy(record);
  for (const dependency of dependencies) {
    const upstream = all.get(dependency.assetKey);
    if (upstream !== undefined) addCauses(causes, dependency, upstream, partition, record, consumed);
  }
  return { asset, partition, status: causes.length > 0 ? "Stale" : "UpToDate", causes };
}

/** The cause of what a look at the store found in place of the recorded value. */
export function valueCause(found: Exclude<Found, "Stored">): StalenessCause {
  const { kind, change } = {
    Missing: { kind: "value-missing", change: "is gone" },
    Replaced: { kind: "value-replaced", change: "was replaced by one that no run has recorded" },
    Unrecorded: { kind: "value-unrecorded", change: "was replaced by a run that has not recorded it" },
  }[found] as { readonly kind: StalenessCause["kind"]; readonly change: string };
  return { kind, upstream: undefined, upstreamPartition: undefined, reason: `the stored value ${change}` };
}

/** Adds the causes that come from one dependency. */
function addCauses(
  causes: StalenessCause[],
  { assetKey, mapping }: Dependency,
  upstream: AssetState,
  partition: string | undefined,
  record: LatestRecord,
  consumed: Consumed,
): void {
  const { lastMaterializationId = 0 } = record;
  const add = (key: string | undefined, version: string | undefined, latest: LatestRecord | undefined): void => {
    const cause = (kind: StalenessCause["kind"], change: string): void => {
      const name = key === undefined ? `'${assetKey}'` : `'${assetKey}[${key}]'`;
      causes.push({ kind, upstream: assetKey, upstreamPartition: key, reason: `upstream ${name} ${change}` });
    };
    if (upstream.results.get(key)?.status === "Stale") cause("upstream-stale", "is stale");
    if (version === undefined) {
      if ((latest?.lastEventId ?? 0) > lastMaterializationId) cause("upstream-unconsumed", "has data not yet consumed");
    } else if (latest?.lastDataVersion !== undefined && latest.lastDataVersion !== version)
      cause("upstream-version", "has new data version");
  };
  if (upstream.partitions.size === 0) {
    add(undefined, record.lastInputDataVersions[inputName(assetKey, undefined)], upstream.latest);
    return;
  }
  const versions = consumed.get(assetKey) ?? new Map<string, string>();
  const keys = new Set(versions.keys());
  if ((mapping ?? "identity") === "identity" && partition !== undefined) keys.add(partition);
  if (mapping === "all") for (const key of changedSince(upstream, lastMaterializationId)) keys.add(key);
  const { position } = upstream;
  const known = [...keys].filter((key) => position.has(key));
  for (const key of known.sort((left, right) => (position.get(left) ?? 0) - (position.get(right) ?? 0)))
    add(key, versions.get(key), upstream.partitions.get(key));
}

/** The data versions of the partitions that were loaded, by asset and the display form of the key. */
type Consumed = ReadonlyMap<string, ReadonlyMap<string, string>>;

function consumedBy({ lastInputDataVersions }: LatestRecord): Consumed {
  const consumed = new Map<string, Map<string, string>>();
  for (const [name, version] of Object.entries(lastInputDataVersions)) {
    const { asset, partition } = inputOf(name);
    if (partition === undefined) continue;
    const versions = consumed.get(asset) ?? new Map<string, string>();
    consumed.set(asset, versions.set(partition, version));
  }
  return consumed;
}

/** Kept unless the results are still to come, as those of an asset that depends on itself are. */
function changesOf(state: AssetState): NonNullable<AssetState["changes"]> {
  const changes = {
    stale: [...state.results].flatMap(([key, { status }]) => (status === "Stale" && key !== undefined ? [key] : [])),
    newestFirst: [...state.partitions]
      .map(([key, { lastEventId = 0 }]) => ({ key, lastEventId }))
      .sort((left, right) => right.lastEventId - left.lastEventId),
  };
  if (state.results.size >= state.partitions.size) state.changes = changes;
  return changes;
}

/** The partitions of an asset that are stale, or have an event after the one with this id. */
function changedSince(state: AssetState, id: number): readonly string[] {
  const { stale, newestFirst } = state.changes ?? changesOf(state);
  const end = newestFirst.findIndex(({ lastEventId }) => lastEventId <= id);
  return [...stale, ...newestFirst.slice(0, end < 0 ? undefined : end).map(({ key }) => key)];
}

/** Every asset after its inputs. Without recursion, so that a long chain does not overflow the stack. */
function inputsFirst(all: ReadonlyMap<string, AssetState>): Iterable<AssetState> {
  const ordered = new Set<AssetState>();
  const entered = new Set<AssetState>();
  for (const root of all.values()) {
    const path = [{ state: root, next: 0 }];
    entered.add(root);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const dependency = at.state.definition.dependencies[at.next++];
      if (dependency === undefined) {
        ordered.add(at.state);
        path.pop();
        continue;
      }
      const upstream = all.get(dependency.assetKey);
      if (upstream === undefined || entered.has(upstream)) continue;
      entered.add(upstream);
      path.push({ state: upstream, next: 0 });
    }
  }
  return ordered;
}
