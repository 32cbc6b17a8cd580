/** What the screens of runs, partitions, automation, storage and plans say and ask for. */
import { describe, expect, it } from "vitest";
import { refusalOf } from "../../../inspector-ui/parts/refusal.ts";
import { askedFor, factOf, labelOf, rowsOf, tickText } from "../../../inspector-ui/screens/automation/automation-words.ts";
import { backfillOf, mostKeys, pagesOf, selectedRows } from "../../../inspector-ui/screens/partitions/key-pages.ts";
import { stripOf } from "../../../inspector-ui/screens/partitions/strip.ts";
import {
  cellClass,
  cellText,
  happened,
  measureChoices,
  selectionTitle,
  summaryOf,
} from "../../../inspector-ui/screens/partitions/words.ts";
import { canIncludeUpstream, confirmOf, isDivisible, isIdle, narrowed, titleOf } from "../../../inspector-ui/screens/plan/plan-words.ts";
import { groupFailures, whatFailed, withRemedy } from "../../../inspector-ui/screens/run/failure.ts";
import { LogReader } from "../../../inspector-ui/screens/run/log-reader.ts";
import { percentOf, withProgress } from "../../../inspector-ui/screens/run/progress.ts";
import { liveRuns, runsBeside, withRuns } from "../../../inspector-ui/screens/runs/run-list.ts";
import { outcomesOf, shortRunId, silenceOf, whatOf } from "../../../inspector-ui/screens/runs/run-words.ts";
import { entriesOf } from "../../../inspector-ui/screens/storage/object-entries.ts";
import { commonPrefix, fileName, roomOf } from "../../../inspector-ui/screens/storage/room.ts";
import { atOnce } from "../../../inspector-ui/state/slices.ts";
import type {
  Action,
  ConditionView,
  ObjectRow,
  PartitionRow,
  PlanView,
  RunFailure,
  RunRow,
  RunView,
  StepView,
} from "../../../src/inspector/inspection.ts";
import type { LogRecord } from "../../../src/storage/records.ts";

const minute = 60_000;
const run = (runId: string, startedAt: number, status: RunRow["status"] = "Success"): RunRow => ({
  runId,
  startedAt,
  status,
  kind: "materialize",
  nodes: ["a"],
  tags: {},
  attempt: 1,
});

describe("the list of runs", () => {
  it("has each run once, newest first, and those that change their status leave a filter", () => {
    const rows = withRuns([run("b", 2), run("a", 1)], [run("c", 3), run("a", 1)], "Success");
    expect(rows.map(({ runId }) => runId)).toEqual(["c", "b", "a"]);
    expect(withRuns(rows, [run("b", 2, "Failure")], "Success").map(({ runId }) => runId)).toEqual(["c", "a"]);
    expect(withRuns(rows, [], "Success")).toBe(rows);
  });

  it("takes no live run that belongs to an older page", () => {
    const fresh = [run("new", 9), run("old", 1)];
    expect(liveRuns(fresh, [run("b", 5)], false).map(({ runId }) => runId)).toEqual(["new"]);
    expect(liveRuns(fresh, [run("b", 5)], true)).toBe(fresh);
    expect(liveRuns(fresh, [], false)).toBe(fresh);
  });

  it("has a run before and one after each, as far as it goes", () => {
    const rows = [run("c", 3), run("b", 2), run("a", 1)];
    expect(runsBeside(rows, "b")).toEqual({ previous: "a", next: "c" });
    expect(runsBeside(rows, "c")).toEqual({ previous: "b" });
    expect(runsBeside(rows, "a")).toEqual({ next: "b" });
    expect(runsBeside(rows, "other")).toEqual({});
  });
});

describe("a run in words", () => {
  it.each([
    ["0192f0c1-7c1e-7000-8000-000000000001", "0192f0c1"],
    ["0192f0c1-7c1e-7000-8000-000000000001.3", "0192f0c1.3"],
    ["nightly", "nightly"],
    ["a-very-long-id-of-somebody", "a-very-long-id-of-s…"],
  ])("%s is shown as %s", (runId, shown) => expect(shortRunId(runId)).toBe(shown));

  it("tells what it makes", () => {
    expect(whatOf(run("a", 0))).toBe("a");
    expect(whatOf({ ...run("a", 0), nodes: ["a", "b", "c"] })).toBe("3 steps");
    expect(whatOf({ ...run("a", 0), kind: "backfill", partitions: 24 })).toBe("backfill a, 24 partitions");
  });

  it("tells how its steps came out, and since when an interrupted one is silent", () => {
    const step = (status: StepView["status"]) => ({ status }) as StepView;
    expect(outcomesOf([step("Success"), step("Success"), step("Failure"), step("Waiting")])).toBe("2 made, 1 failed, 1 waiting");
    const silent = { silentMs: 19 * minute, steps: [step("Success")], resume: { makes: 4, keeps: 1 } };
    expect(silenceOf(silent, 100 * minute)).toEqual({
      title: "Nothing heard for 19 min",
      text: "The run has no outcome, and its process has stopped writing. If it was closed or killed, resume the run here. 1 step is recorded, 4 left.",
    });
  });

  it("has the progress that is told live", () => {
    const steps = [
      { step: "a", status: "Running" },
      { step: "b", status: "Success" },
    ] as StepView[];
    const view = { ...run("r", 0), steps, failures: [] } as RunView;
    expect(withProgress(view, () => undefined)).toBe(view);
    expect(withProgress(view, () => ({ done: 1, total: 3 })).steps.map(({ progress }) => progress)).toEqual([
      { done: 1, total: 3 },
      undefined,
    ]);
    expect([percentOf({ done: 1, total: 3 }), percentOf({ done: 5, total: 3 }), percentOf({ done: 1, total: 0 })]).toEqual([33, 100, 0]);
  });
});

