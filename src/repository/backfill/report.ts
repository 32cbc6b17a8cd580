import { EdgewaterError } from "../../errors.ts";
import type { Graph } from "../../run/graph.ts";
import { outputId } from "../../run/plan.ts";
import { Semaphore } from "../../run/semaphore.ts";
import {
  type BackfillCounts,
  type BackfillPart,
  type BackfillRecord,
  backfillKey,
  backfillRunId,
  decodeBackfill,
  isDriven,
  readParts,
} from "../../storage/backfill-record.ts";
import type { AnyEvent, RunRecord, Storage } from "../../storage/types.ts";
import type { Backfill, BackfillFailure, BackfillRun, PlannedRun } from "./types.ts";

/** How many runs are read at the same time. */
const concurrency = 16;

/** The record of a backfill as it is stored, with its bytes. */
export interface StoredBackfill {
  readonly record: BackfillRecord;
  readonly bytes: Uint8Array;
}

/** Undefined for an unknown backfill. */
export async function findBackfill(storage: Storage, backfillId: string): Promise<StoredBackfill | undefined> {
  const bytes = await storage.kvGet(backfillKey(backfillId));
  const record = bytes && decodeBackfill(bytes);
  return bytes && record && { record, bytes };
}

/** @throws `NotFound` for an unknown backfill */
export async function readBackfill(storage: Storage, backfillId: string): Promise<StoredBackfill> {
  const found = await findBackfill(storage, backfillId);
  if (found !== undefined) return found;
  const message = `Unknown backfill ${JSON.stringify(backfillId)}: ${storage.name} has none with this id`;
  throw new EdgewaterError("NotFound", message, { store: storage.name, key: backfillId });
}

/** How a backfill stands. @throws `NotFound` for an unknown backfill */
export async function describeBackfill(storage: Storage, graph: Graph, backfillId: string): Promise<Backfill> {
  const { record } = await readBackfill(storage, backfillId);
  const status = record.status === "Started" && !(await isDriven(storage, backfillId)) ? "Interrupted" : record.status;
  const parts = await readParts(storage, backfillId);
  const semaphore = new Semaphore(concurrency);
  const described = await Promise.all(
    parts.map((part, index) => semaphore.run(() => describePart(storage, graph, backfillRunId(backfillId, index), part))),
  );
  const counted = described.reduce((sum, { counts }) => added(sum, counts), nothing);
  return {
    ...record,
    status,
    success: record.status === "Success",
    // Runs of a backfill that has ended may have been pruned.
    counts: record.counts !== undefined && record.counts.made > counted.made ? record.counts : counted,
    runs: described.map(({ run }) => run),
    failures: described.flatMap(({ failures }) => failures),
  };
}

/** What one run of a backfill has made, and has not. */
export interface DescribedPart {
  readonly run: BackfillRun;
  readonly counts: BackfillCounts;
  readonly failures: readonly BackfillFailure[];
  /** The ids of the outputs that were not made. */
  readonly unmade: ReadonlySet<string>;
}

/** What a run of a backfill has made so far. Reads its events only if it has begun and not succeeded. */
export async function describePart(storage: Storage, graph: Graph, runId: string, part: BackfillPart): Promise<DescribedPart> {
  const found = await storage.getRun(runId);
  const outputs = outputsOf(part);
  const total = outputs.length;
  const run = { runId, status: found?.status, ...plannedRun(part) };
  if (found?.status === "Success") return { run, counts: { ...nothing, total, made: total }, failures: [], unmade: new Set() };
  const unmade = new Map(outputs.map((output) => [outputId(output.asset, output.partition), output]));
  if (found === undefined) return { run, counts: { ...nothing, total, left: total }, failures: [], unmade: new Set(unmade.keys()) };
  const failed = new Map<string, BackfillFailure>();
  const types = ["Materialization", "Observation", "StepFailure", "StepSkipped"] as const;
  for (const event of await storage.getEventsForRun(runId, { types })) {
    for (const id of madeBy(event, graph, part)) {
      unmade.delete(id);
      failed.delete(id);
    }
    if (event.eventType !== "StepFailure") continue;
    const id = outputId(event.assetKey, event.partitionKey);
    const output = unmade.get(id);
    if (output !== undefined) failed.set(id, { ...output, runId, failure: event.failure });
  }
  const others = unmade.size - failed.size;
  const counts = {
    total,
    made: total - unmade.size,
    failed: failed.size,
    ...(hasEnded(found) ? { skipped: others, left: 0 } : { skipped: 0, left: others }),
  };
  return { run, counts, failures: [...failed.values()], unmade: new Set(unmade.keys()) };
}

/** Whether a run has its outcome. */
export function hasEnded({ status }: RunRecord): boolean {
  return status === "Success" || status === "Failure" || status === "Canceled";
}

/** What a run makes, for people. */
export function plannedRun({ outputs, after }: BackfillPart): PlannedRun {
  return { outputs: outputs.map(([asset, keys]) => ({ asset, partitionKeys: keys ?? undefined })), after };
}

/** The outputs of a part, one by one. */
export function outputsOf({ outputs }: BackfillPart): readonly { readonly asset: string; readonly partition: string | undefined }[] {
  return outputs.flatMap(([asset, keys]) => (keys ?? [undefined]).map((partition) => ({ asset, partition })));
}

/** The ids of the outputs that an event says are made. The event of an unchanged step has the name of its function. */
function madeBy({ eventType, assetKey, partitionKey, ...event }: AnyEvent, graph: Graph, part: BackfillPart): readonly string[] {
  if (assetKey === undefined) return [];
  if (eventType === "Materialization" || eventType === "Observation") return [outputId(assetKey, partitionKey)];
  if (!("unchanged" in event) || !event.unchanged) return [];
  const names = graph.computations.find(({ name }) => name === assetKey)?.outputs.map(({ name }) => name) ?? [];
  if (partitionKey !== undefined) return names.map((name) => outputId(name, partitionKey));
  // A step without partitions, or one that makes all partitions of the run together.
  return outputsOf(part).flatMap(({ asset, partition }) => (names.includes(asset) ? [outputId(asset, partition)] : []));
}

const nothing: BackfillCounts = { total: 0, made: 0, failed: 0, skipped: 0, left: 0 };

function added(left: BackfillCounts, right: BackfillCounts): BackfillCounts {
  return {
    total: left.total + right.total,
    made: left.made + right.made,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
    left: left.left + right.left,
  };
}
