import { abortedError, EdgewaterError, isEdgewaterError, thrownText } from "../../errors.ts";
import type { PartitionLoadingContext } from "../../partition/partitions-definition.ts";
import type { Graph } from "../../run/graph.ts";
import { cancelRun } from "../../run/living.ts";
import { type ExactSelection, planOf } from "../../run/plan.ts";
import {
  type BackfillPart,
  type BackfillRecord,
  backfillKey,
  backfillRunId,
  encodeBackfill,
  lastBackfillKey,
  partWrites,
  readParts,
} from "../../storage/backfill-record.ts";
import type { Batch, Precondition, Storage } from "../../storage/types.ts";
import { exactSelection } from "../selection.ts";
import { type DriveEnvironment, drive } from "./drive.ts";
import { DriverLease } from "./driver-lease.ts";
import { describeBackfill, findBackfill, outputsOf, plannedRun, readBackfill, type StoredBackfill } from "./report.ts";
import { splitPlan } from "./split.ts";
import type { Backfill, BackfillOptions, BackfillPlan } from "./types.ts";

const defaultPartitionsPerRun = 100;
/** How often another process may be faster before it is an error. */
const mostTries = 5;
/** How many parts are written in one commit. */
const pageSize = 200;

/** Begins a backfill, or goes on with one, and drives it to its end. With `dryRun`, returns what it would make. */
export async function backfill(
  options: BackfillOptions,
  graph: Graph,
  loadingContext: PartitionLoadingContext,
  environment: DriveEnvironment["environment"],
  defaultLeaseMs: number,
): Promise<Backfill | BackfillPlan> {
  const { maxConcurrency = 4, leaseMs = defaultLeaseMs } = options;
  const ownerOptions = { ...environment, leaseMs };
  const given: DriveEnvironment = { graph, loadingContext, environment, ownerOptions, maxConcurrency, canceling: options.signal };
  const { storage, signal, log } = environment;
  if (options.dryRun) {
    const { known } = await find(options.resume, storage);
    return planOfParts(graph, known ? await partsOf(known, storage) : await newParts(options, given));
  }
  const { backfill, lease } = await start(options, given);
  const { backfillId } = backfill.record;
  if (lease === undefined) return describeBackfill(storage, graph, backfillId);
  lease.keep(backfill);
  try {
    const isDone = await drive(backfill, await partsOf(backfill, storage), given);
    if (isDone) await end(backfill, storage, graph);
  } finally {
    await lease.end();
    if (options.signal?.aborted) {
      await cancelBackfill(backfillId, storage).catch((error: unknown) => {
        if (!isEdgewaterError(error, "PreconditionFailed")) log.warn(`Cannot cancel the backfill ${backfillId}`, thrownText(error));
      });
    }
  }
  if (signal.aborted) throw abortedError(signal);
  return describeBackfill(storage, graph, backfillId);
}

/** A backfill that this process drives; without a lease, one that has succeeded already. */
interface Started {
  readonly backfill: StoredBackfill;
  readonly lease: DriverLease | undefined;
}

/** Begins a backfill, or goes on with one. Of processes that resume at the same moment, one begins or resumes it and the others join. */
async function start(options: BackfillOptions, given: DriveEnvironment): Promise<Started> {
  const { environment, ownerOptions } = given;
  const { storage, log } = environment;
  const { resume } = options;
  for (let tries = 1; ; tries++) {
    // One that another process has begun meanwhile counts, even when it has succeeded already.
    const { known, last } = await find(resume, storage, tries > 1);
    if (known?.record.status === "Success") return { backfill: known, lease: undefined };
    const lease = await DriverLease.of(known?.record.backfillId ?? crypto.randomUUID(), storage, ownerOptions.leaseMs, log);
    try {
      return { backfill: known ? await join(known, lease, storage) : await begin(options, last, lease, given), lease };
    } catch (error) {
      if (!isEdgewaterError(error, "PreconditionFailed") || resume === undefined || tries === mostTries) throw error;
    }
  }
}

/** The backfill to go on with, if there is one, and the id of the last backfill as it is stored. */
interface Found {
  readonly known: StoredBackfill | undefined;
  /** Given when a new backfill only begins if it still is the last one. */
  readonly last: { readonly is: Uint8Array | undefined } | undefined;
}

async function find(resume: true | string | undefined, storage: Storage, countsSuccess = false): Promise<Found> {
  if (resume === undefined) return { known: undefined, last: undefined };
  if (resume !== true) return { known: await readBackfill(storage, resume), last: undefined };
  const is = await storage.kvGet(lastBackfillKey);
  const known = is && (await findBackfill(storage, new TextDecoder().decode(is)));
  return { known: countsSuccess || known?.record.status !== "Success" ? known : undefined, last: { is } };
}

/** @throws `Integrity` when some parts are missing, or wait for later ones: such a backfill could not end */
async function partsOf({ record }: StoredBackfill, storage: Storage): Promise<readonly BackfillPart[]> {
  const parts = await readParts(storage, record.backfillId);
  const isWhole = parts.length === record.runCount && parts.every(({ after }, index) => after.every((each) => each < index));
  if (isWhole) return parts;
  const message = `Cannot go on with the backfill ${record.backfillId}: what ${storage.name} has of its ${record.runCount} runs is incomplete or damaged; cancel it, and begin another one`;
  throw new EdgewaterError("Integrity", message, { store: storage.name, key: record.backfillId });
}

