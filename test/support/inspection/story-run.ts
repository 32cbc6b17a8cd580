/** The runs of the story: one that goes on and in which something has failed, and one whose process was killed. */
import type { RunView, StepView } from "../../../src/inspector/inspection.ts";
import type { LogRecord } from "../../../src/storage/records.ts";
import { strong } from "./quakes.ts";
import { hour, minute, now, runs } from "./story-snapshot.ts";

const start = now - 3_000;
const message = "rows[17].felt is null, and the type hint wants a number";

const step = (name: string, from: number, to: number | undefined, rest: Partial<StepView> = {}): StepView => ({
  step: name,
  assets: [name],
  status: to === undefined ? "Running" : "Success",
  attempts: [{ from: start + from, ...(to !== undefined && { to: start + to }) }],
  isCritical: false,
  after: [],
  note: "",
  outputs: [],
  ...rest,
});

const hourKey = (index: number): string => new Date(Date.UTC(2018, 1, 6, 4) + index * hour).toISOString().slice(0, 13);

/** 18 hours, two at a time, of which two have failed. */
const hourly: readonly StepView[] = Array.from({ length: 18 }, (_, index) => {
  const from = 942 + Math.floor(index / 2) * 150;
  const hasFailed = index === 14 || index === 15;
  return {
    ...step(`hourly[${hourKey(index)}]`, from, from + 130, { status: hasFailed ? "Failure" : "Success", after: ["quakes"] }),
    assets: ["hourly"],
  };
});

const steps: readonly StepView[] = [
  step("features", 0, 412, { note: "1,707 features", isCritical: true }),
  step("quakes", 420, 930, { note: "2d906ee5", isCritical: true, after: ["features"] }),
  step("strong", 940, 1105, { note: "d551b21b", isCritical: true, after: ["quakes"] }),
  step("daily", 940, 1182, { note: "e099dbcc, unchanged", after: ["quakes"] }),
  ...hourly,
  step("map", 1112, undefined, { note: "62 %", isCritical: true, after: ["strong"], progress: { done: 62, total: 100 } }),
  step("alerts", 0, 0, {
    status: "Failure",
    note: "failed twice",
    after: ["strong"],
    attempts: [
      { from: start + 1110, to: start + 1208, error: { name: "EdgewaterError", code: "ValidationError", message } },
      { from: start + 1258, to: start + 1352, error: { name: "EdgewaterError", code: "ValidationError", message } },
    ],
  }),
  step("digest", 0, 0, { status: "Skipped", note: "alerts failed", attempts: [], after: ["alerts"] }),
];

const row = (runId: string): (typeof runs)[number] => runs.find((run) => run.runId === runId) ?? (runs[0] as (typeof runs)[number]);

/** The step that had no room, for two hours. */
const withoutRoom = [hourKey(14), hourKey(15)].map((partition) => ({
  step: `hourly[${partition}]`,
  asset: "hourly",
  partition,
  at: start + 2_130,
  tries: 1,
  failure: {
    code: "QuotaExceeded",
    name: "EdgewaterError",
    message: "Cannot write the value: it needs 3112 bytes, and 0 of the origin's 40000000 are free. Delete something, or write less",
    quota: { needed: 3_112, free: 0, total: 40_000_000 },
    causes: [],
    frames: [],
  },
  inputs: { quakes: "2d906ee5f7a0" },
  skipped: [],
}));

const running: RunView = {
  ...row("7c1e"),
  steps,
  failures: [
    {
      step: "alerts",
      asset: "alerts",
      at: start + 1352,
      tries: 2,
      failure: {
        code: "ValidationError",
        name: "EdgewaterError",
        message,
        causes: [{ name: "TypeError", message: `row 17 is ${strong[17]?.mag}, ${strong[17]?.place}: felt has no number yet` }],
        frames: ["at toAlert (pipeline.ts:88:11)", "at alerts (pipeline.ts:81:26)"],
      },
      inputs: { strong: "d551b21b77aa" },
      skipped: ["digest"],
      remedy: "Let the type hint accept null with nullable(number()), or give every row a number.",
      place: { asset: "strong", row: 17 },
    },
    ...withoutRoom,
  ],
  previous: "9b02",
};

const interrupted: RunView = {
  ...row("9b02"),
  silentMs: 19 * minute,
  resume: { makes: 4, keeps: 3 },
  steps: ["features", "quakes", "strong", "depths"].map((name, index) =>
    step(name, 0, 0, {
      status: name === "depths" ? "Running" : "Success",
      attempts: [
        {
          from: row("9b02").startedAt + index * 900,
          ...(name !== "depths" && { to: row("9b02").startedAt + index * 900 + 800 }),
        },
      ],
    }),
  ),
  failures: [],
  previous: "5a90",
  next: "7c1e",
};

export function runOf(runId: string): RunView | undefined {
  if (runId === "7c1e") return running;
  if (runId === "9b02") return interrupted;
  const known = runs.find((run) => run.runId === runId);
  if (known === undefined) return undefined;
  const took = (known.endedAt ?? now) - known.startedAt;
  const made = known.nodes.map((name, index) =>
    step(name, 0, 0, {
      attempts: [
        {
          from: known.startedAt + (took * index) / known.nodes.length,
          to: known.startedAt + (took * (index + 1)) / known.nodes.length,
        },
      ],
    }),
  );
  return { ...known, steps: made, failures: [] };
}

const line = (at: number, level: LogRecord["level"], name: string, text: string): LogRecord => ({
  runId: "7c1e",
  step: name,
  level,
  message: text,
  timestamp: start + at,
});

export const log: readonly LogRecord[] = [
  line(102, "info", "features", "Read 1,217,854 bytes from the feed, generated 2018-02-07 01:49 UTC"),
  line(402, "info", "features", "1,707 features; none without a magnitude"),
  line(920, "info", "quakes", "Wrote earthquakes/quakes.superjson, 470,987 bytes"),
  line(
    942,
    "info",
    "hourly",
    `18 hours differ from what they were made from: ${hourKey(0)} to ${hourKey(17)}. ${"Each hour is read from the rows of quakes between its start and its end. ".repeat(6)}This is the end of the line.`,
  ),
  line(1_100, "info", "strong", "39 of 1,707 rows have magnitude 5 or more"),
  line(1_112, "info", "alerts", "Rules: 3; recipients are taken from the settings"),
  line(1_208, "warn", "alerts", `Attempt 1 of 2 failed, again in 50 ms: ${message}`),
  line(1_352, "error", "alerts", `Attempt 2 of 2 failed: ${message}`),
  line(1_353, "info", "digest", "Skipped: alerts failed"),
  line(1_880, "warn", "hourly", "2018-02-06T18: no room for 3,112 bytes, 0 free of 40.0 MB; not written"),
  line(2_270, "debug", "map", "Projected 1,707 points; 985 arcs of land"),
  line(2_900, "info", "map", "62 %"),
];
