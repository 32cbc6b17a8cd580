import type { StepEvent } from "../storage/types.ts";
import type { AttentionRow, NodeRow, RunRow } from "./inspection.ts";
import { causeSentence } from "./reasons.ts";
import { latestIn, type NodeRecords, type Records } from "./records.ts";
import { counted, firstLine, times } from "./sentences.ts";
import type { Subject } from "./subject.ts";

/** How many rows there are at most. */
const mostRows = 100;
/** Of how many failed assets the error is read. */
const mostRead = 20;

/** The worst first. */
const order: readonly AttentionRow["kind"][] = ["failed", "interrupted", "partial", "unrecorded", "stale"];

/** What needs somebody. An asset that is only stale because its inputs are is left out: they are in the list. */
export async function attentionOf(
  subject: Subject,
  records: Records,
  rows: readonly NodeRow[],
  runs: readonly RunRow[],
): Promise<readonly AttentionRow[]> {
  const list: AttentionRow[] = runs.flatMap((run) => (run.status === "Interrupted" ? [interrupted(run)] : []));
  for (const [position, row] of rows.entries()) {
    const about = aboutNode(row, records.nodes[position] as NodeRecords);
    if (about !== undefined) list.push({ ...about, asset: row.name });
  }
  const sorted = list.sort((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind)).slice(0, mostRows);
  return Promise.all(sorted.map((row, index) => (row.kind === "failed" && index < mostRead ? withFailure(subject, records, row) : row)));
}

type About = Pick<AttentionRow, "kind" | "what" | "why">;

function aboutNode({ status, counts, causes, kind }: NodeRow, { announced }: NodeRecords): About | undefined {
  if (counts !== undefined && counts.failed > 0) {
    const of = `${counted(counts.failed, "partition")} of ${counts.total.toLocaleString("en-US")} failed`;
    return { kind: "failed", what: of, why: "The last attempt to make them failed." };
  }
  if (status === "Failed") return { kind: "failed", what: "failed", why: "The last attempt to make it failed." };
  if (status === "Partial" && counts !== undefined) {
    const { missing, stale, unrecorded, total } = counts;
    const what = `${counted(missing + stale + unrecorded, "partition")} of ${total.toLocaleString("en-US")} to make`;
    const parts = [[missing, "missing"] as const, [stale, "stale"] as const, [unrecorded, "written and not recorded"] as const];
    const why = parts.flatMap(([count, word]) => (count > 0 ? [`${count.toLocaleString("en-US")} ${word}`] : [])).join(", ");
    return { kind: "partial", what, why: `${why}.` };
  }
  if (status === "Unrecorded") {
    const runId = [...announced.values()][0];
    const why =
      runId === undefined
        ? "A run has written another value and has not recorded it; look at its store to record it."
        : `The run ${runId} announced a value and ended before it recorded it; resume the run to record what was written.`;
    return { kind: "unrecorded", what: "written, not recorded", why, ...(runId !== undefined && { runId }) };
  }
  const cause = causes.find((each) => each.kind !== "upstream-stale");
  if (kind === "asset" && cause !== undefined && (status === "Stale" || status === "Missing")) {
    const what = status === "Stale" ? "stale" : "missing";
    return { kind: "stale", what, why: causeSentence(cause) };
  }
  return undefined;
}

function interrupted({ runId, nodes }: RunRow): AttentionRow {
  const why = "Its process has ended or is not heard of any more; resume it to make the rest.";
  return { kind: "interrupted", runId, what: `interrupted, of ${counted(nodes.length, "asset")}`, why };
}

/** Adds how often an asset failed since it was made, and why. */
async function withFailure({ storage }: Subject, { byName }: Records, row: AttentionRow): Promise<AttentionRow> {
  const name = row.asset as string;
  const records = byName.get(name);
  const after = records && latestIn(records, undefined)?.lastMaterializationId;
  const isPartitioned = records?.node.definition.partitions !== undefined;
  const options = { types: ["StepFailure"], limit: 100, ...(after !== undefined && !isPartitioned && { after }) } as const;
  const failures = (await storage.getEventsForAsset(name, options)).filter(
    (event): event is StepEvent => event.eventType === "StepFailure",
  );
  const [last] = failures;
  if (last === undefined) return row;
  const { failure, metadata, partitionKey } = last;
  const told = metadata["error"];
  const message = failure?.message ?? (told?.kind === "Text" ? told.value : "it has thrown");
  const where = partitionKey === undefined ? "" : `${partitionKey}: `;
  return {
    ...row,
    ...(isPartitioned ? {} : { what: failures.length > 1 ? `failed ${times(failures.length)}` : "failed" }),
    runId: last.runId,
    why: `${where}${failure === undefined ? "" : `${failure.code ?? failure.name}: `}${firstLine(message)}`,
  };
}
