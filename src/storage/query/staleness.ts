import type { Backend } from "../backend.ts";
import { inOrderOfWriting } from "../latest.ts";
import type { AssetDefinition, Dependency, LatestRecord } from "../records.ts";
import type { Staleness, StalenessCause, StalenessOptions } from "../types.ts";

/** What is known of one asset, and what was found of it so far. */
interface Judged {
  readonly definition: AssetDefinition;
  readonly latest: LatestRecord | undefined;
  /** By the display form of the key. */
  readonly partitions: ReadonlyMap<string, LatestRecord>;
  /** By the display form of the key; undefined for an asset without partitions. */
  readonly verdicts: Map<string | undefined, Staleness>;
}

/**
 * Judges every asset after what it is made from. What was consumed is compared by its data version; what was not, and is
 * newer, was not yet there. Of partitions only those count that were consumed, or all for `PartitionMapping.all()`.
 */
export async function computeStaleness(backend: Backend, { assets, partitions = false }: StalenessOptions): Promise<readonly Staleness[]> {
  const [definitions, latest, ofPartitions] = await Promise.all([
    backend.definitions(),
    backend.latest({ of: "assets" }),
    backend.latest({ of: "partitions" }),
  ]);
  const known = new Map(latest.map((record) => [record.assetKey, record]));
  const keyed = new Map<string, Map<string, LatestRecord>>();
  for (const record of inOrderOfWriting(ofPartitions)) {
    const records = keyed.get(record.assetKey) ?? new Map<string, LatestRecord>();
    keyed.set(record.assetKey, records.set(String(record.partitionKey), record));
  }
  const all = new Map<string, Judged>();
  for (const definition of definitions.toSorted((left, right) => (left.assetKey < right.assetKey ? -1 : 1))) {
    const { assetKey } = definition;
    all.set(assetKey, { definition, latest: known.get(assetKey), partitions: keyed.get(assetKey) ?? new Map(), verdicts: new Map() });
  }
  const result: Staleness[] = [];
  for (const judged of inOrder(all)) {
    const { definition, verdicts } = judged;
    const own = judge(judged, all);
    if (definition.kind === "task" || (assets !== undefined && !assets.includes(definition.assetKey))) continue;
    result.push(own);
    if (partitions) result.push(...[...verdicts.values()].filter(({ partition }) => partition !== undefined));
  }
  return result;
}

/** The verdict on an asset: on itself, or on the partitions that it has together. */
function judge(judged: Judged, all: ReadonlyMap<string, Judged>): Staleness {
  const { definition, latest, partitions, verdicts } = judged;
  const asset = definition.assetKey;
  if (partitions.size === 0) {
    const verdict = judgeOne(judged, undefined, latest, all);
    verdicts.set(undefined, verdict);
    return verdict;
  }
  const causes = new Map<string, StalenessCause>();
  let isThere = false;
  for (const [partition, record] of partitions) {
    const verdict = judgeOne(judged, partition, record, all);
    verdicts.set(partition, verdict);
    isThere ||= verdict.status !== "Missing";
    for (const cause of verdict.causes) causes.set(cause.reason, cause);
  }
  const status = !isThere ? "Missing" : causes.size > 0 ? "Stale" : "UpToDate";
  return { asset, partition: undefined, status, causes: [...causes.values()] };
}

function judgeOne(
  { definition }: Judged,
  partition: string | undefined,
  record: LatestRecord | undefined,
  all: ReadonlyMap<string, Judged>,
): Staleness {
  const { assetKey: asset, codeVersion, kind, dependencies } = definition;
  if (record?.lastDataVersion === undefined) return { asset, partition, status: "Missing", causes: [] };
  // What something else makes is as it was last seen.
  if (kind === "external" || record.lastMaterializationId === undefined) return { asset, partition, status: "UpToDate", causes: [] };
  const causes: StalenessCause[] = [];
  if (codeVersion !== undefined && codeVersion !== record.lastMaterializationCodeVersion)
    causes.push({ kind: "code-version", upstream: undefined, upstreamPartition: undefined, reason: "code version changed" });
  for (const dependency of dependencies) {
    const upstream = all.get(dependency.assetKey);
    if (upstream !== undefined) addCauses(causes, dependency, upstream, partition, record);
  }
  return { asset, partition, status: causes.length > 0 ? "Stale" : "UpToDate", causes };
}

/** Adds what of one dependency makes stale what was made from it. */
function addCauses(
  causes: StalenessCause[],
  { assetKey, mapping }: Dependency,
  upstream: Judged,
  partition: string | undefined,
  record: LatestRecord,
): void {
  const { lastInputDataVersions: consumed, lastMaterializationId = 0 } = record;
  const add = (key: string | undefined, version: string | undefined, latest: LatestRecord | undefined): void => {
    const cause = (kind: StalenessCause["kind"], what: string): void => {
      const name = key === undefined ? `'${assetKey}'` : `'${assetKey}[${key}]'`;
      causes.push({ kind, upstream: assetKey, upstreamPartition: key, reason: `upstream ${name} ${what}` });
    };
    if (upstream.verdicts.get(key)?.status === "Stale") cause("upstream-stale", "is stale");
    if (version === undefined) {
      if ((latest?.lastEventId ?? 0) > lastMaterializationId) cause("upstream-unconsumed", "has data not yet consumed");
    } else if (latest?.lastDataVersion !== undefined && latest.lastDataVersion !== version)
      cause("upstream-version", "has new data version");
  };
  if (upstream.partitions.size === 0) {
    add(undefined, consumed[assetKey], upstream.latest);
    return;
  }
  for (const [key, latest] of upstream.partitions) {
    const version = consumed[`${assetKey}[${key}]`];
    const isOwn = (mapping ?? "identity") === "identity" && key === partition;
    if (version !== undefined || mapping === "all" || isOwn) add(key, version, latest);
  }
}

/** Each after what it is made from; without recursion, so that a long chain does not overflow the stack. */
function inOrder(all: ReadonlyMap<string, Judged>): Iterable<Judged> {
  const ordered = new Set<Judged>();
  const entered = new Set<Judged>();
  for (const root of all.values()) {
    const path = [{ judged: root, next: 0 }];
    entered.add(root);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const dependency = at.judged.definition.dependencies[at.next++];
      if (dependency === undefined) {
        ordered.add(at.judged);
        path.pop();
        continue;
      }
      const upstream = all.get(dependency.assetKey);
      if (upstream === undefined || entered.has(upstream)) continue;
      entered.add(upstream);
      path.push({ judged: upstream, next: 0 });
    }
  }
  return ordered;
}
