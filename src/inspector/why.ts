/** Why something is stale: from itself up to where it began. */
import { inputName, inputOf } from "../storage/input-name.ts";
import type { StalenessCause, StoredEvent } from "../storage/types.ts";
import { checkPartition, nodeRecordsOf } from "./asset-view.ts";
import type { Why, WhyLink, WhyQuery } from "./inspection.ts";
import { causeSentence } from "./reasons.ts";
import { causesIn, latestIn, type NodeRecords, type Records, readRecords, statusIn } from "./records.ts";
import { firstLine } from "./sentences.ts";
import type { Subject } from "./subject.ts";

/** How many links there are at most. */
const mostLinks = 64;
/** How many inputs of each link are looked at for those that are no cause. */
const mostInputs = 100;
/** How many versions of an input are searched for the one that was read. */
const searched = 200;

/** An asset, or one of its partitions. */
interface Place {
  readonly asset: string;
  readonly partition: string | undefined;
}

/** The kinds of causes, the one that explains most first. */
const order: readonly StalenessCause["kind"][] = [
  "value-missing",
  "value-replaced",
  "value-unrecorded",
  "code-version",
  "upstream-version",
  "upstream-unconsumed",
  "upstream-stale",
];

/** The chain from an asset up to where its staleness began. Empty when it is neither stale nor lost. */
export async function whyStale(subject: Subject, name: string, { partition }: WhyQuery): Promise<Why> {
  const records = await readRecords(subject);
  const own = nodeRecordsOf(subject, records, name);
  checkPartition(subject, own, partition, records);
  const chain: WhyLink[] = [];
  const innocent = new Map<string, string>();
  const seen = new Set<string>();
  let at: Place | undefined = { asset: name, partition: partition ?? stalePartition(own) };
  while (at !== undefined && chain.length < mostLinks) {
    const id = inputName(at.asset, at.partition);
    if (seen.has(id)) break;
    seen.add(id);
    const here: NodeRecords | undefined = records.byName.get(at.asset);
    const cause: StalenessCause | undefined = here && causeOf(here, at.partition);
    if (here === undefined || cause === undefined) break;
    const link = linkOf(here, at.partition, cause, records);
    chain.push(link);
    for (const [asset, because] of innocentsOf(here, at.partition, records)) innocent.set(asset, because);
    const next: Place | undefined =
      cause.upstream === undefined ? undefined : { asset: cause.upstream, partition: cause.upstreamPartition };
    const input = next && records.byName.get(next.asset);
    if (next === undefined || input === undefined) break;
    if (causeOf(input, next.partition) === undefined) {
      await addOrigins(subject, records, chain, next, link.from);
      break;
    }
    at = next;
  }
  const isCut = chain.length >= mostLinks;
  for (const { asset } of chain) innocent.delete(asset);
  return { chain: chain.slice(0, mostLinks), innocent: [...innocent].map(([asset, because]) => ({ asset, because })), isCut };
}

/** The first partition that is stale, of an asset with partitions. */
function stalePartition({ stalenessOf }: NodeRecords): string | undefined {
  for (const [partition, { causes }] of stalenessOf) if (causes.length > 0) return partition;
  return undefined;
}

function causeOf(records: NodeRecords, partition: string | undefined): StalenessCause | undefined {
  return causesIn(records, partition).toSorted((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind))[0];
}

function linkOf(records: NodeRecords, partition: string | undefined, cause: StalenessCause, { byName }: Records): WhyLink {
  const { kind, upstream, upstreamPartition } = cause;
  const latest = latestIn(records, partition);
  const { codeVersion, name } = records.node.definition;
  const input = upstream === undefined ? undefined : byName.get(upstream);
  let [from, current]: (string | undefined)[] = [latest?.lastDataVersion, undefined];
  if (kind === "code-version") [from, current] = [latest?.lastMaterializationCodeVersion, codeVersion];
  if (upstream !== undefined) {
    from = latest?.lastInputDataVersions[inputName(upstream, upstreamPartition)];
    current = input && latestIn(input, upstreamPartition)?.lastDataVersion;
  }
  const { lastRunId: runId, lastTimestamp: time, lastMaterializationId: eventId } = latest ?? {};
  return {
    asset: name,
    ...(partition !== undefined && { partition }),
    status: statusIn(records, partition),
    cause: kind,
    ...(from !== undefined && { from }),
    ...(current !== undefined && { current }),
    ...(runId !== undefined && { runId }),
    ...(time !== undefined && { at: time }),
    ...(eventId !== undefined && { eventId }),
    reason: causeSentence(cause),
  };
}

