import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { MemoryStore } from "../../object-store/memory/store.ts";
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import { Storage } from "../../storage/storage.ts";
import {
  broken,
  delivering,
  type ExecutorCase,
  type ExecutorKind,
  eventsOf,
  executorCase,
  madeBy,
  type Opened,
  openStage,
  rejects,
  same,
  succeeded,
} from "./check.ts";

const workers: readonly ExecutorKind[] = ["workers"];
const elsewhere: readonly ExecutorKind[] = ["workers", "engine"];
const everywhere: readonly ExecutorKind[] = ["here", "workers", "engine"];

/** Runs one asset, and hands its request to the case before the executor delivers it. */
async function withRequest(
  { stage, make }: Opened,
  asset: string,
  before: (request: StepRequest) => Promise<{ readonly attempt?: number } | undefined>,
): Promise<StepRequest> {
  let seen: StepRequest | undefined;
  const executor = delivering(stage.executor, async (step, execution, run) => {
    seen = await execution.requestOf(step);
    const { attempt = 0 } = (await before(seen)) ?? {};
    return run(step, { ...execution, requestOf: (one, delivery = 1) => execution.requestOf(one, delivery + attempt) });
  });
  succeeded(await make([asset], { executor }));
  if (seen === undefined) throw broken("no step was sent");
  return seen;
}

