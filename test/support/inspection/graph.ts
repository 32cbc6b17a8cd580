/** The graph, the partitions and the runs of the fake inspection. */
import type { Can, InspectedStatus, NodeRow, PartitionCounts, RunRow } from "edgewater/inspector";
import { pick, randomOf } from "../random.ts";

/** How large the fake is. */
export interface FakeSize {
  readonly nodes: number;
  /** Of the asset `hourly`; others have 365. */
  readonly partitions: number;
  readonly runs: number;
  readonly seed: number;
  /** The time of the fake, in milliseconds. */
  readonly now: number;
}

/** Everything that the fake knows. */
export interface FakeWorld extends FakeSize {
  readonly rows: readonly NodeRow[];
  readonly edges: readonly (readonly [number, number, string?])[];
  readonly runRows: readonly RunRow[];
  /** The positions of the inputs of each node. */
  readonly inputs: readonly (readonly number[])[];
}

const hour = 3_600_000;
const groups = ["ingest", "staging", "core", "marts", "reports", "ml"];
const subjects = ["orders", "quakes", "prices", "users", "visits", "tiles", "alerts", "stock", "routes", "sensors"];
const kinds = ["json", "parquet", "duckdb", "python", "typescript", "http"];

/** The id of a version, of 64 hexadecimal digits. */
export function fakeVersion(number: number): string {
  const random = randomOf(number);
  return `sha256:${Array.from({ length: 8 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("")}`;
}

export function fakeWorld(size: FakeSize): FakeWorld {
  const random = randomOf(size.seed);
  const inputs: (readonly number[])[] = [];
  const edges: (readonly [number, number, string?])[] = [];
  const rows = Array.from({ length: size.nodes }, (_, position): NodeRow => {
    const isExternal = position < Math.max(1, size.nodes / 50);
    const isPartitioned = !isExternal && (position === size.nodes - 1 || position % 97 === 0);
    const near = Math.min(position, 200);
    const own = isExternal
      ? []
      : [...new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, () => position - 1 - Math.floor(random() * near)))];
    inputs.push(own);
    for (const from of own) edges.push(isPartitioned && random() < 0.2 ? [from, position, "all"] : [from, position]);
    return nodeRow(size, position, isExternal, isPartitioned, random);
  });
  const runRows = Array.from({ length: size.runs }, (_, index) => runRow(size, rows, index, random));
  return { ...size, rows, edges, runRows, inputs };
}

function nodeRow(size: FakeSize, position: number, isExternal: boolean, isPartitioned: boolean, random: () => number): NodeRow {
  const name = position === size.nodes - 1 ? "hourly" : `${subjects[position % subjects.length]}_${String(position).padStart(5, "0")}`;
  const kind = isExternal ? "external" : position % 13 === 5 ? "task" : "asset";
  const weights = { UpToDate: 70, Stale: 12, Missing: 6, Failed: 4, Running: 3, Unrecorded: 1 };
  const counts =
    isPartitioned && kind === "asset" ? partitionCounts(position === size.nodes - 1 ? size.partitions : 365, random) : undefined;
  const status: InspectedStatus = isExternal ? "Observed" : counts ? statusOf(counts) : pick(random, weights);
  const isMade = status !== "Missing";
  return {
    name,
    kind,
    step: name,
    group: groups[Math.min(groups.length - 1, Math.floor((position / size.nodes) * groups.length))] as string,
    kinds: [kinds[position % kinds.length] as string],
    tags: position % 5 === 0 ? { team: subjects[position % 3] as string } : {},
    ...(kind === "asset" && { codeVersion: String(1 + (position % 7)) }),
    ...(position % 4 === 0 && kind === "asset" && { isAutomated: true as const }),
    status,
    causes:
      status === "Stale"
        ? [{ kind: "code-version", upstream: undefined, upstreamPartition: undefined, reason: "code version changed" }]
        : [],
    ...(isMade && {
      latest: {
        eventId: position + 1,
        at: size.now - Math.floor(random() * 72 * hour),
        runId: fakeRunId(position % Math.max(1, size.runs)),
        dataVersion: fakeVersion(position + 1),
        size:
          random() < 0.5
            ? { name: "rows" as const, value: Math.floor(random() * 1e6) }
            : { name: "bytes" as const, value: Math.floor(random() * 1e8) },
      },
    }),
    ...(counts && { counts }),
  };
}

