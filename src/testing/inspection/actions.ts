import { deferred } from "../later-engines.ts";
import { capabilityCase, eventually, holds, type InspectionCase, inspectionCase, same } from "./check.ts";
import { openInspectionSuite } from "./suite.ts";

/** What an inspection plans and does. */
export const actionCases: readonly InspectionCase[] = [
  capabilityCase(
    "says what materializing would do, does it once for one id, and returns the run",
    "materialize",
    (inspection) => inspection.act({ type: "materialize", selection: ["table"] }),
    async ({ repository }, inspection) => {
      const action = { type: "materialize", selection: ["text", "daily"], only: "missing" } as const;
      const plan = await inspection.plan(action);
      same(plan.refused, undefined, "a plan that can be done");
      same(
        plan.steps.map(({ step, partitions, why }) => [step, partitions, why]),
        [
          ["text", undefined, "missing"],
          ["counted", undefined, "requested"],
          ["daily", 4, "missing"],
        ],
        "the plan",
      );
      const id = crypto.randomUUID();
      const [one, other] = await Promise.all([inspection.act(action, { id }), inspection.act(action, { id })]);
      holds(one.runId !== undefined && one.runId === other.runId, "both calls return the same run");
      const run = await eventually("the run has ended", async () => {
        const found = await inspection.run(one.runId ?? "");
        return found.endedAt === undefined ? undefined : found;
      });
      same((await inspection.runs()).length, 2, "one run was begun");
      same(run.nodes.includes("text"), true, "what the run makes");
      same((await repository.status({ selection: ["text"] }))[0]?.status, "UpToDate", "the status of what was made");
    },
  ),
  capabilityCase(
    "makes partitions in a backfill",
    "backfill",
    (inspection) => inspection.act({ type: "backfill", selection: ["daily"] }),
    async (_, inspection) => {
      const action = { type: "backfill", selection: ["daily"], partitions: ["a", "é/x"], includeUpstream: true } as const;
      const acted = await inspection.act(action);
      holds(acted.runId !== undefined, "the first run is returned");
      const { counts } = await eventually("both partitions are made", async () => {
        const view = await inspection.partitions("daily");
        return view.counts.ok === 2 ? view : undefined;
      });
      same([counts.ok, counts.missing], [2, 2], "the counts");
    },
  ),
  capabilityCase(
    "refuses in its plan what cannot be done, with the code",
    "materialize",
    (inspection) => inspection.act({ type: "materialize", selection: ["nobody"] }),
    async ({ repository }, inspection) => {
      const [run] = await repository.storage.getRuns();
      const runId = run?.runId ?? "";
      const codes = async (...actions: readonly Parameters<typeof inspection.plan>[0][]): Promise<readonly (string | undefined)[]> =>
        Promise.all(actions.map(async (action) => (await inspection.plan(action)).refused?.code));
      same(
        await codes(
          { type: "materialize", selection: ["nobody"] },
          { type: "resume", runId },
          { type: "cancel", runId },
          { type: "cancel", runId: "nobody" },
          { type: "observe", selection: ["table"] },
        ),
        ["GraphError", "PreconditionFailed", "PreconditionFailed", "NotFound", "GraphError"],
        "the codes",
      );
    },
  ),
  capabilityCase(
    "resumes a run that failed",
    "resume",
    (inspection) => inspection.act({ type: "resume", runId: "nobody" }),
    async ({ repository, control }, inspection) => {
      const { runId } = await repository.materialize({ selection: ["table", "fails", "behind"], raiseOnError: false });
      same((await inspection.plan({ type: "resume", runId })).summary, "Makes 2 steps, keeps 1.", "the plan");
      control.isBroken = false;
      same((await inspection.act({ type: "resume", runId })).runId, runId, "the run");
      await eventually("the run has succeeded", async () => ((await inspection.run(runId)).status === "Success" ? true : undefined));
    },
  ),
  capabilityCase(
    "cancels a run",
    "cancel",
    (inspection) => inspection.act({ type: "cancel", runId: "nobody" }),
    async ({ control }, inspection) => {
      const { promise, resolve } = deferred<void>();
      control.gate = promise;
      const { runId = "" } = await inspection.act({ type: "materialize", selection: ["slow"] });
      await inspection.act({ type: "cancel", runId });
      same((await inspection.run(runId)).status, "Canceled", "the status");
      resolve();
    },
  ),
  capabilityCase(
    "writes a value, and brings an earlier version back",
    "rollback",
    (inspection) => inspection.act({ type: "rollback", asset: "table", version: 1 }),
    async ({ repository }, inspection) => {
      const before = await repository.load("table");
      const [version] = (await inspection.asset("table")).versions;
      await inspection.act({
        type: "write",
        asset: "table",
        value: { $: "array", size: 1, of: [[0, { $: "object", size: 1, of: [["id", "x"]] }]] },
      });
      same(await repository.load("table"), [{ id: "x" }], "the written value");
      await inspection.act({ type: "rollback", asset: "table", version: version?.eventId ?? 0 });
      same(await repository.load("table"), before, "the value of the earlier version");
    },
  ),
  inspectionCase(
    "exports records and values to one file that another repository imports, with equal bytes",
    async ({ open, repository, stage }) => {
      await repository.materialize({ selection: ["table", "text", "daily"], includeUpstream: true, partitionKeys: ["a", "b c"] });
      const inspection = await open();
      if (!(await inspection.snapshot()).can.export) return;
      const file = new Uint8Array(await new Response(await inspection.export("all")).arrayBuffer());
      const target = await openInspectionSuite();
      const other = await stage.open(target.repository);
      try {
        if (!(await other.snapshot()).can.import) return;
        const whole = (): ReadableStream<Uint8Array> => new Blob([file]).stream();
        const dry = await other.import(whole(), { dryRun: true });
        same((await other.snapshot()).runs, [], "nothing is imported by a dry run");
        await other.import(new Blob([file.slice(0, file.length - 60)]).stream()).then(
          () => holds(false, "a file without its end is refused"),
          () => {},
        );
        same([(await other.snapshot()).runs, (await other.objects()).rows], [[], []], "nothing is left of a file without its end");
        same(await other.import(whole()), dry, "what is imported is what the dry run has told");
        same(await target.repository.load("table"), await repository.load("table"), "a value");
        const statuses = await target.repository.status({ selection: ["table", "text", "daily"], partitions: true });
        same(
          statuses,
          await repository.status({ selection: ["table", "text", "daily"], partitions: true }),
          "the status of what was imported",
        );
        same((await other.asset("text")).latest?.dataVersion, (await inspection.asset("text")).latest?.dataVersion, "a version");
      } finally {
        await other.close();
        await target.repository.close();
      }
    },
  ),
];