async function newParts(options: BackfillOptions, given: DriveEnvironment): Promise<readonly BackfillPart[]> {
  const { graph, loadingContext, environment } = given;
  const { selection, includeUpstream, partitionKey, partitionKeys, partitionRange, partitionsPerRun = defaultPartitionsPerRun } = options;
  // What resolves a selection itself passes the partitions of each asset.
  const { partitionsOf } = options as ExactSelection;
  const chosen = { selection, includeUpstream, partitionKey, partitionKeys, partitionRange, partitionsOf };
  const plan = planOf(graph, await exactSelection(graph, chosen, loadingContext, environment.storage), loadingContext);
  return splitPlan(plan, partitionsPerRun, loadingContext, Date.now());
}

function planOfParts(graph: Graph, parts: readonly BackfillPart[]): BackfillPlan {
  return { ...sizeOf(graph, parts), runs: parts.map(plannedRun) };
}

function sizeOf(graph: Graph, parts: readonly BackfillPart[]): Pick<BackfillPlan, "assets" | "total"> {
  const names = new Set(parts.flatMap(({ outputs }) => outputs.map(([name]) => name)));
  return {
    assets: [...graph.nodes.keys()].filter((name) => names.has(name)),
    total: parts.reduce((sum, part) => sum + outputsOf(part).length, 0),
  };
}

/** Records a new backfill: first what its runs make, and then, which begins it, the backfill. */
async function begin(options: BackfillOptions, last: Found["last"], lease: DriverLease, given: DriveEnvironment): Promise<StoredBackfill> {
  const { graph, environment } = given;
  const { storage } = environment;
  const { failurePolicy = "continue", tags = {}, skipUnchanged } = options;
  const { backfillId } = lease;
  const parts = await newParts(options, given);
  const writes = partWrites(backfillId, parts);
  for (let start = 0; start < writes.length; start += pageSize) await storage.commit({ kv: writes.slice(start, start + pageSize) });
  const record: BackfillRecord = {
    backfillId,
    status: "Started",
    attempt: 1,
    ...sizeOf(graph, parts),
    runCount: parts.length,
    failurePolicy,
    tags,
    ...(skipUnchanged !== undefined && { skipUnchanged }),
    startTime: parts[0]?.startTime ?? Date.now(),
    endTime: undefined,
  };
  const isLast = last === undefined ? [] : [{ kv: lastBackfillKey, is: last.is }];
  return write(record, undefined, lease, storage, {
    preconditions: isLast,
    kv: [{ key: lastBackfillKey, value: new TextEncoder().encode(backfillId) }],
  });
}

/** Goes on with a backfill: beside others, or again after it has ended. */
async function join({ record, bytes }: StoredBackfill, lease: DriverLease, storage: Storage): Promise<StoredBackfill> {
  if (record.status === "Started") {
    await storage.commit({ preconditions: [isAs(record, bytes)], ...lease.renewal });
    return { record, bytes };
  }
  const { counts: _, ...kept } = record;
  return write({ ...kept, status: "Started", attempt: record.attempt + 1, endTime: undefined }, bytes, lease, storage);
}

/** Writes the record of a backfill in place of an earlier one, and takes the lease. */
async function write(
  record: BackfillRecord,
  before: Uint8Array | undefined,
  lease: DriverLease,
  storage: Storage,
  { preconditions = [], kv = [] }: Pick<Batch, "preconditions" | "kv"> = {},
): Promise<StoredBackfill> {
  const bytes = encodeBackfill(record);
  const key = backfillKey(record.backfillId);
  await storage.commit({
    preconditions: [{ kv: key, is: before }, ...preconditions],
    kv: [{ key, value: bytes }, ...kv],
    ...lease.renewal,
  });
  return { record, bytes };
}

function isAs({ backfillId }: BackfillRecord, bytes: Uint8Array): Precondition {
  return { kv: backfillKey(backfillId), is: bytes };
}

/** Records how a backfill has ended, unless another process has done so. */
async function end({ record, bytes }: StoredBackfill, storage: Storage, graph: Graph): Promise<void> {
  const { counts } = await describeBackfill(storage, graph, record.backfillId);
  const status = counts.made === counts.total ? "Success" : "Failure";
  await replace({ ...record, status, endTime: Date.now(), counts }, bytes, storage);
}

/** Writes the record of a backfill that has ended, and ends its leases. Returns whether it was still as expected. */
async function replace(record: BackfillRecord, before: Uint8Array, storage: Storage): Promise<boolean> {
  const { backfillId } = record;
  try {
    await storage.commit({
      preconditions: [isAs(record, before)],
      kv: [{ key: backfillKey(backfillId), value: encodeBackfill(record) }],
      leases: [{ runId: backfillId, owner: undefined }],
    });
    return true;
  } catch (error) {
    if (isEdgewaterError(error, "PreconditionFailed")) return false;
    throw error;
  }
}

/**
 * Cancels a backfill: first its record, so that no run of it begins any more, and then the runs that are being made.
 *
 * @throws `NotFound` for an unknown backfill, `PreconditionFailed` for one that has ended
 */
export async function cancelBackfill(backfillId: string, storage: Storage): Promise<void> {
  while (true) {
    const { record, bytes } = await readBackfill(storage, backfillId);
    if (record.status !== "Started") {
      const message = `Cannot cancel the backfill ${backfillId}: it has ended with the status ${record.status}`;
      throw new EdgewaterError("PreconditionFailed", message, { key: backfillId });
    }
    if (await replace({ ...record, status: "Canceled", endTime: Date.now() }, bytes, storage)) break;
  }
  const parts = await readParts(storage, backfillId);
  const started = new Set((await storage.getLeases()).map(({ runId }) => runId));
  for (const runId of parts.map((_, index) => backfillRunId(backfillId, index))) {
    if (!started.has(runId)) continue;
    try {
      await cancelRun(runId, storage);
    } catch (error) {
      // It has ended by itself.
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
    }
  }
}
