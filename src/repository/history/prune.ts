import type { Source } from "../../asset/types.ts";
import { EdgewaterError, isEdgewaterError, throwIfAborted } from "../../errors.ts";
import { nodeOf } from "../../run/graph.ts";
import { pointHead } from "../../run/head.ts";
import { historyOf, type Output } from "../../run/look.ts";
import type { LoadEnvironment } from "../../run/run-environment.ts";
import { decodeIntent, intentPrefix } from "../../storage/intent.ts";
import type { StoredEvent } from "../../storage/types.ts";
import type { RepositoryContext } from "../context.ts";
import { nameOf, requireHistory } from "./find-version.ts";
import { allMaterializations, folderOf, type StoredVersions, storedVersions } from "./stored-versions.ts";

/** Options of `repository.prune`. One of `before` and `keep` is required. */
export interface PruneVersionsOptions {
  /** Deletes only versions that were recorded before this time, and announcements of dead runs that are older. */
  readonly before?: Date;
  /** How many of the newest versions of each asset or partition to keep; 1 unless given. */
  readonly keep?: number;
  /** The assets; every one whose handler has a history unless given. */
  readonly selection?: readonly (string | Source)[];
  /** Returns what would be deleted, and deletes nothing. */
  readonly dryRun?: boolean;
  /** Stops between two calls to the Storage and the stores. */
  readonly signal?: AbortSignal;
}

/** The result of `repository.prune`: what was deleted, or would be. */
export interface PrunedVersions {
  /** Number of versions that cannot be loaded any more. */
  readonly versions: number;
  /** Number of deleted objects: equal versions share one, and objects that were never recorded are deleted too. */
  readonly objects: number;
  /** For people: what is deleted of each asset, and what is kept. */
  readonly explanation: readonly string[];
}

/** How often the versions of a place are chosen again, because runs are resumed meanwhile. */
const mostTries = 10;
/** Events of one commit. */
const pageSize = 500;

/** The versions of one place, newest first. */
interface Versions {
  readonly output: Output;
  readonly events: readonly StoredEvent[];
}

/**
 * Deletes old versions: their events first, then the objects that no event and no announcement names. A prune that is killed in between is completed by the next one. The newest version of each place
 * stays, and so does what a run has recorded that has not ended.
 *
 * @throws `NotSupported` for a selected asset without history, `Conflict` when runs are resumed all the time
 */
export async function pruneVersions(context: RepositoryContext, options: PruneVersionsOptions): Promise<PrunedVersions> {
  const { graph } = context;
  const environment = context.environment(options);
  const { before, keep, selection, dryRun = false, signal } = options;
  if (before === undefined && keep === undefined) {
    const message = "Missing before or keep of repository.prune: pass the time before which versions are deleted, or how many to keep";
    throw new EdgewaterError("SettingsError", message, { field: "keep" });
  }
  const all = selection?.map((each) => nodeOf(graph, each)) ?? [...graph.nodes.values()];
  const outputs = all.map(({ definition }): Output => ({ definition, key: undefined }));
  if (selection !== undefined) for (const output of outputs) requireHistory(output, "prune", environment);
  const result = { versions: 0, objects: 0, explanation: [] as string[] };
  for (const output of outputs) {
    const history = output.definition.kind === "external" ? undefined : historyOf(output, environment);
    if (history === undefined) continue;
    throwIfAborted(signal);
    const places = await placesOf(output, environment);
    const forgotten = new Set<number>();
    for (const place of places) for (const id of await forget(place, options, environment)) forgotten.add(id);
    if (before !== undefined && !dryRun) await revokeAnnouncements(output, before, environment);
    const garbage = garbageOf(await storedVersions(output.definition.name, history, environment, forgotten));
    if (!dryRun) {
      await history.deleteVersions(garbage.objects, environment);
      for (const { output: place, events } of places)
        if (events.some(({ id }) => forgotten.has(id))) await pointToLatest(place, environment);
    }
    result.versions += forgotten.size;
    result.objects += garbage.objects.length;
    result.explanation.push(explain(output, places, forgotten.size, garbage, dryRun));
  }
  return result;
}

/** The versions of an asset, or of each of its partitions. */
async function placesOf({ definition }: Output, environment: LoadEnvironment): Promise<readonly Versions[]> {
  const places = new Map<string, { output: Output; events: StoredEvent[] }>();
  for (const event of await allMaterializations(definition.name, environment)) {
    const { partitionKey: key } = event;
    // An asset that has partitions now may have had none, and the other way round: such versions stay.
    if ((key === undefined) !== (definition.partitions === undefined)) continue;
    const place = places.get(String(key ?? "")) ?? { output: { definition, key }, events: [] };
    places.set(String(key ?? ""), place);
    place.events.push(event);
  }
  return [...places.values()];
}