function partitionCounts(total: number, random: () => number): PartitionCounts {
  const failed = Math.floor(total * random() * 0.02);
  const missing = Math.floor(total * random() * 0.05);
  const stale = Math.floor(total * random() * 0.05);
  const running = Math.min(3, total - failed - missing - stale);
  return { total, failed, missing, stale, running, unrecorded: 0, ok: total - failed - missing - stale - running };
}

function statusOf({ ok, total, running }: PartitionCounts): InspectedStatus {
  return running > 0 ? "Running" : ok === total ? "UpToDate" : "Partial";
}

/** The id of the run with this number, the newest first. */
export function fakeRunId(index: number): string {
  return `${index.toString(16).padStart(8, "0")}-fa4e-4000-8000-000000000000`;
}

function runRow({ now, runs }: FakeSize, rows: readonly NodeRow[], index: number, random: () => number): RunRow {
  const startedAt = now - index * 10 * 60_000 - Math.floor(random() * 60_000);
  const status = index < 2 ? "Started" : index === 2 ? "Interrupted" : pick(random, { Success: 80, Failure: 15, Canceled: 5 });
  const isOpen = status === "Started" || status === "Interrupted";
  const first = Math.floor(random() * rows.length);
  return {
    runId: fakeRunId(index),
    status,
    kind: pick(random, { materialize: 70, backfill: 15, observe: 10, write: 5 }),
    startedAt,
    ...(!isOpen && { endedAt: startedAt + 500 + Math.floor(random() * 300_000) }),
    nodes: rows.slice(first, first + 1 + Math.floor(random() * 12)).map(({ name }) => name),
    ...(random() < 0.3 && { partitions: 1 + Math.floor(random() * 100) }),
    tags: index % 7 === 0 ? { reason: "nightly", run: String(runs - index) } : {},
    attempt: random() < 0.05 ? 2 : 1,
    ...(isOpen && { silentMs: status === "Interrupted" ? 180_000 : 400 }),
  };
}

/** Everything is possible. */
export const fakeCan: Can = {
  materialize: true,
  backfill: true,
  resume: true,
  cancel: true,
  end: true,
  observe: true,
  automate: true,
  write: true,
  rollback: true,
  delete: true,
  prune: true,
  persist: true,
  values: true,
  diff: true,
  export: true,
  import: true,
  objects: true,
};

/** The statuses of the partitions of a node as runs of equal status, in an order that mixes them. */
export function fakeStatuses({ seed }: FakeWorld, { counts, name }: NodeRow): readonly (readonly [InspectedStatus, number])[] {
  if (counts === undefined) return [];
  const left: Record<string, number> = { UpToDate: counts.ok, Failed: counts.failed, Missing: counts.missing, Stale: counts.stale };
  const random = randomOf(seed + name.length);
  const statuses: [InspectedStatus, number][] = [];
  let others = counts.failed + counts.missing + counts.stale;
  while (others > 0) {
    const weights = Object.fromEntries(Object.entries(left).filter(([, count]) => count > 0));
    const status = pick(random, weights) as InspectedStatus;
    const count = Math.min(left[status] ?? 0, status === "UpToDate" ? 1 + Math.floor(random() * 400) : 1 + Math.floor(random() * 6));
    left[status] = (left[status] ?? 0) - count;
    if (status !== "UpToDate") others -= count;
    statuses.push([status, count]);
  }
  if ((left["UpToDate"] ?? 0) > 0) statuses.push(["UpToDate", left["UpToDate"] ?? 0]);
  if (counts.running > 0) statuses.push(["Running", counts.running]);
  return statuses;
}
