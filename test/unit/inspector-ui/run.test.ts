import { describe, expect, it } from "vitest";
import { timeTicks } from "../../../inspector-ui/parts/charts/time-axis.ts";
import { consequence, failureKind, failureMarkdown, readInputs } from "../../../inspector-ui/screens/run/failure.ts";
import { isAtEnd, LogLines, logText } from "../../../inspector-ui/screens/run/log-lines.ts";
import { nameOf, timelineOf } from "../../../inspector-ui/screens/run/timeline.ts";
import type { RunFailure, RunView, StepView } from "../../../src/inspector/inspection.ts";
import type { LogRecord } from "../../../src/storage/records.ts";

const start = 1_000_000;
const step = (name: string, from: number, to: number | undefined, more: Partial<StepView> = {}): StepView => ({
  step: name,
  assets: [nameOf({ step: name, assets: [] })],
  status: to === undefined ? "Running" : "Success",
  attempts: [{ from: start + from, ...(to !== undefined && { to: start + to }) }],
  isCritical: false,
  after: [],
  note: "",
  outputs: [],
  ...more,
});
const run = (steps: readonly StepView[], endedAt?: number): RunView => ({
  runId: "r",
  status: endedAt === undefined ? "Started" : "Success",
  kind: "materialize",
  startedAt: start,
  ...(endedAt !== undefined && { endedAt: start + endedAt }),
  nodes: [],
  tags: {},
  attempt: 1,
  steps,
  failures: [],
});
const names = (view: RunView, order: "start" | "length" | "graph", now = 0): string[] =>
  timelineOf(view, start + now, order).rows.map(({ name }) => name);

