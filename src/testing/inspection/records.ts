import type { NodeRow } from "../../inspector/inspection.ts";
import { holds, type InspectionCase, inspectionCase, rejects, same } from "./check.ts";
import { dailyKeys } from "./suite.ts";

const made = {
  selection: ["table", "text", "daily", "total", "fails", "behind"],
  partitionKeys: ["a", "b c"],
  raiseOnError: false,
} as const;
const statusOf = (nodes: readonly NodeRow[]): Readonly<Record<string, string>> =>
  Object.fromEntries(nodes.map(({ name, status }) => [name, status]));

/** What an inspection says about records. */
export const recordCases: readonly InspectionCase[] = [
  inspectionCase("shows a repository in which nothing was made", async ({ open }) => {
    const inspection = await open();
    const { nodes, edges, runs, attention, name } = await inspection.snapshot();
    same(name, "suite", "the name");
    same(statusOf(nodes)["table"], "Missing", "the status of an asset");
    same([runs, attention], [[], []], "runs and what needs attention");
    const [from, to] = ["table", "counted"].map((each) => nodes.findIndex((node) => node.name === each));
    holds(
      edges.some((edge) => edge[0] === from && edge[1] === to),
      "the edge from table to counted",
    );
    holds(
      edges.some(([, end, mapping]) => nodes[end]?.name === "total" && mapping === "all"),
      "the edge with a mapping",
    );
  }),
  inspectionCase("shows how each asset is, what needs attention, and the same etag while nothing changes", async ({ open, repository }) => {
    await repository.observe(["source"]);
    await repository.materialize(made);
    const inspection = await open();
    const { nodes, attention, etag, cursor, runs } = await inspection.snapshot();
    const expected = {
      source: "Observed",
      table: "UpToDate",
      counted: "UpToDate",
      text: "UpToDate",
      daily: "Partial",
      total: "UpToDate",
      fails: "Failed",
      behind: "Missing",
      slow: "Missing",
    };
    same(statusOf(nodes), expected, "the statuses");
    same(
      nodes.find(({ name }) => name === "daily")?.counts,
      { total: 4, ok: 2, failed: 0, missing: 2, stale: 0, running: 0, unrecorded: 0 },
      "the counts of daily",
    );
    same(nodes.find(({ name }) => name === "table")?.latest?.size, { name: "rows", value: 60 }, "the size of table");
    const failed = attention.find(({ asset }) => asset === "fails");
    same([failed?.kind, failed?.why.includes("no such column")], ["failed", true], "what needs attention");
    same(attention[0]?.kind, "failed", "the worst comes first");
    same([runs[0]?.status, runs.length], ["Failure", 2], "the runs");
    holds(cursor > 0, "the cursor of events");
    same((await inspection.snapshot()).etag, etag, "the etag while nothing has changed");
  }),
  inspectionCase("shows an asset with its versions, inputs and users", async ({ open, repository, control }) => {
    await repository.materialize({ selection: ["table", "text"] });
    control.source = 2;
    await repository.materialize({ selection: ["table"] });
    const inspection = await open();
    const text = await inspection.asset("text");
    same([text.status, text.inputs.map(({ name, isCurrent }) => [name, isCurrent])], ["Stale", [["table", false]]], "the input of text");
    const table = await inspection.asset("table", { versions: 1 });
    same(
      [table.versions.length, table.usedBy.map(({ name }) => name).toSorted()],
      [1, ["counted", "fails", "text"]],
      "the first version and the users",
    );
    holds(table.next !== undefined, "there is an older version");
    const older = await inspection.asset("table", { versions: 1, before: table.next });
    same([older.versions.length, older.next], [1, undefined], "the older version");
    holds(older.versions[0]?.dataVersion !== table.versions[0]?.dataVersion, "the versions differ");
    same([table.stored.handler, table.stored.hasHistory, table.codeVersion], ["SuperJsonIOHandler", true, "1"], "how it is stored");
    await rejects(() => inspection.asset("nobody"), "NotFound");
    await rejects(() => inspection.asset("daily", { partition: "nobody" }), "NotFound");
  }),
  inspectionCase("shows partitions as runs of equal status, and their rows", async ({ open, repository, control }) => {
    control.failing = ["é/x"];
    await repository.materialize({ selection: ["daily"], includeUpstream: true, partitionKeys: ["a", "b c", "é/x"], raiseOnError: false });
    const inspection = await open();
    const view = await inspection.partitions("daily", { measure: "rows" });
    same(
      view.statuses,
      [
        ["UpToDate", 2],
        ["Failed", 1],
        ["Missing", 1],
      ],
      "the statuses",
    );
    same([view.total, view.removed, view.shape], [4, 0, { kind: "keys" }], "the shape");
    same(view.measure, { name: "rows", values: [60, 60, null, null] }, "the measure");
    const rows = await inspection.partitionRows("daily", { from: 1, to: 4 });
    same(
      rows.map(({ key, position, status }) => [key, position, status]),
      dailyKeys.slice(1).map((key, index) => [key, index + 1, view.statuses[Math.max(0, index)]?.[0]]),
      "the rows",
    );
    same(rows[1]?.failure?.name, "RangeError", "the failure of a partition");
    same(
      (await inspection.asset("daily", { partition: "b c" })).latest?.runId,
      (await inspection.runs())[0]?.runId,
      "the run of a partition",
    );
    await rejects(() => inspection.partitions("table"), "PartitionError");
    await rejects(() => inspection.partitions("daily", { measure: "nobody" }), "NotFound");
  }),
  inspectionCase("shows a run with its steps, what failed, and what was skipped", async ({ open, repository }) => {
    const { runId: first } = await repository.materialize({ selection: ["table"] });
    const { runId } = await repository.materialize({ selection: ["table", "fails", "behind"], raiseOnError: false, tags: { why: "test" } });
    const inspection = await open();
    const run = await inspection.run(runId);
    same([run.status, run.tags, run.previous, run.next], ["Failure", { why: "test" }, first, undefined], "the run");
    const steps = Object.fromEntries(run.steps.map((step) => [step.step, step]));
    same(
      run.steps.map(({ step, status }) => [step, status]),
      [
        ["table", "Success"],
        ["fails", "Failure"],
        ["behind", "Skipped"],
      ],
      "the steps",
    );
    same([steps["table"]?.isCritical, steps["fails"]?.isCritical, steps["fails"]?.after], [true, true, ["table"]], "the critical path");
    same(
      steps["table"]?.outputs.map(({ asset }) => asset),
      ["table"],
      "the outputs of a step",
    );
    const [failure] = run.failures;
    same(
      [failure?.step, failure?.failure.name, failure?.failure.causes[0]?.name, failure?.tries, failure?.skipped],
      ["fails", "TypeError", "RangeError", 1, ["behind"]],
      "the failure",
    );
    holds(failure?.inputs["table"]?.startsWith("sha256:"), "what the step had read");
    same(run.resume, { makes: 2, keeps: 1 }, "what resuming would do");
    same(
      (await inspection.logs(runId)).rows.map(({ step, level }) => [step, level]),
      [["table", "info"]],
      "the log",
    );
    await rejects(() => inspection.run("nobody"), "NotFound");
    await rejects(() => inspection.logs("nobody"), "NotFound");
  }),
  inspectionCase("lists runs in pages, and by their status", async ({ open, repository }) => {
    const runIds: string[] = [];
    for (let index = 0; index < 5; index++) {
      runIds.unshift((await repository.materialize({ selection: [index === 2 ? "fails" : "table"], raiseOnError: false })).runId);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const inspection = await open();
    const seen: string[] = [];
    for (let before: number | undefined; ; ) {
      const page = await inspection.runs({ limit: 2, ...(before !== undefined && { before }) });
      if (page.length === 0) break;
      seen.push(...page.map(({ runId }) => runId));
      before = page.at(-1)?.startedAt;
    }
    same(seen, runIds, "the pages of runs");
    same(
      (await inspection.runs({ status: "Failure" })).map(({ runId }) => runId),
      [runIds[2]],
      "the failed run",
    );
  }),
  inspectionCase("reads a log in pages", async ({ open, repository }) => {
    const { runId } = await repository.materialize({ selection: ["table", "slow"] });
    const inspection = await open();
    const first = await inspection.logs(runId, { limit: 1 });
    holds(first.rows.length === 1 && first.next !== undefined, "the first page has one line and a next one");
    const second = await inspection.logs(runId, { limit: 1, after: first.next });
    same([second.rows.length, second.next], [1, undefined], "the second page");
    same([...first.rows, ...second.rows].map(({ message }) => message).toSorted(), ["makes the table of 1", "waits"], "the lines");
  }),
  inspectionCase("says why something is stale, up to where it began, and what is no cause", async ({ open, repository, control }) => {
    await repository.materialize({ selection: ["table", "text"] });
    control.source = 2;
    const { runId } = await repository.materialize({ selection: ["table"] });
    const inspection = await open();
    const { chain, isCut } = await inspection.why("text");
    same(
      chain.map(({ asset, cause }) => [asset, cause]),
      [
        ["text", "upstream-version"],
        ["table", "materialized"],
      ],
      "the chain",
    );
    same([chain[1]?.runId, chain[0]?.current === chain[1]?.current, isCut], [runId, true, false], "where it began");
    same((await inspection.why("table")).chain, [], "the chain of what is not stale");
    await rejects(() => inspection.why("nobody"), "NotFound");
  }),
  inspectionCase("refuses wrong options", async ({ open }) => {
    const inspection = await open();
    await rejects(() => inspection.runs({ limit: 0 }), "SettingsError");
    await rejects(() => inspection.logs("a", { limit: 1e9 }), "SettingsError");
    await rejects(() => inspection.asset("table", { colour: "red" } as never), "SettingsError");
    await rejects(() => inspection.plan({ type: "fly" } as never), "SettingsError");
  }),
];
