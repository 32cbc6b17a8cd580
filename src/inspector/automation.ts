import type { ConditionResult } from "../automation/types.ts";
import type { AutomationView, ConditionView } from "./inspection.ts";
import { latestIn, type Records, readRecords, statusIn } from "./records.ts";
import { counted, listed } from "./sentences.ts";
import type { InspectedRepository } from "./subject.ts";

/** How many evaluations are listed. */
const mostTicks = 50;
/** The name under which evaluations of conditions are recorded. */
const tickName = "automation";

/** What the conditions decide now. Requests and records nothing. */
export async function automationView(subject: InspectedRepository): Promise<AutomationView> {
  const { repository, storage } = subject;
  const [evaluation, ticks, records] = await Promise.all([
    repository.evaluate({ dryRun: true }),
    storage.getTicks(tickName, mostTicks),
    readRecords(subject),
  ]);
  return {
    evaluatedAt: evaluation.timestamp,
    assets: evaluation.results.map(({ asset, shouldRun, partitions, because }) => ({
      asset,
      shouldRun,
      ...(partitions !== undefined && { partitions: partitions.length }),
      root: conditionView(because, records),
    })),
    requests: evaluation.requests.map(({ runId, resume, selection, partitionKeys }) => {
      const id = runId ?? resume;
      return { ...(id !== undefined && { runId: id }), selection, partitions: partitionKeys?.length ?? 0 };
    }),
    ticks,
  };
}

/** The result of a condition. A condition is not deeper than its author has written it. */
function conditionView(result: ConditionResult, records: Records): ConditionView {
  const { label, asset, isTrue, partitions, children } = result;
  const fact = factOf(result, records);
  return {
    label,
    asset,
    isTrue,
    ...(partitions !== undefined && { partitions: partitions.length }),
    ...(fact !== undefined && { fact }),
    parts: children.map((child) => conditionView(child, records)),
  };
}

/** What the records say about the asset of a condition that has no parts. */
function factOf({ label, asset, isTrue, partitions, children }: ConditionResult, { byName }: Records): string | undefined {
  const own = byName.get(asset);
  if (children.length > 0 || own === undefined) return undefined;
  if (partitions !== undefined && partitions.length > 0)
    return `true for ${counted(partitions.length, "partition")}: ${listed(partitions)}`;
  const latest = latestIn(own, undefined);
  const { lastEventId, lastFailureId, lastMaterializationCodeVersion, lastDataVersion } = latest ?? {};
  switch (label) {
    case "missing":
      if (lastEventId === undefined) return "it was never made";
      return isTrue ? "its value is gone from its store" : `it was made, as event ${lastEventId} says`;
    case "code version changed":
      return `its code version is ${own.node.definition.codeVersion ?? "not declared"}, and it was made with ${lastMaterializationCodeVersion ?? "none"}`;
    case "newly updated":
    case "data version changed":
      if (lastEventId === undefined) return "nothing is recorded of it";
      return `${isTrue ? "event" : "nothing new since event"} ${lastEventId}${lastDataVersion === undefined ? "" : `, version ${lastDataVersion}`}`;
    case "in progress": {
      const runId = [...own.running.values()][0];
      return runId === undefined ? (isTrue ? "a run or a backfill is to make it" : "no run makes it") : `the run ${runId} makes it`;
    }
    case "execution failed":
      return lastFailureId === undefined
        ? "it has never failed"
        : isTrue
          ? `its last attempt failed, as event ${lastFailureId} says`
          : "it was made since it failed";
    default:
      return statusIn(own, undefined) === "Missing" ? "it was never made" : undefined;
  }
}