describe("the timeline", () => {
  it("has a segment for each attempt, and the wait between them", () => {
    const attempts = [
      { from: start + 1110, to: start + 1208, error: { name: "Error", message: "no" } },
      { from: start + 1258, to: start + 1352 },
    ];
    const [row] = timelineOf(run([step("alerts", 0, 0, { status: "Failure", attempts, note: "failed twice" })], 1400), 0, "start").rows;
    expect(row).toMatchObject({ name: "alerts", status: "Failure", from: 1110, length: 242, note: "failed twice", lanes: 1 });
    expect(row?.segments).toEqual([
      { from: 1110, to: 1208, kind: "Failure", lane: 0 },
      { from: 1208, to: 1258, kind: "Wait", lane: 0 },
      { from: 1258, to: 1352, kind: "Failure", lane: 0 },
    ]);
  });

  it("draws a running step up to now with how far it is, and keeps room behind now", () => {
    const view = run([step("map", 1000, undefined, { progress: { done: 62, total: 100 }, isCritical: true })]);
    const { rows, end, now } = timelineOf(view, start + 3000, "start");
    expect(rows[0]?.segments).toEqual([{ from: 1000, to: 3000, kind: "Running", lane: 0, done: 0.62 }]);
    expect(rows[0]?.critical).toEqual({ from: 1000, to: 3000 });
    expect([now, end]).toEqual([3000, 3180]);
    expect(timelineOf(run([step("a", 0, 5)], 10), start + 99, "start")).toMatchObject({ end: 10 });
    expect(timelineOf(run([step("a", 0, 5)], 10), start + 99, "start").now).toBeUndefined();
  });

  it("ends what an interrupted run was at when its process was last heard of", () => {
    const view: RunView = { ...run([step("map", 1000, undefined)]), status: "Interrupted", silentMs: 7000 };
    const { rows, now } = timelineOf(view, start + 10_000, "start");
    expect(rows[0]?.segments).toEqual([{ from: 1000, to: 3000, kind: "Running", lane: 0 }]);
    expect(now).toBeUndefined();
  });

  it("draws a skipped step where it would have begun", () => {
    const skipped = step("digest", 0, 0, { status: "Skipped", attempts: [], after: ["alerts"] });
    const { rows } = timelineOf(run([step("alerts", 0, 60), skipped], 100), 0, "start");
    expect(rows[1]).toMatchObject({ name: "digest", segments: [{ from: 60, to: 70, kind: "Skipped", lane: 0 }] });
    expect(rows[1]?.length).toBeUndefined();
  });

  it("puts the partitions of an asset into one row with lanes", () => {
    const hour = (key: number, from: number, to: number, status: StepView["status"] = "Success"): StepView =>
      step(`hourly[${key}]`, from, to, { status });
    const [row] = timelineOf(run([hour(0, 0, 10), hour(1, 2, 12), hour(2, 10, 20), hour(3, 13, 15, "Failure")], 20), 0, "start").rows;
    expect(row).toMatchObject({ name: "hourly", status: "Mixed", steps: 4, lanes: 2, note: "3 of 4, 1 failed", from: 0, length: 20 });
    expect(row?.segments.map(({ lane, kind }) => `${lane} ${kind}`)).toEqual(["0 Success", "1 Success", "0 Success", "1 Failure"]);
  });

  it("orders by start, by length, and by what waits for what", () => {
    const steps = [
      step("d", 5, 6, { after: ["b", "c"] }),
      step("b", 3, 4, { after: ["a"] }),
      step("never", 0, 0, { attempts: [], status: "Waiting" }),
      step("a", 1, 3),
      step("c", 3, 9, { after: ["a"] }),
    ];
    expect(names(run(steps, 10), "start")).toEqual(["a", "b", "c", "d", "never"]);
    expect(names(run(steps, 10), "length")).toEqual(["c", "a", "d", "b", "never"]);
    expect(names(run(steps, 10), "graph")).toEqual(["never", "a", "b", "c", "d"]);
  });

  it("draws 10,000 partitions of one asset as a few hundred segments, and every failure", () => {
    const steps = Array.from({ length: 10_000 }, (_, index) =>
      step(`hourly[${index}]`, index, index + 3, { status: index === 7777 ? "Failure" : "Success" }),
    );
    const [row] = timelineOf(run(steps, 10_003), 0, "start").rows;
    expect(row?.segments.length).toBeLessThan(200);
    expect(row?.segments.filter(({ kind }) => kind === "Failure")).toHaveLength(1);
    expect(row?.steps).toBe(10_000);
  });

  it("lays 10,000 steps out in a chain, whose depth is as large", () => {
    const steps = Array.from({ length: 10_000 }, (_, index) =>
      step(`s${index}`, index, index + 1, { after: index > 0 ? [`s${index - 1}`] : [] }),
    );
    expect(names(run(steps.toReversed(), 10_000), "graph").slice(0, 3)).toEqual(["s0", "s1", "s2"]);
  });

  it("knows a bracket in a name from a partition", () => {
    expect(nameOf({ step: "hourly[2018-02-06T18]", assets: ["hourly"] })).toBe("hourly");
    expect(nameOf({ step: "odd[name]", assets: ["odd[name]"] })).toBe("odd[name]");
  });
});

describe("the scale of a duration", () => {
  it.each([
    [3200, ["0 s", "1 s", "2 s", "3 s"]],
    [900, ["0 ms", "200 ms", "400 ms", "600 ms", "800 ms"]],
    [1700, ["0 s", "0.5 s", "1 s", "1.5 s"]],
    [12 * 60_000, ["0 min", "2 min", "4 min", "6 min", "8 min", "10 min", "12 min"]],
    [30 * 3_600_000, ["0 h", "10 h", "20 h", "30 h"]],
  ])("of %i ms", (end, labels) => expect(timeTicks(end).map(({ label }) => label)).toEqual(labels));
});

const line = (timestamp: number, message: string, level: LogRecord["level"] = "info"): LogRecord => ({
  runId: "r",
  step: "quakes",
  level,
  message,
  timestamp,
});

