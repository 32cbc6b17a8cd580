import { hasHolderEnded } from "../run/living.ts";
import type { Lease, RunRecord, Storage } from "../storage/types.ts";
import type { RunRow, RunsQuery } from "./inspection.ts";
import { runRow } from "./views.ts";

/** How many runs are listed unless a number is given. */
const defaultLimit = 50;
/** How many runs are read at first, to find those that began before a time. */
const firstPage = 200;

/** The newest runs as rows. */
export async function newestRuns(storage: Storage, limit: number): Promise<readonly RunRow[]> {
  return withLeases(await storage.getRuns({ limit }), storage);
}

/**
 * The runs that match, newest first. Runs that began in the same millisecond stay on one page, so that none is missed: it may be
 * longer than asked for.
 */
export async function listRuns(
  storage: Storage,
  { before = Number.POSITIVE_INFINITY, limit = defaultLimit, status }: RunsQuery,
): Promise<readonly RunRow[]> {
  for (let read = Math.max(firstPage, 2 * limit); ; read *= 4) {
    const runs = await storage.getRuns({ limit: read, ...(status && { status }) });
    const older = runs.filter(({ startTime }) => startTime < before);
    const last = older[limit - 1];
    const page = last === undefined ? older : older.filter(({ startTime }, index) => index < limit || startTime === last.startTime);
    // The first row after the page is known, or the page is the last one.
    if (runs.length < read || page.length < older.length) return withLeases(page, storage);
  }
}

/** Runs as rows, with the time since the owner was heard of for those that have not ended. */
export async function withLeases(runs: readonly RunRecord[], storage: Storage): Promise<readonly RunRow[]> {
  const leases = await leasesOf(runs, storage);
  return Promise.all(
    runs.map(async (run) => {
      const lease = leases.get(run.runId);
      return runRow((await isAbandoned(run, lease, storage)) ? { ...run, status: "Interrupted" } : run, lease);
    }),
  );
}

/** The runs that go on: not those whose process or tab is gone, though their leases last for a while. */
export async function goingOn(started: readonly RunRecord[], storage: Storage): Promise<readonly RunRecord[]> {
  const leases = await leasesOf(started, storage);
  const abandoned = await Promise.all(started.map((run) => isAbandoned(run, leases.get(run.runId), storage)));
  return started.filter((_, index) => !abandoned[index]);
}

/** The leases of the owners of the runs that have not ended, by their runs. */
async function leasesOf(runs: readonly RunRecord[], storage: Storage): Promise<ReadonlyMap<string, Lease>> {
  const open = runs.filter(({ endTime }) => endTime === undefined);
  const leases = open.length === 0 ? [] : await storage.getLeases(open.length === 1 ? open[0]?.runId : undefined, "");
  return new Map(leases.flatMap((lease) => (lease.step === undefined ? [[lease.runId, lease] as const] : [])));
}

/** Whether the owner of a run that has not ended has certainly ended. A run that an engine keeps has no holder, and no end that is seen. */
async function isAbandoned({ status }: RunRecord, lease: Lease | undefined, storage: Storage): Promise<boolean> {
  return status === "Started" && lease?.holder !== undefined && (await hasHolderEnded(storage, lease));
}