describe("failures", () => {
  const failed = (partition: string | undefined, message = "no room"): RunFailure => ({
    step: `hourly[${partition}]`,
    asset: "hourly",
    ...(partition !== undefined && { partition }),
    at: 0,
    tries: 1,
    failure: { name: "Error", message, causes: [], frames: [] },
    inputs: {},
    skipped: [],
  });

  it("with the same error of the same asset are told once", () => {
    const groups = groupFailures([failed("a"), failed("b"), failed("c", "other"), failed("d")]);
    expect(groups.map(whatFailed)).toEqual(["hourly, a, b, d", "hourly, c"]);
    expect(whatFailed({ first: failed("a"), partitions: ["a", "b", "c", "d"], count: 4 })).toBe("hourly, 4 partitions");
    expect(whatFailed({ first: failed(undefined), partitions: [], count: 1 })).toBe("hourly");
  });

  it("tell what to do after the message", () => {
    expect(withRemedy("It is null", "Give it a number.")).toBe("It is null. Give it a number.");
    expect(withRemedy("It is null.", undefined)).toBe("It is null.");
    expect(withRemedy("a\nb", "Do c.")).toBe("a\nb\n\nDo c.");
  });
});

describe("the reader of a log", () => {
  const line = (index: number): LogRecord => ({ runId: "r", step: "s", level: "info", message: `${index}`, timestamp: index });

  it("reads page by page, and later only what is new", async () => {
    const stored = Array.from({ length: 1200 }, (_, index) => line(index));
    const asked: (string | undefined)[] = [];
    const got: string[] = [];
    const reader = new LogReader(
      async (_, { after, limit = 0 } = {}) => {
        asked.push(after);
        const from = Number(after ?? 0);
        const rows = stored.slice(from, from + limit);
        return { rows, ...(from + limit < stored.length && { next: String(from + limit) }) };
      },
      "r",
      (lines) => got.push(...lines.map(({ message }) => message)),
    );
    const { signal } = new AbortController();
    await reader.read(signal);
    stored.push(line(1200), line(1201));
    await Promise.all([reader.read(signal), reader.read(signal)]);
    expect(got).toEqual(stored.map(({ message }) => message));
    expect(asked).toEqual([undefined, "500", "1000", "1000", "1000"]);
    expect(reader.isCut).toBe(false);
  });
});

describe("partitions in words", () => {
  const hours = atOnce(stripOf({ kind: "time", starts: [0, 3_600_000], stepMs: 3_600_000, timeZone: "UTC" }, 2));

  it("tell a place to those who do not see it", () => {
    expect(cellText("06:00", "UpToDate", "rows", 9)).toBe("06:00: 9 rows");
    expect(cellText("06:00", "Stale", "age", 3 * minute)).toBe("06:00: stale, made 3 min ago");
    expect(cellText("06:00", "Missing", "rows", null)).toBe("06:00: missing");
    expect(cellText("06:00", "UpToDate", "seconds", 0.25)).toBe("06:00: 250 ms");
  });

  it("are drawn by shade when they are made, and by status when they are not", () => {
    expect([cellClass("UpToDate", 3), cellClass("Stale", 2), cellClass("Failed", 2), cellClass("UpToDate", undefined)]).toEqual([
      "h3",
      "h2 old",
      "fail",
      "ok",
    ]);
  });

  it("offer rows first, then status, age and seconds, then other metadata", () => {
    expect(measureChoices(["status", "age", "seconds", "bytes", "rows"])).toEqual(["rows", "status", "age", "seconds", "bytes"]);
    expect(measureChoices(["status", "age"])).toEqual(["status", "age"]);
  });

  it("sum up, name a selection, and tell what happened", () => {
    const counts = { total: 9, ok: 1, failed: 2, missing: 3, stale: 3, running: 0, unrecorded: 0 };
    const view = { counts, total: 9 } as Parameters<typeof summaryOf>[0];
    expect(summaryOf(view)).toEqual({ status: "Partial", text: "8 of 9 to make" });
    expect(selectionTitle(hours, [[0, 2]], () => undefined)).toBe("1970-01-01, 00:00 … 1970-01-01, 01:00");
    expect(selectionTitle(hours, [], () => undefined)).toBe("Nothing selected");
    const row = { position: 0, key: "a", status: "Running", metadata: {}, madeBy: "0192f0c1-7c1e-7000-8000-000000000001" } as PartitionRow;
    expect(happened(row, 0)).toBe("being made by run 0192f0c1");
    expect(happened({ ...row, status: "Missing" }, 0)).toBe("never made");
  });
});