/** How often and when steps are delivered. */
export const deliveryCases: readonly ExecutorCase[] = [
  executorCase("makes a step once that is delivered twice at once, and again after the end", workers, async (opened) => {
    const { repository, hooks, stage } = opened;
    const outcomes: StepOutcome[] = [];
    let running: Promise<unknown> = Promise.resolve();
    const request = await withRequest(opened, "delivery.gated", async (sent) => {
      const first = repository.runStep(sent);
      await hooks.untilCalled("delivery.gated", 1);
      outcomes.push(await repository.runStep(sent));
      running = first.then((outcome) => outcomes.push(outcome));
      await hooks.open("delivery");
      return undefined;
    });
    await running;
    outcomes.push(await repository.runStep(request).catch((error: unknown) => Promise.reject(broken("a delivery after the end", error))));
    same(
      outcomes.map(({ status }) => status),
      ["busy", "ended", "ended"],
      "the statuses",
    );
    same(outcomes[2]?.outputs, outcomes[1]?.outputs, "the outcome of a delivery after the end");
    same(await hooks.count("delivery.gated"), 1, "calls");
    same((await madeBy(stage.storage, "delivery.gated", request.runId)).length, 1, "records");
  }),
  executorCase("lets a worker that was taken over neither record nor leave its value", workers, async (opened) => {
    const { repository, hooks, stage } = opened;
    let zombie: Promise<StepOutcome> | undefined;
    const request = await withRequest(opened, "zombie.gated", async (sent) => {
      zombie = repository.runStep(sent);
      await hooks.untilCalled("zombie.gated", 1);
      // The executor delivers the step as a later attempt, whose function is called beside the first one.
      hooks
        .untilCalled("zombie.gated", 2)
        .then(() => hooks.open("zombie"))
        .catch(() => {});
      return { attempt: 1 };
    });
    const outcome = await zombie;
    if (outcome?.status === "busy") throw broken("the earlier delivery is busy");
    const made = await madeBy(stage.storage, "zombie.gated", request.runId);
    same(made.length, 1, "records");
    same(await repository.load("zombie.gated"), 2, "the value");
    const [status] = await repository.status({ selection: ["zombie.gated"] });
    same([status?.status, status?.uncommitted], ["UpToDate", undefined], "the status");
    // Its late answer is that of the records.
    same((await repository.runStep(request)).status, "ended", "a late delivery");
  }),
  executorCase("keeps the step of a slow worker that says that it is alive", workers, async (opened) => {
    const { repository, hooks } = opened;
    await withRequest(opened, "slow.gated", async (sent) => {
      const first = repository.runStep(sent, { leaseMs: 200 });
      await hooks.untilCalled("slow.gated", 1);
      const seen = await opened.stage.storage.getLeases(sent.runId, sent.step);
      let lease = seen[0];
      // Its lease is renewed three times.
      while (lease !== undefined && lease.beat < (seen[0]?.beat ?? 0) + 3) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        [lease] = await opened.stage.storage.getLeases(sent.runId, sent.step);
      }
      if (lease?.owner !== seen[0]?.owner) throw broken("the claim has another owner");
      await hooks.open("slow");
      same((await first).status, "ended", "the slow delivery");
      return undefined;
    });
    same(await hooks.count("slow.gated"), 1, "calls");
  }),
  executorCase("makes a step whose worker has another clock", workers, async (opened) => {
    const { repository, hooks } = opened;
    await withRequest(opened, "clock.one", async (sent) => {
      const now = Date.now;
      Date.now = () => now() + 3_600_000;
      try {
        same((await repository.runStep(sent)).status, "ended", "an hour ahead");
      } finally {
        Date.now = now;
      }
      return undefined;
    });
    same(await hooks.count("clock.one"), 1, "calls");
  }),
  executorCase("records nothing after a run was canceled", everywhere, async ({ repository, hooks, make, stage }) => {
    const running = make(["cancel.gated"]).then(
      (result) => result.success,
      () => false,
    );
    await Promise.race([hooks.untilCalled("cancel.gated", 1), running]);
    const [run] = (await stage.storage.getRuns({ status: "Started" })).filter(({ nodeNames }) => nodeNames.includes("cancel.gated"));
    if (run === undefined) throw broken("the run is not recorded");
    await repository.cancel(run.runId);
    await hooks.open("cancel");
    same(await running, false, "whether the run succeeded");
    same((await stage.storage.getRun(run.runId))?.status, "Canceled", "the status");
    const types = (await eventsOf(stage.storage, run.runId)).map(({ eventType }) => eventType);
    same(types.at(-1), "RunEnd", "the last event");
    same(await stage.storage.getLeases(run.runId), [], "leases");
    await rejects(() => repository.cancel(run.runId), "PreconditionFailed");
  }),
  executorCase(
    "fails a step that an abort stops with its reason, and skips what has not started",
    ["here", "workers"],
    async ({ hooks, make, stage }) => {
      const controller = new AbortController();
      const running = make(["abort.gated", "abort.behind"], { signal: controller.signal });
      await Promise.race([hooks.untilCalled("abort.gated", 1), running]);
      controller.abort(new RangeError("enough"));
      const { runId, failedAssets, skippedAssets } = await running;
      const [failed] = failedAssets;
      const cause = (failed?.error as { readonly cause?: unknown } | undefined)?.cause;
      if (!isEdgewaterError(failed?.error, "Aborted") || !(cause instanceof RangeError) || cause.message !== "enough")
        throw broken("the error does not have the reason", failed?.error);
      same([failedAssets.length, failed?.name, skippedAssets], [1, "abort.gated", ["abort.behind"]], "failed and skipped");
      same((await stage.storage.getRun(runId))?.status, "Canceled", "the status");
      same(await stage.storage.getLeases(runId), [], "leases");
    },
  ),
  executorCase("fails one step when its transport rejects, and no other", workers, async ({ make, stage }) => {
    const executor = delivering(stage.executor, (step, execution, run) => {
      if (step.computation.name !== "transport.one") return run(step, execution);
      return execution.fail(step, new EdgewaterError("Unavailable", "the line is cut"));
    });
    const { failedAssets, materializedAssets, runId } = await make(["transport.one", "transport.two"], { executor });
    const [failed] = failedAssets;
    if (!isEdgewaterError(failed?.error, "Unavailable")) throw broken("the error is another one", failed?.error);
    same([failed?.name, materializedAssets], ["transport.one", ["transport.two"]], "failed and made");
    const failures = (await eventsOf(stage.storage, runId)).filter(({ eventType }) => eventType === "StepFailure");
    same(
      failures.map(({ assetKey }) => assetKey),
      ["transport.one"],
      "recorded failures",
    );
  }),
  executorCase("refuses a step that its code does not have, and writes nothing", elsewhere, async ({ make, stage, repository }) => {
    const { runId } = await make(["local.one"]);
    const before = await eventsOf(stage.storage, runId);
    const request = {
      protocol: 1,
      runId,
      owner: "1.x",
      step: "4:none",
      computation: "none",
      outputs: ["none"],
      attempt: 1,
      since: 0,
      plannedAt: 0,
    } as const;
    await rejects(() => repository.runStep(request), "GraphError");
    const other = { ...request, computation: "local.one", partitionKeys: ["a"] };
    await rejects(() => repository.runStep(other), "GraphError");
    await rejects(() => repository.runStep({ ...request, protocol: 2 as 1 }), "NotSupported");
    same(await eventsOf(stage.storage, runId), before, "events");
  }),
  executorCase(
    "is refused before anything runs when it cannot reach a value or the records",
    elsewhere,
    async ({ stage, repository, make }) => {
      await using near = await openStage(stage, { store: new MemoryStore() });
      const runs = (await stage.storage.getRuns()).length;
      const error = await rejects(() => near.materialize({ selection: ["local.one"] }), "NotSupported");
      if (!error.message.includes('"local.one"') || !error.message.includes("inProcess()"))
        throw broken("the error names neither asset nor remedy", error);
      await using memory = Storage.memory();
      await using apart = await openStage(stage, { storage: memory });
      await rejects(() => apart.materialize({ selection: ["local.one"] }), "NotSupported");
      same([(await stage.storage.getRuns()).length, await memory.getRuns()], [runs, []], "recorded runs");
      succeeded(await make(["local.one"]));
      same(await repository.load("local.one"), 1, "the value");
    },
  ),
];
