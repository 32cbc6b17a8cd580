/** A report: an inspection as one JSON file. */
import { type Inspection, openReport, writeReport } from "edgewater/inspector";
import { describe, expect, it } from "vitest";
import { EventLog } from "../../support/inspection/event-log.ts";
import { story } from "../../support/inspection/story.ts";

const logs = Array.from({ length: 450 }, (_, index) => ({
  runId: "7c1e",
  step: "daily",
  level: "info" as const,
  message: `line ${index}`,
  timestamp: index,
}));

/** The story, of which a report can have everything. */
async function told(): Promise<Inspection> {
  const log = new EventLog();
  log.add(300);
  const inner = story();
  const snapshot = { ...(await inner.snapshot()), cursor: 300 };
  return log.inspection({
    snapshot: async () => snapshot,
    run: async (runId) => {
      const row = (await inner.runs()).find((run) => run.runId === runId);
      return { ...(row as NonNullable<typeof row>), steps: [], failures: [] };
    },
    logs: async (_, { limit = 200 } = {}) => ({ rows: logs.slice(0, limit) }),
  });
}

describe("a report", () => {
  it("tells what the inspection told", async () => {
    const source = await told();
    const report = openReport(await writeReport(source, { values: "preview" }));
    const { can, ...snapshot } = await source.snapshot();
    expect(await report.snapshot()).toEqual({ ...snapshot, can: { ...(can.values && { values: true }), ...(can.diff && { diff: true }) } });
    for (const { name } of snapshot.nodes) {
      // Older versions are not in the report.
      const { next: _, ...asset } = await source.asset(name);
      expect(await report.asset(name)).toEqual(asset);
      expect(await report.why(name)).toEqual(await source.why(name));
    }
    expect(await report.preview("daily")).toEqual(await source.preview("daily"));
    const runs = await source.runs();
    expect(await report.runs()).toEqual(runs);
    for (const { runId } of runs) expect(await report.run(runId)).toEqual(await source.run(runId));
    const first = await report.logs("7c1e");
    const second = await report.logs("7c1e", { after: first.next ?? "" });
    const third = await report.logs("7c1e", { after: second.next ?? "" });
    expect([first, second, third].flatMap(({ rows }) => rows)).toEqual(logs);
    expect(third.next).toBeUndefined();
  });

  it("tells the last events, and since when it is not live", async () => {
    const report = openReport(await writeReport(await told()));
    const done = new AbortController();
    const heard: unknown[] = [];
    for await (const each of report.events(250, done.signal)) {
      heard.push("events" in each ? each.events.map(({ id }) => id) : each.state);
      if ("state" in each) done.abort();
    }
    expect(heard).toEqual([Array.from({ length: 50 }, (_, index) => 251 + index), "ended"]);
  });

  it("pages versions and runs, and shows the rows of a table", async () => {
    const source = await told();
    const report = openReport(await writeReport(source, { values: "preview" }));
    const { versions } = await source.asset("daily");
    const [newest, ...older] = versions;
    expect((await report.asset("daily", { versions: 1 })).versions).toEqual([newest]);
    expect((await report.asset("daily", { before: newest?.eventId ?? 0 })).versions).toEqual(older);
    const [first, second] = await source.runs();
    expect(await report.runs({ limit: 1 })).toEqual([first]);
    expect((await report.runs({ before: first?.startedAt ?? 0 }))[0]).toEqual(second);
    const whole = await report.preview("daily");
    const part = await report.preview("daily", { rows: [1, 3] });
    if (whole.kind === "table" && part.kind === "table") expect(part.rows).toEqual(whole.rows.slice(1, 3));
  });

  it("has no values unless it is written with them", async () => {
    const text = await writeReport(await told());
    const report = openReport(text);
    expect(await report.preview("daily")).toMatchObject({ kind: "refused", because: "not-allowed" });
    expect((await report.snapshot()).can.values).toBeUndefined();
  });

  it("keeps names that objects have their own meaning for", async () => {
    const source = await told();
    const [node] = (await source.snapshot()).nodes;
    const named = { ...(node as NonNullable<typeof node>), name: "__proto__" };
    const asset: Inspection["asset"] = async () => ({ ...(await source.asset("daily")), ...named });
    const inspection: Inspection = { ...source, asset, snapshot: async () => ({ ...(await source.snapshot()), nodes: [named] }) };
    const report = openReport(await writeReport(inspection));
    expect((await report.asset("__proto__")).name).toBe("__proto__");
    await expect(report.asset("constructor")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("does nothing, and says what it does not have", async () => {
    const report = openReport(await writeReport(await told()));
    const refused = [
      () => report.act({ type: "automate" }),
      () => report.plan({ type: "automate" }),
      () => report.export("records"),
      () => report.import(new Blob([]).stream()),
      () => report.objects(),
      () => report.why("daily", { partition: "x" }),
    ];
    for (const call of refused) await expect(call()).rejects.toMatchObject({ code: "NotSupported" });
    await expect(report.asset("unknown")).rejects.toMatchObject({ code: "NotFound" });
    await expect(report.run("unknown")).rejects.toMatchObject({ code: "NotFound" });
  });

  it.each([
    ["", "Integrity"],
    ["{", "Integrity"],
    ["[]", "Integrity"],
    ["null", "Integrity"],
    ['{"format":"edgewater-report"}', "Integrity"],
    ["[".repeat(100_000), "Integrity"],
    ['{"format":"edgewater-report","version":2,"snapshot":{},"assets":[]}', "SchemaMismatch"],
  ])("that is %j is refused", (text, code) => {
    expect(() => openReport(text)).toThrow(expect.objectContaining({ code }));
  });
});
