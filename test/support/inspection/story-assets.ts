/** What the story tells of its assets beside their values. */
import type { AssetView, Diff, LinkRow, NodeRow, VersionRow, Why } from "../../../src/inspector/inspection.ts";
import type { MetadataWire } from "../../../src/metadata/metadata-json.ts";
import { quakes, report } from "./quakes.ts";
import { hour, minute, now, snapshot } from "./story-snapshot.ts";

const int = (value: number) => ({ Int: { value } });
const float = (value: number) => ({ Float: { value } });
const wire = (values: Readonly<Record<string, unknown>>): MetadataWire => values as MetadataWire;

const quakesMetadata = (rows: number, dropped: number, mean: number, bytes: number): MetadataWire =>
  wire({
    rows: int(rows),
    dropped: int(dropped),
    "mean mag": float(mean),
    span: { DateRange: { start: "2018-01-31T01:49:59Z", end: "2018-02-07T01:26:13Z" } },
    bytes: { Bytes: { value: bytes } },
    complete: { Percentage: { value: 0.994 } },
    source: { Url: { value: "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_week.geojson" } },
    checked: { Bool: { value: true } },
  });

const version = (given: Omit<VersionRow, "type" | "inputs" | "isKept"> & Partial<VersionRow>): VersionRow => ({
  type: "Materialization",
  inputs: {},
  isKept: false,
  ...given,
});

const quakesVersions: readonly VersionRow[] = [
  version({
    eventId: 101,
    at: now - 2 * minute,
    runId: "7c1e",
    dataVersion: "2d906ee5b1c4",
    codeVersion: "4",
    metadata: quakesMetadata(1707, 0, 1.63, 470_987),
    inputs: { features: "be2aca60" },
    isKept: true,
  }),
  version({
    eventId: 88,
    at: now - 3 * hour,
    runId: "5a90",
    dataVersion: "b03f71c8a0d1",
    codeVersion: "4",
    metadata: quakesMetadata(1698, 0, 1.61, 468_402),
    inputs: { features: "11c0fd2e" },
    isKept: true,
  }),
  version({
    eventId: 70,
    at: now - 6 * hour,
    runId: "44d2",
    dataVersion: "9e442d17c2b8",
    codeVersion: "3",
    metadata: quakesMetadata(1657, 2, 1.66, 457_180),
    inputs: { features: "77ad0c11" },
    isKept: true,
  }),
  version({
    eventId: 64,
    at: now - 6 * hour - 17 * minute,
    runId: "41f7",
    dataVersion: "9e442d17c2b8",
    codeVersion: "3",
    metadata: quakesMetadata(1657, 2, 1.66, 457_180),
    inputs: { features: "77ad0c11" },
  }),
  version({
    eventId: 20,
    at: now - 16 * hour,
    runId: "3c08",
    dataVersion: "c81b0e5af7aa",
    codeVersion: "3",
    metadata: quakesMetadata(1630, 0, 1.62, 449_763),
    inputs: { features: "0a31d4ee" },
  }),
];

const versionsOf: Readonly<Record<string, readonly VersionRow[]>> = {
  quakes: quakesVersions,
  report: [
    version({
      eventId: 71,
      at: now - 3 * hour,
      runId: "5a90",
      dataVersion: "c7f17ad7be02",
      codeVersion: "1",
      metadata: wire({ report: { Markdown: { value: report } }, words: int(90) }),
      inputs: { strong: "7f0c2b95", daily: "e099dbcc0f31" },
      isKept: true,
    }),
    version({
      eventId: 44,
      at: now - 8 * hour,
      runId: "44d0",
      dataVersion: "a0b14c52de77",
      codeVersion: "1",
      metadata: wire({ words: int(91) }),
    }),
    version({
      eventId: 19,
      at: now - 16 * hour,
      runId: "3c08",
      dataVersion: "19fd03aa5511",
      codeVersion: "1",
      metadata: wire({ words: int(88) }),
    }),
  ],
};

