/** Runs page by page and live: each once, newest first. */
import type { RunRow } from "../../../src/inspector/inspection.ts";

export type StatusFilter = RunRow["status"] | undefined;

/** Adds runs, or what has become of those that are there; those that no longer have the status leave. */
export function withRuns(rows: readonly RunRow[], fresh: readonly RunRow[], status: StatusFilter): readonly RunRow[] {
  if (fresh.length === 0) return rows;
  const byId = new Map(rows.map((run) => [run.runId, run]));
  for (const run of fresh) {
    if (status === undefined || run.status === status) byId.set(run.runId, run);
    else byId.delete(run.runId);
  }
  return [...byId.values()].sort((left, right) => right.startedAt - left.startedAt);
}

/** What can be live: runs that began before the oldest listed one belong to a page that was not asked for. */
export function liveRuns(fresh: readonly RunRow[], rows: readonly RunRow[], isComplete: boolean): readonly RunRow[] {
  const oldest = rows.at(-1)?.startedAt;
  if (isComplete || oldest === undefined) return fresh;
  return fresh.filter(({ startedAt }) => startedAt >= oldest);
}

/** The runs before and after one, as far as a list of runs, newest first, has them. */
export function runsBeside(rows: readonly RunRow[], runId: string): { readonly previous?: string; readonly next?: string } {
  const at = rows.findIndex((run) => run.runId === runId);
  if (at < 0) return {};
  const [previous, next] = [rows[at + 1]?.runId, rows[at - 1]?.runId];
  return { ...(previous !== undefined && { previous }), ...(next !== undefined && { next }) };
}
