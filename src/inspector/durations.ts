import type { PlannedStep } from "../repository/plan.ts";
import type { AnyEvent } from "../storage/types.ts";
import type { Subject } from "./subject.ts";

/** Of how many functions the last duration is read, and from how many of their newest events. */
const mostFunctions = 50;
const mostEvents = 40;

/** What the steps of a plan took the last time, one after the other, in milliseconds; undefined when none was made before. */
export async function durationOf(subject: Subject, steps: readonly PlannedStep[]): Promise<number | undefined> {
  const counts = new Map<string, number>();
  for (const { assets, step, why } of steps) {
    if (why === "unchanged") continue;
    const name = subject.graph.nodes.get(assets[0] ?? "")?.computation.name ?? step;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const durations = await Promise.all(
    [...counts].slice(0, mostFunctions).map(async ([name, count]) => {
      const last = await lastDuration(subject, name);
      return last === undefined ? undefined : count * last;
    }),
  );
  const known = durations.filter((duration) => duration !== undefined);
  return known.length === 0 ? undefined : Math.round(known.reduce((sum, duration) => sum + duration, 0));
}

/** How long the last step of a function took that succeeded. */
async function lastDuration({ storage }: Subject, name: string): Promise<number | undefined> {
  const events = (await storage.getEventsForAsset(name, { types: ["StepStart", "StepSuccess"], limit: mostEvents })) as readonly AnyEvent[];
  for (const [index, end] of events.entries()) {
    if (end.eventType !== "StepSuccess") continue;
    const start = events
      .slice(index + 1)
      .find(
        ({ eventType, runId, partitionKey }) =>
          eventType === "StepStart" && runId === end.runId && String(partitionKey) === String(end.partitionKey),
      );
    if (start !== undefined) return Math.max(0, end.timestamp - start.timestamp);
  }
  return undefined;
}
