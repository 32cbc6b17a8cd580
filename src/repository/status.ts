import type { Source } from "../asset/types.ts";
import { orAborted } from "../errors.ts";
import type { StoredValue } from "../io-handler/handler.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { recordFinding } from "../run/finding.ts";
import { type Graph, type Node, nodeOf } from "../run/graph.ts";
import { type Look, latestOf, look, placeOf, recordAnnounced } from "../run/look.ts";
import { outputId } from "../run/plan.ts";
import type { LoadEnvironment } from "../run/run-environment.ts";
import { readBackfilled } from "../storage/backfill-record.ts";
import { valueCause } from "../storage/query/staleness.ts";
import type { Found, Staleness, Storage } from "../storage/types.ts";
import type { RepositoryContext } from "./context.ts";

/** Options of `repository.status`. */
export interface StatusOptions {
  /** The assets, by name or as assets; every asset that is not external unless given. */
  readonly selection?: readonly (string | Source)[];
  /** Whether the result has each partition too, after its asset, including those that were never made; false unless given. */
  readonly partitions?: boolean;
  /**
   * Whether the stores are asked what they have. Unless given they are, and nothing is recorded. `true` records what was found,
   * so that evaluations, resumed runs and `computeStaleness` see it. `false` asks no store.
   */
  readonly verify?: boolean;
  /** Aborts the requests to stores. */
  readonly signal?: AbortSignal;
}

/** The status of an asset or a partition. */
export interface AssetStatus extends Staleness {
  /** A stored value that no run has recorded; undefined when there is none. */
  readonly uncommitted: StoredValue | undefined;
  /** The id of the backfill that is still to make it, and that a process drives; undefined when there is none. */
  readonly backfill: string | undefined;
}

/** How many requests to stores run at the same time. */
const concurrency = 16;

/** What `repository.status` returns, until its signal is aborted. */
export async function status(context: RepositoryContext, options: StatusOptions): Promise<readonly AssetStatus[]> {
  const environment = context.environment({ signal: options.signal });
  return orAborted(statusOf(context.graph, await context.loadingContext(), environment, options), environment.signal);
}

/** The staleness of assets, and what their stores have in place of what is recorded. */
async function statusOf(
  graph: Graph,
  loadingContext: PartitionLoadingContext,
  environment: LoadEnvironment,
  { selection, partitions = false, verify }: StatusOptions,
): Promise<readonly AssetStatus[]> {
  const nodes = selection?.map((each) => nodeOf(graph, each)) ?? [...graph.nodes.values()];
  const assets = nodes.filter(({ definition }) => definition.kind === "asset");
  const names = assets.map(({ definition }) => definition.name);
  const entries = assets.flatMap((node) => entriesOf(node, loadingContext, partitions));
  const seen = new Map<Entry, Seen>();
  for (let start = 0; verify !== false && start < entries.length; start += concurrency) {
    const group = entries.slice(start, start + concurrency).map(async (entry) => {
      if (entry.isInspected) seen.set(entry, await lookAt(entry, verify === true, environment));
    });
    await Promise.all(group);
  }
  const stalenesses = await environment.storage.computeStaleness({ assets: names, partitions });
  const known = new Map(stalenesses.map((staleness) => [JSON.stringify([staleness.asset, staleness.partition]), staleness]));
  const backfills = await backfillsOf(entries, environment.storage);
  return entries.map((entry): AssetStatus => {
    const { name } = entry.node.definition;
    const partition = entry.key && String(entry.key);
    const missing: Staleness = { asset: name, partition, status: "Missing", causes: [] };
    const staleness = known.get(JSON.stringify([name, partition])) ?? missing;
    const { found, uncommitted } = seen.get(entry) ?? {};
    return { ...(found === undefined ? staleness : withFinding(staleness, found)), uncommitted, backfill: backfills.get(entry) };
  });
}

/** The backfills that are still to make some of the entries. */
async function backfillsOf(entries: readonly Entry[], storage: Storage): Promise<ReadonlyMap<Entry, string>> {
  const backfillOf = await readBackfilled(storage);
  const candidates = entries.filter(({ node, key }) => backfillOf(node.definition.name, key, undefined) !== undefined);
  const latest = await storage.getLatestRecords(candidates.map(({ node, key }) => placeOf({ definition: node.definition, key })));
  const known = new Map(latest.map((record) => [outputId(record.assetKey, record.partitionKey), record]));
  return new Map(
    candidates.flatMap((entry) => {
      const { name } = entry.node.definition;
      const backfillId = backfillOf(name, entry.key, known.get(outputId(name, entry.key)));
      return backfillId === undefined ? [] : [[entry, backfillId] as const];
    }),
  );
}

/** What a look at the store of an asset or a partition has found. */
interface Seen {
  /** Undefined when nothing is recorded. */
  readonly found: Found | undefined;
  readonly uncommitted: StoredValue | undefined;
}

async function lookAt({ node: { definition }, key }: Entry, records: boolean, environment: LoadEnvironment): Promise<Seen> {
  const output = { definition, key };
  for (let tries = 0; ; tries++) {
    const latest = await latestOf(output, environment);
    const isRecorded = latest?.lastMaterializationId !== undefined;
    const seen = await look(output, latest, environment);
    if (seen.found === "overtaken" && tries < 3) continue;
    if (seen.found === "announced" && records && !environment.storage.isReadOnly && tries < 3) {
      await recordAnnounced(output, seen, latest, environment);
      continue;
    }
    const found = foundBy(seen);
    if (isRecorded && records) await recordFinding(output, found, environment, latest);
    const uncommitted = seen.found === "announced" || seen.found === "unknown" ? seen.stored : undefined;
    return { found: isRecorded ? found : undefined, uncommitted };
  }
}

function foundBy({ found }: Look): Found {
  if (found === "nothing") return "Missing";
  if (found === "announced") return "Unrecorded";
  return found === "unknown" ? "Replaced" : "Stored";
}

/** A staleness that was computed from the records, with what the store has. */
function withFinding(staleness: Staleness, found: Found): Staleness {
  const others = staleness.causes.filter(({ kind }) => !kind.startsWith("value-"));
  if (found === "Missing") return { ...staleness, status: "Missing", causes: [valueCause(found)] };
  const causes = found === "Stored" ? others : [valueCause(found), ...others];
  return { ...staleness, status: causes.length > 0 ? "Stale" : "UpToDate", causes };
}

/** One asset or partition of the result. */
interface Entry {
  readonly node: Node;
  readonly key: PartitionKey | undefined;
  /** Whether to inspect its store. */
  readonly isInspected: boolean;
}

function entriesOf(node: Node, loadingContext: PartitionLoadingContext, partitions: boolean): readonly Entry[] {
  const definition = node.definition.partitions;
  const own = { node, key: undefined, isInspected: definition === undefined };
  if (definition === undefined || !partitions) return [own];
  return [own, ...definition.keys(loadingContext).map((key) => ({ node, key, isInspected: true }))];
}
