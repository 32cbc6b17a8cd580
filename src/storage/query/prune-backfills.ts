import { isEdgewaterError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import {
  type BackfillRecord,
  backfillKey,
  backfillOfPart,
  backfillRunId,
  decodeBackfill,
  decodePart,
  partKeyPrefix,
} from "../backfill-record.ts";
import type { Batch } from "../batch.ts";
import type { KvEntry } from "../records.ts";

/** How many keys are deleted in one commit. */
const pageSize = 1000;

/** The ids of the runs of backfills that have not ended. */
export async function runsOfOpenBackfills(backend: Backend): Promise<readonly string[]> {
  const open = (await backfillsIn(backend)).filter(({ record }) => record.status === "Started");
  return open.flatMap(({ record: { backfillId, runCount } }) =>
    Array.from({ length: runCount }, (_, index) => backfillRunId(backfillId, index)),
  );
}

/** Deletes the records of backfills that ended before, and what is left of those that were never begun. */
export async function deleteBackfills(backend: Backend, commit: (batch: Batch) => Promise<unknown>, before: number): Promise<void> {
  // The parts first: those of a backfill that begins meanwhile are not among them.
  const parts = await backend.kvList(partKeyPrefix);
  const kept = new Set<string>();
  for (const { record, key, value } of await backfillsIn(backend)) {
    const isOld = record.endTime !== undefined && record.endTime < before;
    if (!isOld || !(await deleteIfUnchanged({ key, value }, commit))) kept.add(record.backfillId);
  }
  const obsolete = parts.filter(({ key, value }) => !kept.has(backfillOfPart(key)) && (decodePart(value)?.startTime ?? 0) < before);
  for (let start = 0; start < obsolete.length; start += pageSize)
    await commit({ kv: obsolete.slice(start, start + pageSize).map(({ key }) => ({ key, value: undefined })) });
}

/** Returns false when somebody has changed the entry meanwhile. */
async function deleteIfUnchanged({ key, value }: KvEntry, commit: (batch: Batch) => Promise<unknown>): Promise<boolean> {
  try {
    await commit({ preconditions: [{ kv: key, is: value }], kv: [{ key, value: undefined }] });
    return true;
  } catch (error) {
    if (isEdgewaterError(error, "PreconditionFailed")) return false;
    throw error;
  }
}

async function backfillsIn(backend: Backend): Promise<readonly (KvEntry & { readonly record: BackfillRecord })[]> {
  const entries = await backend.kvList(backfillKey(""));
  return entries.flatMap(({ key, value }) => {
    const record = decodeBackfill(value);
    return record === undefined ? [] : [{ key, value, record }];
  });
}
