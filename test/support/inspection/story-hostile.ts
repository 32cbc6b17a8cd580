/** An asset whose name, values and metadata try to be more than text. */
import type { AssetView, NodeRow, Preview, Snapshot } from "../../../src/inspector/inspection.ts";
import { now, snapshot } from "./story-snapshot.ts";

const script = "<script>alert(1)</script>";

const hostile: NodeRow = {
  name: "hostile",
  kind: "asset",
  step: "hostile",
  group: `"><img src=x onerror=alert(2)>`,
  kinds: [script],
  tags: { [script]: "javascript:alert(3)" },
  status: "UpToDate",
  causes: [],
  latest: { eventId: 5, at: now, runId: "../../7c1e", dataVersion: `${script}0011` },
};

export const hostileSnapshot: Snapshot = {
  ...snapshot,
  nodes: [
    hostile,
    ...["__proto__", "constructor", "a/b,c%20d", "\u202Eevil", "n".repeat(300)].map((name): NodeRow => ({ ...hostile, name, step: name })),
  ],
  edges: [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 0],
  ],
  runs: snapshot.runs.map((run) => ({ ...run, nodes: [script] })),
  attention: [{ kind: "failed", asset: "hostile", what: script, why: script.repeat(20) }],
};

export const hostilePreview: Preview = {
  kind: "text",
  language: "markdown",
  text: [
    "# Hostile",
    script,
    "[run me](javascript:alert(4)) [data](data:text/html,<script>alert(5)</script>)",
    "![an image of elsewhere](https://example.com/pixel.png)",
    "| <b>a</b> | b |\n|-|-|\n| <img src=x onerror=alert(6)> | \u202Etxt |",
    "word".repeat(500),
  ].join("\n\n"),
};

export const hostileAsset: AssetView = {
  ...hostile,
  description: script,
  declared: {},
  metadata: {
    [script]: { Text: { value: script } },
    url: { Url: { value: "javascript:alert(7)" } },
    image: { Image: { value: "https://example.com/pixel.png" } },
    markdown: { Markdown: { value: "[x](javascript:alert(8))" } },
    unknown: { Alien: { value: script } },
    long: { Text: { value: "w".repeat(2_000) } },
  } as AssetView["metadata"],
  versions: [
    {
      eventId: 5,
      type: "Materialization",
      at: now,
      runId: "../../7c1e",
      dataVersion: `${script}0011`,
      metadata: {},
      inputs: {},
      isKept: true,
    },
  ],
  inputs: [],
  usedBy: [],
  stored: { handler: script, path: `../${"x".repeat(200)}`, hasHistory: false },
};
