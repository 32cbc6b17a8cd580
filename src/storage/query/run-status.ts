import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import type { Batch } from "../batch.ts";
import { runEvent } from "../events.ts";
import { plannedKey } from "../planned.ts";
import type { Lease, RunOutcome, RunRecord } from "../records.ts";
import type { RunsOptions } from "../types.ts";

/** The runs that match, newest first, with `Interrupted` where the owner of a `Started` run is gone. */
export async function runsOf(backend: Backend, { limit, status }: RunsOptions): Promise<readonly RunRecord[]> {
  if (status !== "Started" && status !== "Interrupted") return withStatus(backend, await backend.runs({ limit, status }));
  const runs = await withStatus(backend, await backend.runs({ status: "Started" }));
  return runs.filter((run) => run.status === status).slice(0, limit);
}

/** Runs with the status that the leases give them. */
export async function withStatus(backend: Backend, runs: readonly RunRecord[]): Promise<readonly RunRecord[]> {
  const started = runs.filter(({ status }) => status === "Started");
  if (started.length === 0) return runs;
  const leases = await backend.leases(started.length === 1 ? started[0]?.runId : undefined, "");
  const alive = new Set(leases.filter(isFresh).map(({ runId }) => runId));
  return runs.map((run) => (run.status === "Started" && !alive.has(run.runId) ? { ...run, status: "Interrupted" } : run));
}

/** Whether the owner of a lease was heard of within the time of the lease. */
export function isFresh({ ageMs, ttlMs }: Lease): boolean {
  return ageMs <= ttlMs;
}

/** How often the end of a run is tried again that is taken over meanwhile. */
const mostTries = 5;

/**
 * Ends a run in place of its owner.
 *
 * @throws `NotFound` for an unknown run, `PreconditionFailed` for a run that has ended
 */
export async function setRunOutcome(
  backend: Backend,
  commit: (batch: Batch) => Promise<unknown>,
  runId: string,
  status: RunOutcome,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const run = await backend.run(runId);
    if (run === undefined) {
      const message = `Cannot set the outcome of the run ${JSON.stringify(runId)}: ${backend.name} has no such run`;
      throw new EdgewaterError("NotFound", message, { store: backend.name, key: runId });
    }
    const [lease] = await backend.leases(runId, "");
    const ended = { ...run, status, attempt: lease?.attempt ?? run.attempt ?? 1, endTime: Date.now() };
    try {
      await commit({
        preconditions: [
          { run: runId, is: "Started" },
          { lease: runId, owner: lease?.owner },
        ],
        runs: [ended],
        leases: [{ runId, owner: undefined }],
        events: [runEvent("RunEnd", ended)],
        kv: [{ key: plannedKey(runId), value: undefined }],
      });
      return;
    } catch (error) {
      const isTakenOver = isEdgewaterError(error, "PreconditionFailed") && (await backend.run(runId))?.status === "Started";
      if (!isTakenOver || tries === mostTries) throw error;
    }
  }
}