/**
 * Adds where an input that is up to date got its new version: the run that made it, and, as long as that run read another version
 * of an input than the run before it, where that came from.
 */
async function addOrigins(subject: Subject, records: Records, chain: WhyLink[], place: Place, read: string | undefined): Promise<void> {
  const seen = new Set<string>();
  for (let [at, before] = [place, read]; chain.length < mostLinks; ) {
    const id = inputName(at.asset, at.partition);
    const node = records.byName.get(at.asset);
    if (seen.has(id) || node === undefined) return;
    seen.add(id);
    const { partition } = at;
    const options = { limit: searched, ...(partition !== undefined && { partition }) };
    const versions = await subject.storage.getEventsForAsset(at.asset, options);
    const [newest] = versions;
    if (newest === undefined) return;
    const earlier = before === undefined ? versions[1] : versions.find(({ dataVersion }) => dataVersion === before);
    const changed = earlier && changedInput(earlier, newest);
    chain.push(originOf(node, partition, newest, earlier, changed));
    if (changed === undefined) return;
    at = inputOf(changed);
    before = earlier?.inputDataVersions[changed];
  }
}

/** The name of the first input of which two versions were made from different versions. */
function changedInput(earlier: StoredEvent, newest: StoredEvent): string | undefined {
  if (earlier.codeVersion !== newest.codeVersion) return undefined;
  return Object.entries(newest.inputDataVersions).find(([name, version]) => earlier.inputDataVersions[name] !== version)?.[0];
}

function originOf(
  records: NodeRecords,
  partition: string | undefined,
  newest: StoredEvent,
  earlier: StoredEvent | undefined,
  changed: string | undefined,
): WhyLink {
  const isObserved = newest.eventType === "Observation";
  const isNewCode = earlier !== undefined && earlier.codeVersion !== newest.codeVersion;
  const how = isObserved ? "was observed with another version" : "was made again and came out with another version";
  const why = isNewCode
    ? `, with the code version ${newest.codeVersion ?? "none"} in place of ${earlier.codeVersion ?? "none"}`
    : changed === undefined
      ? ""
      : `, because ${firstLine(changed)} had changed`;
  return {
    asset: records.node.definition.name,
    ...(partition !== undefined && { partition }),
    status: statusIn(records, partition),
    cause: isObserved ? "observed" : "materialized",
    ...(earlier !== undefined && { from: earlier.dataVersion }),
    current: newest.dataVersion,
    runId: newest.runId,
    at: newest.timestamp,
    eventId: newest.id,
    reason: `It ${how}${why}.`,
  };
}

/** Inputs that were recorded again since they were read, and are no cause. */
function innocentsOf(records: NodeRecords, partition: string | undefined, { byName }: Records): readonly (readonly [string, string])[] {
  const latest = latestIn(records, partition);
  if (latest?.lastMaterializationId === undefined) return [];
  const blamed = new Set(
    causesIn(records, partition).map(({ upstream, upstreamPartition }) => inputName(upstream ?? "", upstreamPartition)),
  );
  const made = latest.lastMaterializationId;
  return Object.entries(latest.lastInputDataVersions)
    .slice(0, mostInputs)
    .flatMap(([name, version]): readonly (readonly [string, string])[] => {
      const { asset, partition: key } = inputOf(name);
      const input = byName.get(asset);
      const now = input && latestIn(input, key);
      if (now?.lastEventId === undefined || now.lastEventId <= made || now.lastDataVersion !== version || blamed.has(name)) return [];
      const how = now.lastEventId === now.lastMaterializationId ? "made again" : "observed again";
      return [[asset, `It was ${how} and came out with the same version.`]];
    });
}
