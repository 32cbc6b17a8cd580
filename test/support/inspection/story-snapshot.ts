/** One moment of a repository of earthquakes: something of each status, a run that goes on, and what needs attention. */
import type { AttentionRow, LatestView, NodeRow, RunRow, Snapshot } from "../../../src/inspector/inspection.ts";

/** The moment of the story: 2018-02-07T14:31:44Z. */
export const now = Date.UTC(2018, 1, 7, 14, 31, 44);
export const minute = 60_000;
export const hour = 60 * minute;

const latest = (eventId: number, at: number, runId: string, dataVersion: string, size?: LatestView["size"]): LatestView => ({
  eventId,
  at,
  runId,
  dataVersion,
  ...(size === undefined ? {} : { size }),
});
const rows = (value: number): LatestView["size"] => ({ name: "rows", value });
const bytes = (value: number): LatestView["size"] => ({ name: "bytes", value });

type Given = Partial<NodeRow> & Pick<NodeRow, "name" | "status">;
const node = (given: Given): NodeRow => ({
  kind: "asset",
  step: given.name,
  kinds: [],
  tags: {},
  causes: [],
  ...(given.kind === undefined || given.kind === "asset" ? { group: "analysis" } : {}),
  ...given,
});

export const strongChanged = "strong has new data";

const nodes: readonly NodeRow[] = [
  node({
    name: "feed",
    kind: "external",
    kinds: ["GeoJSON"],
    status: "Observed",
    latest: latest(90, now - 4 * minute, "0b1c", "etag:5a7a3c2f"),
  }),
  node({ name: "features", kind: "task", status: "UpToDate" }),
  node({
    name: "quakes",
    kinds: ["table"],
    codeVersion: "4",
    status: "UpToDate",
    latest: latest(101, now - 2 * minute, "7c1e", "2d906ee5b1c4", rows(1707)),
  }),
  node({
    name: "hourly",
    codeVersion: "2",
    status: "Partial",
    latest: latest(108, now - 2 * minute, "7c1e", "a83f1c20de11", rows(9)),
    counts: { total: 192, ok: 184, failed: 2, missing: 6, stale: 0, running: 0, unrecorded: 0 },
  }),
  node({ name: "strong", codeVersion: "2", status: "UpToDate", latest: latest(102, now - 2 * minute, "7c1e", "d551b21b77aa", rows(39)) }),
  node({ name: "daily", codeVersion: "1", status: "UpToDate", latest: latest(103, now - 2 * minute, "7c1e", "e099dbcc0f31", rows(8)) }),
  node({
    name: "depths",
    codeVersion: "1",
    status: "Unrecorded",
    causes: [{ kind: "value-unrecorded", upstream: undefined, upstreamPartition: undefined, reason: "its value is not recorded" }],
    latest: latest(60, now - 19 * minute, "9b02", "41c7aa90c3d2", bytes(1840)),
  }),
  node({
    name: "land",
    kind: "external",
    kinds: ["TopoJSON"],
    status: "Observed",
    latest: latest(12, now - 72 * hour, "0001", "sha256:6f21d0aa"),
  }),
  node({ name: "rates", codeVersion: "1", isAutomated: true, status: "Missing" }),
  node({
    name: "report",
    kinds: ["markdown"],
    codeVersion: "1",
    isAutomated: true,
    status: "Stale",
    causes: [{ kind: "upstream-version", upstream: "strong", upstreamPartition: undefined, reason: strongChanged }],
    latest: latest(71, now - 3 * hour, "5a90", "c7f17ad7be02", bytes(695)),
  }),
  node({
    name: "map",
    kinds: ["svg"],
    codeVersion: "3",
    status: "Running",
    latest: latest(72, now - 3 * hour, "5a90", "90be13d2a1f0", bytes(88_211)),
  }),
  node({ name: "alerts", codeVersion: "5", status: "Failed", latest: latest(73, now - 2 * minute, "5a90", "77d0e4b1aa31", rows(3)) }),
  node({ name: "digest", codeVersion: "1", status: "Missing" }),
];

const links: readonly (readonly [string, string])[] = [
  ["feed", "features"],
  ["features", "quakes"],
  ["quakes", "hourly"],
  ["quakes", "strong"],
  ["quakes", "daily"],
  ["quakes", "depths"],
  ["hourly", "rates"],
  ["strong", "report"],
  ["daily", "report"],
  ["strong", "map"],
  ["land", "map"],
  ["strong", "alerts"],
  ["alerts", "digest"],
  ["report", "digest"],
];
const position = new Map(nodes.map(({ name }, index) => [name, index]));
const at = (name: string): number => position.get(name) ?? 0;

const run = (runId: string, status: RunRow["status"], startedAt: number, tookMs: number | undefined, names: readonly string[]): RunRow => ({
  runId,
  status,
  kind: "materialize",
  startedAt,
  ...(tookMs === undefined ? {} : { endedAt: startedAt + tookMs }),
  nodes: names,
  tags: {},
  attempt: 1,
});
const all = nodes.filter(({ kind }) => kind !== "external").map(({ name }) => name);
const wide = ["features", "quakes", "strong", "daily", "hourly", "map", "alerts", "digest"];

export const runs: readonly RunRow[] = [
  run("7c1e", "Started", now - 3_000, undefined, wide),
  run("9b02", "Interrupted", now - 20 * minute, undefined, ["depths"]),
  run("5a90", "Success", now - 3 * hour, 9_100, all),
  { ...run("44d2", "Success", now - 6 * hour, 14_000, ["hourly"]), kind: "backfill", partitions: 24 },
  run("41f7", "Success", now - 6 * hour - 17 * minute, 1_200, ["quakes"]),
  run("3c08", "Failure", now - 16 * hour, 8_800, all),
];

const attention: readonly AttentionRow[] = [
  { kind: "failed", asset: "alerts", runId: "7c1e", what: "failed twice", why: "rows[17].felt is null, and the type hint wants a number" },
  { kind: "partial", asset: "hourly", what: "lacks 8 of 192 partitions", why: "2 failed: no room; 6 were never materialized" },
  { kind: "stale", asset: "report", what: "is stale", why: "strong has new data, because quakes has, because features has" },
  {
    kind: "unrecorded",
    asset: "depths",
    runId: "9b02",
    what: "was written and not recorded",
    why: "Its process was killed 19 min ago; resume takes it in",
  },
];

export const snapshot: Snapshot = {
  etag: '"story"',
  cursor: 116,
  now,
  name: "Earthquakes",
  where: "IndexedDB, this tab",
  can: {
    materialize: true,
    backfill: true,
    resume: true,
    cancel: true,
    end: true,
    observe: true,
    values: true,
    bytes: true,
    diff: true,
    export: true,
    import: true,
    objects: true,
    automate: true,
    prune: true,
    persist: true,
    delete: true,
  },
  nodes,
  edges: links.map(([from, to]) => [at(from), at(to)]),
  runs,
  attention,
};

/** The same repository before anything was materialized. */
export const emptySnapshot: Snapshot = {
  ...snapshot,
  etag: '"empty"',
  cursor: 0,
  runs: [],
  attention: [],
  nodes: nodes.map(({ latest: _, counts, causes: _causes, ...rest }) => ({
    ...rest,
    causes: [],
    status: rest.kind === "asset" ? "Missing" : rest.status,
    ...(counts === undefined ? {} : { counts: { total: 192, ok: 0, failed: 0, missing: 192, stale: 0, running: 0, unrecorded: 0 } }),
  })),
};
