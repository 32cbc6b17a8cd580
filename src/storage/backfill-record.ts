/**
 * Backfills as they are kept in the key-value store, on every back end: under `edgewater/backfill/<id>` what a backfill is and how
 * it stands, under `edgewater/backfill-run/<id>/<number>` what each of its runs makes. Both are JSON. Under
 * `edgewater/last-backfill` is the id of the last one.
 */
import type { PartitionKey } from "../partition/partition-key.ts";
import type { Batch } from "./batch.ts";
import { isFresh } from "./query/run-status.ts";
import type { LatestRecord } from "./records.ts";
import type { Storage } from "./types.ts";

/**
 * The status of a backfill. `Interrupted` is never stored: it is what a `Started` backfill is that no process drives. `Failure`:
 * every run has ended, or the first failure has stopped it, and something was not made.
 */
export type BackfillStatus = "Started" | "Interrupted" | "Success" | "Failure" | "Canceled";

/** How many assets and partitions a backfill has made, each partition of each asset counted as one. */
export interface BackfillCounts {
  /** All that it is to make. */
  readonly total: number;
  /** Made by this backfill, or skipped as unchanged. */
  readonly made: number;
  /** Failed at their last attempt. */
  readonly failed: number;
  /** Not made in a run that has ended, because an input failed or the run was aborted. */
  readonly skipped: number;
  /** Not made yet. */
  readonly left: number;
}

/** One backfill: partitions that are made in several runs. Times are milliseconds since 1970-01-01T00:00:00Z. */
export interface BackfillRecord {
  /** A UUID. */
  readonly backfillId: string;
  /** How it stands. */
  readonly status: BackfillStatus;
  /** How often it was begun: 1, and one more each time that it is resumed after it has ended. */
  readonly attempt: number;
  /** The assets and tasks that it makes, each after its inputs. */
  readonly assets: readonly string[];
  /** The number of its runs. */
  readonly runCount: number;
  /** The number of assets and partitions that it makes. */
  readonly total: number;
  /** What happens after a failure. */
  readonly failurePolicy: "continue" | "stop";
  /** The tags of its runs. */
  readonly tags: Readonly<Record<string, string>>;
  /** Whether unchanged steps are skipped; as each asset declares when left out. */
  readonly skipUnchanged?: boolean | undefined;
  /** When it started. */
  readonly startTime: number;
  /** When it ended; undefined while it runs. */
  readonly endTime: number | undefined;
  /** What it had made when it ended; left out before. */
  readonly counts?: BackfillCounts | undefined;
}

/** What one run of a backfill makes. */
export interface BackfillPart {
  /** When the backfill started. */
  readonly startTime: number;
  /** The assets and tasks, with the display forms of their partitions; null without partitions. */
  readonly outputs: readonly (readonly [name: string, keys: readonly string[] | null])[];
  /** The numbers of the runs that must have ended before. */
  readonly after: readonly number[];
}

const prefix = "edgewater/backfill/";
/** The key that has the id of the last backfill, so that of two processes that would begin one, one joins the other. */
export const lastBackfillKey = "edgewater/last-backfill";

/** The prefix of the keys of all parts. */
export const partKeyPrefix = "edgewater/backfill-run/";

/** The tags that name the backfill of a run, and the attempt of the backfill that made it last. */
export const backfillTag = "edgewater/backfill";
export const backfillAttemptTag = "edgewater/backfill-attempt";

/** The id of a run of a backfill: two processes that begin the same run collide. */
export function backfillRunId(backfillId: string, index: number): string {
  return `${backfillId}.${index}`;
}

/** The key of a backfill's record. */
export function backfillKey(backfillId: string): string {
  return prefix + backfillId;
}

/** A record or a part as the bytes of its value. */
export function encodeBackfill(value: BackfillRecord | BackfillPart): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The record that {@link encodeBackfill} wrote; undefined for any other bytes. */
export function decodeBackfill(bytes: Uint8Array): BackfillRecord | undefined {
  const record = parse(bytes) as Partial<BackfillRecord> | undefined;
  if (typeof record?.backfillId !== "string" || typeof record.status !== "string") return undefined;
  return { ...record, endTime: record.endTime } as BackfillRecord;
}

function parse(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The writes of the parts of a backfill. */
export function partWrites(backfillId: string, parts: readonly BackfillPart[]): NonNullable<Batch["kv"]> {
  return parts.map((part, index) => ({
    key: `${partKeyPrefix}${backfillId}/${String(index).padStart(8, "0")}`,
    value: encodeBackfill(part),
  }));
}

/** The parts of a backfill, in the order of their numbers. */
export async function readParts(storage: Pick<Storage, "kvList">, backfillId: string): Promise<readonly BackfillPart[]> {
  const entries = await storage.kvList(`${partKeyPrefix}${backfillId}/`);
  return entries.flatMap(({ value }) => decodePart(value) ?? []);
}

/** The part that {@link encodeBackfill} wrote; undefined for any other bytes. */
export function decodePart(bytes: Uint8Array): BackfillPart | undefined {
  const part = parse(bytes) as Partial<BackfillPart> | undefined;
  return Array.isArray(part?.outputs) && Array.isArray(part.after) ? (part as BackfillPart) : undefined;
}

/** The id of the backfill whose part has this key. */
export function backfillOfPart(key: string): string {
  return key.slice(partKeyPrefix.length).split("/")[0] ?? "";
}

/** The records of all backfills, the newest first, with `Interrupted` where nobody drives them. */
export async function readBackfills(storage: Pick<Storage, "kvList" | "getLeases">): Promise<readonly BackfillRecord[]> {
  const records = (await storage.kvList(prefix)).flatMap(({ value }) => decodeBackfill(value) ?? []);
  const leases = records.some(({ status }) => status === "Started") ? await storage.getLeases() : [];
  const driven = new Set(leases.filter(isFresh).map(({ runId }) => runId));
  return records
    .map((record) =>
      record.status === "Started" && !driven.has(record.backfillId) ? { ...record, status: "Interrupted" as const } : record,
    )
    .sort((left, right) => right.startTime - left.startTime || (left.backfillId < right.backfillId ? 1 : -1));
}

/** Whether a process drives a backfill: it was heard of within the time of its lease. */
export async function isDriven(storage: Pick<Storage, "getLeases">, backfillId: string): Promise<boolean> {
  return (await storage.getLeases(backfillId)).some(isFresh);
}

/** The backfill that is still to make an asset or a partition, given its latest record; undefined when there is none. */
export type BackfillOf = (
  asset: string,
  partition: string | PartitionKey | undefined,
  latest: LatestRecord | undefined,
) => string | undefined;

/** Reads what the backfills that somebody drives are still to make. */
export async function readBackfilled(storage: Pick<Storage, "kvList" | "getLeases">): Promise<BackfillOf> {
  const driven = (await readBackfills(storage)).filter(({ status }) => status === "Started");
  /** The runs by what they make. */
  const runs = new Map<string, { readonly backfillId: string; readonly runId: string }>();
  for (const { backfillId } of driven) {
    for (const [index, { outputs }] of (await readParts(storage, backfillId)).entries()) {
      const run = { backfillId, runId: backfillRunId(backfillId, index) };
      for (const [name, keys] of outputs) for (const key of keys ?? [null]) runs.set(JSON.stringify([name, key]), run);
    }
  }
  return (asset, partition, latest) => {
    const run = runs.get(JSON.stringify([asset, partition === undefined ? null : String(partition)]));
    return run === undefined || latest?.lastRunId === run.runId ? undefined : run.backfillId;
  };
}