describe("the keys of a selection", () => {
  it("are asked for in pages of 500, small gaps along", () => {
    expect(
      pagesOf(
        [
          [0, 1200],
          [1210, 1220],
          [5000, 5001],
        ],
        10_000,
      ),
    ).toEqual([
      [0, 500],
      [500, 1000],
      [1000, 1220],
      [5000, 5001],
    ]);
    expect(pagesOf([[0, 1200]], 100)).toEqual([[0, 100]]);
  });

  const rowsBetween = async (_: string, { from, to }: { from: number; to: number }): Promise<readonly PartitionRow[]> =>
    Array.from({ length: to - from }, (_, index) => ({ position: from + index, key: `k${from + index}`, status: "Missing", metadata: {} }));

  it("come without what lies in the gaps", async () => {
    const { signal } = new AbortController();
    const rows = await selectedRows(
      rowsBetween,
      "a",
      [
        [0, 2],
        [5, 6],
      ],
      10,
      signal,
    );
    expect(rows.map(({ key }) => key)).toEqual(["k0", "k1", "k5"]);
    expect(await backfillOf(rowsBetween, "a", [[0, 2]], signal)).toEqual({ type: "backfill", selection: ["a"], partitions: ["k0", "k1"] });
    expect(await backfillOf(rowsBetween, "a", [[0, mostKeys + 1]], signal)).toEqual({
      type: "backfill",
      selection: ["a"],
      only: "missing",
    });
  });
});

describe("a plan in words", () => {
  const plan = (...steps: readonly (readonly [string, PlanView["steps"][number]["why"], number?])[]): PlanView => ({
    summary: "",
    total: steps.length,
    notes: [],
    steps: steps.map(([step, why, partitions]) => ({
      step,
      assets: [step],
      why,
      reason: "",
      ...(partitions !== undefined && { partitions }),
    })),
  });
  const materialize: Action = { type: "materialize", selection: ["a", "b"], includeUpstream: true };

  it("has a title and a button that count what it does", () => {
    expect(titleOf(materialize)).toBe("Materialize a and b");
    expect(confirmOf(materialize, plan(["a", "stale"], ["b", "unchanged"]))).toBe("Materialize 1");
    const backfill: Action = { type: "backfill", selection: ["hourly"], partitions: ["x"] };
    expect(confirmOf(backfill, plan(["hourly", "missing", 2], ["hourly", "running", 3]))).toBe("Backfill 2 partitions");
    expect(confirmOf({ type: "resume", runId: "r" }, plan(["a", "failed"]))).toBe("Resume, make 1");
    expect(titleOf({ type: "prune", before: 0 })).toBe("Prune old records");
  });

  it("leaves steps out by naming the others", () => {
    const whole = plan(["up", "requested"], ["a", "stale"], ["b", "stale"]);
    expect(isDivisible(materialize, whole)).toBe(true);
    expect(narrowed(materialize, whole, new Set())).toBe(materialize);
    expect(narrowed(materialize, whole, new Set(["b"]))).toEqual({ type: "materialize", selection: ["up", "a"] });
    expect(narrowed(materialize, whole, new Set(["up", "a", "b"]))).toBeUndefined();
    expect(isDivisible({ type: "automate" }, whole)).toBe(false);
    expect([canIncludeUpstream(materialize), canIncludeUpstream({ type: "automate" })]).toEqual([true, false]);
    expect([isIdle(materialize, plan()), isIdle({ type: "cancel", runId: "r" }, plan())]).toEqual([true, false]);
  });
});

