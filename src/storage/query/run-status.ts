import type { Backend } from "../backend.ts";
import type { Lease, RunRecord } from "../records.ts";
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
  const leases = await backend.leases(started.length === 1 ? started[0]?.runId : undefined);
  const alive = new Set(leases.filter((lease) => lease.step === undefined && isFresh(lease)).map(({ runId }) => runId));
  return runs.map((run) => (run.status === "Started" && !alive.has(run.runId) ? { ...run, status: "Interrupted" } : run));
}

/** Whether the owner of a lease was heard of within the time of the lease. */
export function isFresh({ ageMs, ttlMs }: Lease): boolean {
  return ageMs <= ttlMs;
}