describe("the log", () => {
  it("has each line once, though it comes live and from the records", () => {
    const log = new LogLines();
    expect(log.add([line(1, "a"), line(1, "a"), line(2, "b")], "live")).toBe(3);
    expect(log.add([line(1, "a"), line(1, "a"), line(1, "a"), line(3, "c")], "recorded")).toBe(2);
    expect(log.shown.map(({ message }) => message)).toEqual(["a", "a", "a", "b", "c"]);
  });

  it("puts a line that comes late where it belongs", () => {
    const log = new LogLines();
    log.add([line(5, "e"), line(9, "i")], "live");
    log.add([line(1, "a"), line(7, "g")], "recorded");
    expect(log.shown.map(({ message }) => message)).toEqual(["a", "e", "g", "i"]);
  });

  it("counts levels, and shows from a level on what has a text", () => {
    const log = new LogLines();
    log.filter({ least: "info", find: "TRY" });
    log.add([line(1, "try 1", "debug"), line(2, "Try 1 of 2", "warn"), line(3, "other", "error")], "recorded");
    log.add([line(4, "Try 2 of 2", "error")], "live");
    expect(log.shown.map(({ message }) => message)).toEqual(["Try 1 of 2", "Try 2 of 2"]);
    expect(log.counts).toEqual({ debug: 1, info: 0, warn: 1, error: 2 });
    log.filter({ least: "error", find: "" });
    expect(log.shown.map(({ message }) => message)).toEqual(["other", "Try 2 of 2"]);
    expect(log.total).toBe(4);
  });

  it("takes 10,000 lines in batches of 50, while it is filtered", () => {
    const log = new LogLines();
    log.filter({ least: "warn", find: "line" });
    for (let batch = 0; batch < 200; batch++) {
      log.add(
        Array.from({ length: 50 }, (_, index) => line(batch * 50 + index, `line ${index}`, index % 5 === 0 ? "warn" : "info")),
        "live",
      );
    }
    expect([log.total, log.shown.length]).toEqual([10_000, 2000]);
  });

  it("follows its end until somebody scrolls up", () => {
    expect(isAtEnd({ top: 732, height: 268, scrollHeight: 1000 })).toBe(true);
    expect(isAtEnd({ top: 600, height: 268, scrollHeight: 1000 })).toBe(false);
  });

  it("is copied as text", () => {
    expect(logText([line(0, "a", "warn")])).toBe("1970-01-01T00:00:00.000Z warn  quakes  a");
  });
});

describe("a failure", () => {
  const failed: RunFailure = {
    step: "alerts",
    asset: "alerts",
    at: 0,
    tries: 2,
    failure: {
      name: "EdgewaterError",
      code: "ValidationError",
      message: "rows[17].felt is ```null```",
      causes: [],
      frames: ["at toAlert (pipeline.ts:88:11)"],
    },
    inputs: { strong: "d551b21b", "hourly[2018-02-06T18|x]": "aa" },
    skipped: ["digest"],
    remedy: "Let the hint say nullable(number())",
  };

  it("names what it had read", () => {
    expect(readInputs(failed)).toEqual([
      { asset: "strong", dataVersion: "d551b21b" },
      { asset: "hourly", partition: "2018-02-06T18|x", dataVersion: "aa" },
    ]);
  });

  it("is named by its code, by its class, or by what a function has thrown", () => {
    const kind = (failure: Partial<RunFailure["failure"]>): string => failureKind({ failure: { ...failed.failure, ...failure } });
    expect(failureKind(failed)).toBe("ValidationError");
    expect(failureKind({ failure: { name: "TypeError", message: "", causes: [], frames: [] } })).toBe("TypeError");
    expect(kind({ code: "StepFailed", causes: [{ name: "RangeError", message: "x" }] })).toBe("RangeError");
  });

  it.each([
    [[], "Nothing else depends on it."],
    [["a"], "a was skipped; nothing else depends on it."],
    [["a", "b", "c"], "a, b and c were skipped."],
    [["a", "b", "c", "d"], "a, b and 2 more were skipped."],
  ])("tells what followed from it: %j", (skipped, text) => expect(consequence({ skipped })).toBe(text));

  it("is Markdown whose fence the message cannot close", () => {
    expect(failureMarkdown("7c1e", failed)).toBe(
      [
        "**`alerts` failed** with `ValidationError` in run `7c1e`, 1970-01-01T00:00:00.000Z, 2 tries.",
        "",
        "Let the hint say nullable(number())",
        "",
        "````",
        "ValidationError: rows[17].felt is ```null```",
        "at toAlert (pipeline.ts:88:11)",
        "````",
        "",
        "Inputs:",
        "",
        "- `strong` `d551b21b`",
        "- `hourly[2018-02-06T18|x]` `aa`",
        "",
        "digest was skipped; nothing else depends on it.",
        "",
      ].join("\n"),
    );
  });
});