describe("conditions in words", () => {
  const part = (label: string, rest: Partial<ConditionView> = {}): ConditionView => ({
    label,
    asset: "a",
    isTrue: true,
    parts: [],
    ...rest,
  });

  it("are rows in the order of reading, also 10,000 deep", () => {
    let deep = part("leaf", { asset: "b" });
    for (let level = 0; level < 10_000; level++) deep = part("not", { parts: [deep] });
    const rows = rowsOf(part("and", { parts: [part("x", { parts: [part("y")] }), deep] }));
    expect(rows.slice(0, 4).map(({ condition, depth }) => [condition.label, depth])).toEqual([
      ["and", 0],
      ["x", 1],
      ["y", 2],
      ["not", 1],
    ]);
    expect(rows.at(-1)).toMatchObject({ depth: 10_001, isElsewhere: true });
    expect(labelOf(part("and"))).toBe("all of");
  });

  it("tell the fact, with short versions", () => {
    expect(factOf(part("x", { fact: `version sha256:${"2d906ee5".repeat(8)}` }))).toBe("version 2d906ee5");
    expect(factOf(part("x", { partitions: 3 }))).toBe("3 partitions");
  });

  it("tell what was asked for, whatever a tick has recorded", () => {
    const tick = (status: "Fired" | "Skipped" | "Failed", detail: unknown) =>
      tickText({ name: "automation", timestamp: 0, status, detail }).text;
    expect(tick("Fired", { fired: [{ asset: "a" }, { asset: "b" }] })).toBe("Asked for a and b");
    expect(tick("Fired", null)).toBe("Asked for a run");
    expect(tick("Failed", { error: "lost a race" })).toBe("Failed: lost a race");
    expect(tick("Skipped", "odd")).toBe("Nothing to do");
    expect(askedFor({ requests: [] })).toBe("nothing to run");
  });
});

describe("what is stored", () => {
  const object = (key: string, size: number, rest: Partial<ObjectRow> = {}): ObjectRow => ({
    key,
    size,
    state: "current",
    asset: "a",
    ...rest,
  });

  it("has one row for the partitions of an asset, but for those that differ from the records", () => {
    const objects = [
      object("p/hourly/01", 2, { asset: "hourly", partition: "01", at: 5 }),
      object("p/hourly/02", 3, { asset: "hourly", partition: "02", at: 7 }),
      object("p/hourly/03", 3, { asset: "hourly", partition: "03", state: "unrecorded" }),
      object("p/b", 1),
    ];
    expect(entriesOf(objects, "key").map(({ key }) => key)).toEqual(["p/b", "p/hourly/", "p/hourly/03"]);
    expect(entriesOf(objects, "size")[0]).toMatchObject({ kind: "group", asset: "hourly", size: 5, at: 7 });
    expect(commonPrefix(objects.map(({ key }) => key))).toBe("p/");
    expect(commonPrefix(["a/x"])).toBe("");
  });

  it("takes room: the largest assets, the records and the others", () => {
    const byAsset = [5, 4, 3, 2, 1].map((bytes) => ({ asset: `a${bytes}`, bytes, objects: 1 }));
    const view = { values: { bytes: 16, objects: 5, isCut: false }, records: { bytes: 7, events: 1, runs: 1 }, byAsset };
    expect(roomOf(view).map(({ name, bytes }) => `${name} ${bytes}`)).toEqual(["a5 5", "a4 4", "a3 3", "a2 2", "records 7", "others 2"]);
  });

  it("is exported into a file with a plain name", () => {
    expect(fileName("Erd/beben: 2018", "all", 0)).toBe("erd-beben-2018-1970-01-01.edgewater");
    expect(fileName("…", "records", 0)).toBe("repository-1970-01-01-records.edgewater");
  });
});

describe("a value that is not shown", () => {
  const refused = (because: Parameters<typeof refusalOf>[0]["because"], rest = {}) =>
    refusalOf({ kind: "refused", because, message: "why", ...rest }, "flights", { materialize: true });

  it("says why, and what can be done", () => {
    expect(refused("damaged")).toMatchObject({ code: "Integrity", acts: [{ type: "materialize", label: "Materialize flights" }] });
    expect(refused("too-large", { size: 214_000_000, limit: 8_000_000 })).toMatchObject({
      message: "flights is 214 MB. A preview loads at most 8.00 MB, so that it never fills the memory of this tab.",
      acts: [{ type: "load", label: "Load all, 214 MB", limits: { maxBytes: 214_000_000 } }],
    });
    expect(refused("too-large", { size: 214_000_000, limit: 8_000_000, firstRows: 1_000 }).acts[0]).toEqual({
      type: "load",
      label: "Show the first 1,000 rows",
      limits: { firstRows: 1_000 },
    });
    expect(refused("not-allowed")).toMatchObject({ example: 'inspector(repository, { values: "preview" })', acts: [] });
    expect(refused("gone").title).toBe("The value is gone");
    const savable = (because: "damaged" | "gone") =>
      refusalOf({ kind: "refused", because, message: "why" }, "flights", { bytes: true }).acts.map(({ type }) => type);
    expect([savable("damaged"), savable("gone")]).toEqual([["save"], []]);
  });
});
