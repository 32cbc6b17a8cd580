/** What a run is, in a few words. */
import type { RunRow, RunView, StepView } from "../../../src/inspector/inspection.ts";
import { formatAgo, formatCount, formatDuration, formatNumber } from "../../parts/format.ts";

/** The id as it is shown: eight digits of a UUID, and the number of a run of a backfill. */
export function shortRunId(runId: string): string {
  const uuid = /^([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(\.\d+)?$/i.exec(runId);
  if (uuid !== null) return `${uuid[1]}${uuid[2] ?? ""}`;
  return runId.length <= 20 ? runId : `${runId.slice(0, 19)}…`;
}

/** What it makes: `quakes`, `hourly, 24 partitions`, `12 steps`. */
export function whatOf({ kind, nodes, partitions }: RunRow): string {
  const what = nodes.length === 0 ? "nothing" : nodes.length <= 2 ? nodes.join(", ") : formatCount(nodes.length, "step");
  const made = partitions === undefined || partitions === 0 ? what : `${what}, ${formatCount(partitions, "partition")}`;
  return kind === "materialize" ? made : `${kind} ${made}`;
}

/** How long it took, or has been going on for. */
export const lengthOf = ({ startedAt, endedAt }: Pick<RunRow, "startedAt" | "endedAt">, now: number): number =>
  Math.max(0, (endedAt ?? now) - startedAt);

/** How many of its steps came out how: `5 made, 1 failed, 1 skipped, 1 running`. */
export function outcomesOf(steps: readonly StepView[]): string {
  const counts = new Map<StepView["status"], number>();
  for (const { status } of steps) counts.set(status, (counts.get(status) ?? 0) + 1);
  const words = [
    ["Success", "made"],
    ["Unchanged", "unchanged"],
    ["Failure", "failed"],
    ["Skipped", "skipped"],
    ["Canceled", "canceled"],
    ["Running", "running"],
    ["Waiting", "waiting"],
  ] as const;
  return words.flatMap(([status, word]) => (counts.has(status) ? [`${formatNumber(counts.get(status) ?? 0)} ${word}`] : [])).join(", ");
}

/** What a run says that nobody makes any more. */
export function silenceOf(
  { silentMs, steps, resume }: Pick<RunView, "silentMs" | "steps" | "resume">,
  now: number,
): {
  readonly title: string;
  readonly text: string;
} {
  const since = silentMs === undefined ? undefined : now - silentMs;
  const done = steps.filter(({ status }) => status === "Success" || status === "Unchanged").length;
  const left = resume === undefined ? "" : ` ${formatCount(done, "step is", "steps are")} recorded, ${formatNumber(resume.makes)} left.`;
  return {
    title: since === undefined ? "Its process has stopped" : `Nothing heard for ${formatAgo(since, now)}`,
    text: `The run has no outcome, and its process has stopped writing. If it was closed or killed, resume the run here.${left}`,
  };
}

/** What resuming would do: `makes 3, keeps 5`. */
export const resumeText = ({ makes, keeps }: NonNullable<RunView["resume"]>): string =>
  `makes ${formatNumber(makes)}, keeps ${formatNumber(keeps)}`;

/** The length as a text, such as `3.0 s`. */
export const lengthText = (run: Pick<RunRow, "startedAt" | "endedAt">, now: number): string => formatDuration(lengthOf(run, now));
