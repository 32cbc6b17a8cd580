import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { InspectedStatus, LatestView, NodeRow, PartitionCounts } from "./inspection.ts";
import { causesIn, latestIn, type NodeRecords, type Records, statusIn } from "./records.ts";
import type { Subject } from "./subject.ts";

/** How many causes a row has at most. */
const mostCauses = 20;

/** Every node as a row, in the order of the nodes. */
export function nodeRows(subject: Subject, records: Records): readonly NodeRow[] {
  return records.nodes.map((each) => nodeRow(subject, each, records.loadingContext));
}

/** One node as a row. */
export function nodeRow(subject: Subject, records: NodeRecords, loadingContext: PartitionLoadingContext): NodeRow {
  const { name, kind, group, kinds, tags, codeVersion, automationCondition, partitions } = records.node.definition;
  const counts = partitions && countPartitions(subject, records, loadingContext);
  const latest = latestView(subject, records, undefined);
  return {
    name,
    kind,
    step: records.node.computation.name,
    ...(group !== undefined && { group }),
    kinds,
    tags,
    ...(codeVersion !== undefined && { codeVersion }),
    ...(automationCondition !== undefined && { isAutomated: true as const }),
    status: counts === undefined ? statusIn(records, undefined) : statusOfCounts(counts, kind),
    causes: causesIn(records, undefined).slice(0, mostCauses),
    ...(latest && { latest }),
    ...(counts && { counts }),
  };
}

/** The last materialization or observation of an asset, of any of its partitions, or of one partition. */
export function latestView(subject: Subject, records: NodeRecords, partition: string | undefined): LatestView | undefined {
  const latest = latestIn(records, partition);
  const { lastEventId: eventId, lastTimestamp: at, lastDataVersion: dataVersion } = latest ?? {};
  if (eventId === undefined || at === undefined || dataVersion === undefined) return undefined;
  const told = subject.toldBy(eventId);
  return { eventId, at, runId: told?.runId ?? latest?.lastRunId ?? "", dataVersion, ...(told?.size && { size: told.size }) };
}

/** Counts the partitions of a definition by their status, without a look at those that were never made. */
export function countPartitions(
  { partitions: indexes }: Subject,
  records: NodeRecords,
  loadingContext: PartitionLoadingContext,
): PartitionCounts {
  const { definition } = records.node;
  const counts = { total: 0, ok: 0, failed: 0, missing: 0, stale: 0, running: 0, unrecorded: 0 };
  if (definition.partitions === undefined) return counts;
  const { names, positions } = indexes.of(definition.partitions, loadingContext);
  counts.total = names.length;
  let seen = 0;
  for (const partition of new Set([...records.partitions.keys(), ...records.running.keys(), ...records.announced.keys()])) {
    if (!positions.has(partition)) continue;
    seen++;
    counts[countOf[statusIn(records, partition)]]++;
  }
  counts.missing += names.length - seen;
  return counts;
}

const countOf: { readonly [Status in InspectedStatus]: Exclude<keyof PartitionCounts, "total"> } = {
  UpToDate: "ok",
  Observed: "ok",
  Stale: "stale",
  Partial: "stale",
  Missing: "missing",
  Failed: "failed",
  Running: "running",
  Unrecorded: "unrecorded",
};

/** How an asset is whose partitions are so. */
function statusOfCounts(
  { total, ok, failed, missing, stale, running, unrecorded }: PartitionCounts,
  kind: NodeRow["kind"],
): InspectedStatus {
  if (running > 0) return "Running";
  if (ok === total) return kind === "external" && total > 0 ? "Observed" : "UpToDate";
  if (missing === total) return "Missing";
  if (missing + failed + unrecorded === 0) return "Stale";
  if (failed > 0 && ok + stale === 0) return "Failed";
  if (unrecorded > 0 && ok + stale + failed === 0) return "Unrecorded";
  return "Partial";
}
