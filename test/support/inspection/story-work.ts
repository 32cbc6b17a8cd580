/** What the conditions of the story decide, what is stored, and what actions would do. */
import type {
  Action,
  AutomationView,
  ConditionView,
  ObjectRow,
  PlanStep,
  PlanView,
  StorageView,
} from "../../../src/inspector/inspection.ts";
import { partitionRow } from "./story-partitions.ts";
import { hour, minute, now } from "./story-snapshot.ts";

const part = (asset: string, label: string, isTrue: boolean, fact?: string, parts: readonly ConditionView[] = []): ConditionView => ({
  asset,
  label,
  isTrue,
  parts,
  ...(fact !== undefined && { fact }),
});

const clock = (ago: number): string => new Date(now - ago).toISOString().slice(11, 19);

export const automation: AutomationView = {
  evaluatedAt: now - 12_000,
  assets: [
    {
      asset: "report",
      shouldRun: true,
      root: part("report", "eager", true, undefined, [
        part("report", "any of", true, undefined, [
          part("report", "strong was updated since last handled", true, clock(2 * minute)),
          part("report", "daily was updated since last handled", false, "same bytes"),
          part("report", "missing", false, "made 3 h ago"),
        ]),
        part("report", "not in progress", true),
        part("report", "no input is in progress or missing", true, "strong, daily"),
      ]),
    },
    {
      asset: "rates",
      shouldRun: false,
      root: part("rates", "on cron 0 * * * *", false, undefined, [
        part("rates", "cron tick passed", true, "14:00"),
        part("rates", "all partitions of hourly updated since", false, "8 of 192 to make"),
      ]),
    },
  ],
  requests: [{ selection: ["report"], partitions: 0 }],
  ticks: [
    { name: "automation", timestamp: now - minute, status: "Fired", detail: { evaluated: 2, fired: [{ asset: "report" }] } },
    { name: "automation", timestamp: now - 2 * minute, status: "Skipped", detail: { evaluated: 2, fired: [] } },
    { name: "automation", timestamp: now - 3 * minute, status: "Skipped", detail: { evaluated: 2, fired: [] } },
    {
      name: "automation",
      timestamp: now - 4 * minute,
      status: "Fired",
      detail: { evaluated: 2, fired: ["a", "b", "c"].map((asset) => ({ asset })) },
    },
    { name: "automation", timestamp: now - 5 * minute, status: "Failed", detail: { error: "lost a race 5 times" } },
  ],
};

const object = (
  name: string,
  asset: string | undefined,
  size: number,
  at: number,
  dataVersion?: string,
  state: ObjectRow["state"] = "current",
): ObjectRow => ({
  key: `earthquakes/${name}`,
  size,
  at,
  state,
  ...(asset !== undefined && { asset }),
  ...(dataVersion !== undefined && { dataVersion }),
});
const run = now - 2 * minute;
const earlier = now - 3 * hour;

export const objects: readonly ObjectRow[] = [
  object("alerts.superjson", "alerts", 4_210, earlier, "77d0e4b1"),
  object("daily.superjson", "daily", 2_953, run, "e099dbcc"),
  object("depths.superjson", "depths", 1_840, now - 19 * minute, "41c7aa90", "unrecorded"),
  object("features.superjson", "features", 1_217_854, run, "be2aca60"),
  ...Array.from({ length: 184 }, (_, index) => {
    const { key, latest } = partitionRow(index);
    return { ...object(`hourly/${key}.superjson`, "hourly", 2_780 + ((index * 37) % 900), run, latest?.dataVersion), partition: key };
  }),
  object("map.svg", "map", 88_211, earlier, "90be13d2"),
  object("old/moon.superjson", undefined, 20_134, now - 97 * 24 * hour, undefined, "unknown"),
  object("quakes.superjson", "quakes", 470_987, run, "2d906ee5"),
  object("report.superjson", "report", 695, earlier, "c7f17ad7"),
  object("strong.superjson", "strong", 10_656, run, "d551b21b"),
];

export const storage: StorageView = {
  name: "IndexedDB, this tab",
  values: { bytes: 2_330_000, objects: 193, isCut: false },
  records: { bytes: 386_000, events: 2_318, runs: 41 },
  byAsset: [
    { asset: "features", bytes: 1_217_854, objects: 1 },
    { asset: "hourly", bytes: 512_300, objects: 184 },
    { asset: "quakes", bytes: 470_987, objects: 1 },
    { asset: "map", bytes: 88_211, objects: 1 },
    { asset: "strong", bytes: 10_656, objects: 1 },
  ],
  estimate: { usage: 2_716_000, quota: 2_142_716_000 },
  isPersisted: false,
};

const planned = (step: string, why: PlanStep["why"], reason: string, partitions?: number): PlanStep => ({
  step,
  assets: [step],
  why,
  reason,
  ...(partitions !== undefined && { partitions }),
});

const needed: readonly PlanStep[] = [
  planned("alerts", "failed", "failed; same inputs, so it may fail again"),
  planned("hourly", "missing", "2 failed, 6 missing", 8),
  planned("rates", "missing", "after hourly"),
  planned("report", "stale", "strong has new data"),
  planned("digest", "missing", "after alerts and report"),
];

/** What an action of the story would do. */
export function planOf(action: Action): PlanView {
  const none = { steps: [], total: 0, notes: [] };
  switch (action.type) {
    case "materialize": {
      const names = new Set(action.selection);
      const steps = [
        ...(action.includeUpstream
          ? [planned("features", "requested", "everything upstream"), planned("quakes", "requested", "after features")]
          : []),
        ...(names.size === 0 ? needed : needed.filter(({ step }) => names.has(step))),
        ...[...names].filter((name) => !needed.some(({ step }) => step === name)).map((name) => planned(name, "requested", "asked for")),
      ];
      return { summary: `Makes ${steps.length} steps. Nothing else is touched.`, steps, total: steps.length, notes: [], estimateMs: 3_000 };
    }
    case "backfill": {
      const keys = action.partitions ?? Array.from({ length: 192 }, (_, index) => partitionRow(index).key);
      const wanted = keys.map((key) => Array.from({ length: 192 }, (_, index) => partitionRow(index)).find((row) => row.key === key));
      const missing = wanted.filter((row) => row !== undefined && (row.status === "Failed" || row.status === "Missing")).length;
      const running = wanted.filter((row) => row?.status === "Running").length;
      const steps =
        missing === 0
          ? []
          : action.selection.map((name, index) => planned(name, "missing", index === 0 ? "failed or missing" : "after hourly", missing));
      return {
        summary: `Makes ${missing} partitions.`,
        steps,
        total: steps.length,
        notes: running === 0 ? [] : [`${running} are being made already, by run 7c1e, and are left to it.`],
      };
    }
    case "resume":
      return {
        summary: "Makes 4 steps, keeps 3.",
        steps: [planned("depths", "failed", "was written and not recorded")],
        total: 1,
        notes: ["What is recorded is kept."],
      };
    case "cancel":
      return { ...none, summary: "The run stops after the steps that are running. What is made stays." };
    case "end":
      return { ...none, summary: "The run gets the outcome Canceled. What is made stays, and it can be resumed." };
    case "prune":
      return {
        ...none,
        summary: "1,406 events and 22 runs would go.",
        notes: ["The last of every asset and partition stays.", "Events that a value was made from stay."],
      };
    case "automate":
      return { summary: "Makes 1 step.", steps: [planned("report", "stale", "strong has new data")], total: 1, notes: [] };
    default:
      return { ...none, summary: "Does it at once." };
  }
}