/**
 * Deletes the events of old versions of a place, and returns their ids. Whatever is recorded meanwhile is newer and stays; a rollback
 * requires the event that it names.
 */
async function forget(
  place: Versions,
  { before, keep = 1, dryRun = false }: PruneVersionsOptions,
  environment: LoadEnvironment,
): Promise<readonly number[]> {
  const { storage, signal } = environment;
  const { output } = place;
  let { events } = place;
  const deleted: number[] = [];
  for (let tries = 0; tries < mostTries; tries++) {
    throwIfAborted(signal);
    const living = new Set((await storage.getLeases()).map(({ runId }) => runId));
    if (tries > 0) events = await versionsOf(output, environment);
    const isOld = ({ timestamp, runId }: StoredEvent, index: number): boolean =>
      index >= keep && (before === undefined || timestamp < before.getTime()) && !living.has(runId);
    const old = events.filter(isOld);
    if (dryRun) return old.map(({ id }) => id);
    try {
      for (let start = 0; start < old.length; start += pageSize) {
        const page = old.slice(start, start + pageSize);
        const runs = [...new Set(page.map(({ runId }) => runId))];
        const preconditions = runs.map((lease) => ({ lease, owner: undefined }));
        await storage.commit({ preconditions, deletes: { events: page.map(({ id }) => id) } });
        deleted.push(...page.map(({ id }) => id));
      }
      return deleted;
    } catch (error) {
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
    }
  }
  const message = `Cannot prune ${nameOf(output)}: the runs of its old versions were resumed ${mostTries} times meanwhile; prune it again`;
  throw new EdgewaterError("Conflict", message, { asset: output.definition.name });
}

async function versionsOf({ definition, key }: Output, { storage }: LoadEnvironment): Promise<readonly StoredEvent[]> {
  const partition = key && { partition: key };
  const limit = Number.MAX_SAFE_INTEGER;
  const events = await storage.getEventsForAsset(definition.name, { ...partition, types: ["Materialization"], limit });
  return (events as readonly StoredEvent[]).filter(({ partitionKey }) => (partitionKey === undefined) === (key === undefined));
}

/** Deletes the announcements of writes that nobody has recorded, of runs that nobody makes. From then on nobody can record them. */
async function revokeAnnouncements({ definition }: Output, before: Date, { storage }: LoadEnvironment): Promise<void> {
  for (const { key, value } of await storage.kvList(intentPrefix())) {
    const event = decodeIntent(value)?.event;
    if (event?.assetKey !== definition.name || event.timestamp >= before.getTime()) continue;
    try {
      await storage.commit({
        preconditions: [
          { kv: key, is: value },
          { lease: event.runId, owner: undefined },
        ],
        kv: [{ key, value: undefined }],
      });
    } catch (error) {
      // Somebody has recorded it meanwhile, or makes the run.
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
    }
  }
}

interface Garbage {
  readonly objects: readonly string[];
  /** How many objects of places without a known version are left: they may be those of other records. */
  readonly unclear: number;
}

/** The versions that nobody can record or load any more, of places of which the records know another stored version. */
function garbageOf({ known, unknown }: StoredVersions): Garbage {
  const folders = new Set(known.map(folderOf));
  const objects = unknown.filter((key) => folders.has(folderOf(key)));
  return { objects, unclear: unknown.length - objects.length };
}

/** The HEAD may name a version that is gone, because its writer was killed before it wrote the next one. */
async function pointToLatest({ definition, key }: Output, environment: LoadEnvironment): Promise<void> {
  const latest = await environment.storage.getLatestMaterialization(definition.name, key);
  if (latest !== undefined) await pointHead({ definition, key }, latest, environment);
}

function explain({ definition }: Output, places: readonly Versions[], versions: number, garbage: Garbage, dryRun: boolean): string {
  const kept = places.reduce((sum, { events }) => sum + events.length, 0) - versions;
  const objects = garbage.objects.length;
  const deleted = `${dryRun ? "would delete" : "deleted"} ${counted(versions, "version")} and ${counted(objects, "object")}`;
  const unclear =
    garbage.unclear === 0
      ? ""
      : `; left ${counted(garbage.unclear, "object")} of places of which these records know no stored version: they may belong to other records`;
  return `${definition.name}: ${deleted}; ${dryRun ? "would keep" : "kept"} ${counted(kept, "version")}${unclear}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