const links = (node: NodeRow, side: "inputs" | "usedBy"): readonly LinkRow[] => {
  const here = snapshot.nodes.indexOf(node);
  return snapshot.edges
    .filter(([from, to]) => (side === "inputs" ? to : from) === here)
    .flatMap(([from, to]) => {
      const other = snapshot.nodes[side === "inputs" ? from : to];
      if (other === undefined) return [];
      const latest = side === "inputs" ? other.latest?.dataVersion : node.latest?.dataVersion;
      const isOld = side === "inputs" && node.name === "report" && other.name === "strong";
      const read = isOld ? "7f0c2b95" : latest;
      return [
        {
          name: other.name,
          kind: other.kind,
          status: other.status,
          isCurrent: !isOld && other.status !== "Missing",
          ...(read === undefined || other.status === "Missing" ? {} : { read }),
          ...(latest === undefined ? {} : { latest }),
        },
      ];
    });
};

export function assetOf(node: NodeRow): AssetView {
  const latest = node.latest;
  const versions =
    versionsOf[node.name] ??
    (latest === undefined
      ? []
      : [
          version({
            eventId: latest.eventId,
            at: latest.at,
            runId: latest.runId,
            dataVersion: latest.dataVersion,
            ...(node.codeVersion === undefined ? {} : { codeVersion: node.codeVersion }),
            metadata: wire(latest.size === undefined ? {} : { [latest.size.name]: int(latest.size.value) }),
            isKept: true,
          }),
        ]);
  return {
    ...node,
    ...(node.name === "quakes" ? { description: "Every earthquake of the week, ordered by time." } : {}),
    declared: {},
    metadata: versions[0]?.metadata ?? {},
    versions,
    ...(node.name === "quakes" ? { next: 20 } : {}),
    inputs: links(node, "inputs"),
    usedBy: links(node, "usedBy"),
    stored: { handler: "SuperJsonIOHandler", path: `earthquakes/${node.name}.superjson`, hasHistory: true },
  };
}

export const why: Why = {
  chain: [
    {
      asset: "report",
      status: "Stale",
      cause: "upstream-version",
      from: "7f0c2b95",
      current: "d551b21b77aa",
      reason: "was made from strong 7f0c2b95, which is no longer the latest",
    },
    {
      asset: "strong",
      status: "UpToDate",
      cause: "materialized",
      current: "d551b21b77aa",
      runId: "7c1e",
      at: now - 2 * minute,
      eventId: 102,
      reason: "has new data: 39 rows, 2 more than before",
    },
    {
      asset: "quakes",
      status: "UpToDate",
      cause: "materialized",
      from: "b03f71c8a0d1",
      current: "2d906ee5b1c4",
      runId: "7c1e",
      at: now - 2 * minute,
      eventId: 101,
      reason: "has new data: 1,707 rows, 9 more than before",
    },
    {
      asset: "feed",
      status: "Observed",
      cause: "observed",
      current: "etag:5a7a3c2f",
      at: now - 4 * minute,
      reason: "was observed with another etag",
    },
  ],
  innocent: [{ asset: "daily", because: "was materialized too and came out with the same bytes" }],
  isCut: false,
};

const cells = (index: number) => {
  const row = quakes.at(index);
  return row === undefined ? [] : [row.id, { $: "date", v: new Date(row.at).toISOString() } as const, row.mag, row.place, row.depth];
};

export const diff: Diff = {
  metadata: [
    { key: "rows", from: "1,698", to: "1,707" },
    { key: "mean mag", from: "1.61", to: "1.63" },
    { key: "bytes", from: "468 kB", to: "471 kB" },
  ],
  inputs: [{ name: "features", from: "11c0fd2e", to: "be2aca60" }],
  code: { from: "4", to: "4" },
  value: {
    kind: "rows",
    columns: ["id", "at", "mag", "place", "depth"],
    key: "id",
    added: 12,
    removed: 3,
    changed: 5,
    rows: [
      { sign: "+", cells: cells(-1) },
      { sign: "+", cells: cells(-2) },
      { sign: "+", cells: cells(-3) },
      { sign: "~", cells: cells(-9).map((cell, column) => (column === 2 ? { from: 1.1, to: quakes.at(-9)?.mag ?? 0 } : cell)) },
      { sign: "~", cells: cells(-14).map((cell, column) => (column === 4 ? { from: 9.4, to: quakes.at(-14)?.depth ?? 0 } : cell)) },
      { sign: "-", cells: cells(-31) },
    ],
  },
};
