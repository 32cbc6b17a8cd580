/** Runs as Workflows of workerd: paused, restarted, replayed, lost and given up. */
import { introspectWorkflowInstance } from "cloudflare:test";
import { env, type WorkflowStep } from "cloudflare:workers";
import {
  asset,
  type Batch,
  EdgewaterError,
  type Executor,
  InMemoryIOHandler,
  type MaterializeOptions,
  Repository,
  Storage,
} from "edgewater";
import { cloudflareWorkflow, workflowId } from "edgewater/cloudflare";
import { d1 } from "edgewater/d1";
import { expect, it } from "vitest";
import { interruptRuns } from "../../support/cloudflare/attack.ts";
import { canary, type Diamond, diamond, violations } from "../../support/cloudflare/diamond.ts";
import { jobs } from "../../support/cloudflare/engines.ts";
import { began, fast, inWorkflow, pause, untilStatus } from "../../support/cloudflare/in-workflow.ts";

/** Makes a Workflow whose instance makes the diamond. */
function begin(of: Diamond, runId: string, executorOf: (step: WorkflowStep) => Executor = (step) => cloudflareWorkflow(step, fast)) {
  jobs.set(runId, async (step) => {
    await using repository = await of.open();
    const { success } = await repository.materialize({ runId, executor: executorOf(step), raiseOnError: false });
    return success;
  });
  return began(env.RUNS, runId);
}

const untilCalled = async ({ calls }: Diamond, letter: string): Promise<void> => {
  while (!calls.includes(letter)) await pause(5);
};

it("a run goes on after a pause, and makes nothing again", async () => {
  const of = diamond(env);
  of.slowMs = 100;
  const runId = crypto.randomUUID();
  const instance = await begin(of, runId);
  await untilCalled(of, "b");
  await instance.pause();
  await untilStatus(instance, "paused");
  {
    await using repository = await of.open();
    expect((await repository.storage.getRun(runId))?.status).toBe("Started");
    const types = (await repository.storage.getEventsForRun(runId, { types: "all" })).map(({ eventType }) => eventType);
    expect(types).not.toContain("StepFailure");
    expect(types).not.toContain("RunEnd");
  }
  await instance.resume();
  await untilStatus(instance, "complete");
  expect(of.calls.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
  expect(await violations(of, runId)).toEqual([]);
});

it("a restart forgets the journal, and nothing that is recorded is made again", async () => {
  const of = diamond(env);
  const runId = crypto.randomUUID();
  const instance = await begin(of, runId);
  await untilStatus(instance, "complete");
  await instance.restart();
  await untilStatus(instance, "complete");
  expect(of.calls).toHaveLength(5);

  const other = diamond(env);
  other.slowMs = 100;
  const otherId = crypto.randomUUID();
  const restarted = await begin(other, otherId);
  await untilCalled(other, "d");
  await restarted.restart();
  await untilStatus(restarted, "complete");
  const twice = other.calls.filter((letter, index) => other.calls.indexOf(letter) !== index);
  expect(twice.filter((letter) => letter !== "d")).toEqual([]);
  expect(await violations(other, otherId)).toEqual([]);
});

it("a replay may call the steps in another order", async () => {
  const of = diamond(env);
  of.slowMs = 100;
  const runId = crypto.randomUUID();
  let replays = 0;
  const instance = await begin(of, runId, (step) => {
    const executor = cloudflareWorkflow(step, fast);
    const isReversed = replays++ > 0;
    const swap = (plan: Parameters<Executor["execute"]>[0]["plan"]) => [plan[0], plan[2], plan[1], plan[3], plan[4]] as typeof plan;
    return {
      ...executor,
      execute: (execution) => executor.execute({ ...execution, plan: isReversed ? swap(execution.plan) : execution.plan }),
    };
  });
  await untilCalled(of, "c");
  await instance.pause();
  await untilStatus(instance, "paused");
  await instance.resume();
  await untilStatus(instance, "complete");
  expect(replays).toBe(2);
  expect(of.calls.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
  expect(await violations(of, runId)).toEqual([]);
});

it("the engine tries again only what it has lost", async () => {
  const of = diamond(env);
  const runId = crypto.randomUUID();
  await using introspector = await introspectWorkflowInstance(env.RUNS, runId);
  await introspector.modify(async (modifier) => {
    await modifier.disableRetryDelays();
    await modifier.mockStepError({ name: `${of.names[1]?.length}:${of.names[1]}` }, new Error("the machine is lost"), 2);
  });
  await untilStatus(await begin(of, runId), "complete");
  expect(of.calls.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
  expect(await violations(of, runId)).toEqual([]);
});

/** A run of one asset, whose commits may be lost. */
async function runOne(
  compute: (attempt: number) => unknown,
  options: { readonly name?: string; readonly timeout?: number; readonly isLost?: (batch: Batch) => boolean } & MaterializeOptions = {},
) {
  const { name = crypto.randomUUID(), timeout = 60_000, isLost = () => false, ...given } = options;
  let calls = 0;
  const one = asset({ name }, async () => compute(++calls));
  const ioHandler = Object.defineProperty(new InMemoryIOHandler(), "reach", { value: "anywhere" });
  const storage = await Storage.connect(d1(env.RUN_RECORDS));
  const { commit } = storage;
  let lost = 0;
  Object.assign(storage, {
    commit: (batch: Batch) => {
      if (!isLost(batch)) return commit.call(storage, batch);
      lost++;
      throw new EdgewaterError("Unavailable", "the database is gone");
    },
  });
  const repository = await Repository.open({ assets: [one], ioHandler, storage });
  const runId = crypto.randomUUID();
  const executorOptions = { retries: { limit: 2, delay: 1 }, timeout };
  const result = await inWorkflow(env.RUNS, repository, { raiseOnError: false, ...given, runId }, executorOptions);
  return { result, runId, storage, repository, calls: () => calls, lost: () => lost, executorOptions };
}

it("a step that cannot be recorded in any attempt fails with the error of the last one", async () => {
  // Only the owner of the run still reaches the database, which fails the step for its lost workers.
  const isLost = ({ leases = [] }: Batch): boolean =>
    leases.some((lease) => lease.step !== undefined && "ttlMs" in lease && lease.ttlMs !== 1);
  const { result, storage, runId, lost } = await runOne(() => 1, { isLost });
  expect(result.failedAssets).toMatchObject([{ error: { code: "Unavailable", message: "the database is gone" } }]);
  expect(lost()).toBeGreaterThanOrEqual(3);
  expect((await storage.getRun(runId))?.status).toBe("Failure");
  expect(await storage.getLeases(runId)).toEqual([]);
});

it("a step that takes longer than the engine allows fails with Timeout, also after a replay", async () => {
  const { result, storage, runId, repository, calls, executorOptions } = await runOne(() => new Promise(() => {}), { timeout: 150 });
  expect(calls()).toBe(3);
  expect(result.failedAssets).toMatchObject([{ error: { code: "Timeout", message: expect.stringMatching(/set a longer timeout/) } }]);
  expect((await storage.getRun(runId))?.status).toBe("Failure");
  const again = await inWorkflow(env.RUNS, repository, { runId, raiseOnError: false }, executorOptions);
  expect(again).toMatchObject({ success: false, failedAssets: [{ error: { code: "Timeout" } }] });
  expect(calls()).toBe(3);
});

it("an error of a function is a recorded failure, which the engine does not try again", async () => {
  const { result, calls } = await runOne(() => Promise.reject(new RangeError("row 7")));
  expect(result.failedAssets).toMatchObject([{ error: { name: "RangeError", message: "row 7" } }]);
  expect(calls()).toBe(1);
});

it("a run that was taken over ends without a further attempt", async () => {
  const of = diamond(env);
  const runId = crypto.randomUUID();
  of.slowMs = 200;
  let attempts = 0;
  const counting = (step: WorkflowStep): WorkflowStep => ({
    do: (name, policy, callback) => {
      const count: typeof callback = (context) => {
        attempts++;
        return callback(context);
      };
      return step.do(name, policy, count);
    },
  });
  const instance = await begin(of, runId, (step) => cloudflareWorkflow(counting(step), fast));
  await untilCalled(of, "a");
  const storage = await Storage.connect(d1(env.RUN_RECORDS));
  await storage.setRunOutcome(runId, "Canceled");
  await untilStatus(instance, "errored");
  expect([attempts, of.calls]).toEqual([1, ["a"]]);
});

it("the journal has no value, and 1 KiB of a step at most, whatever its name", async () => {
  const of = diamond(env);
  const runId = await workflowId(`${new Date(0).toISOString()} ü/${crypto.randomUUID()}`);
  const instance = await begin(of, runId);
  await untilStatus(instance, "complete");
  const texts = [JSON.stringify(await instance.status())];
  const { runId: odd } = await runOne(() => canary, { name: `a\nb\t${"é".repeat(900)}${crypto.randomUUID()}` });
  texts.push(JSON.stringify(await (await env.RUNS.get(odd)).status()));
  for (const text of texts) {
    expect(text).not.toContain(canary);
    const { __LOCAL_DEV_STEP_OUTPUTS: outputs } = JSON.parse(text) as { readonly __LOCAL_DEV_STEP_OUTPUTS: readonly unknown[] };
    expect(outputs.length).toBeGreaterThan(0);
    for (const output of outputs) expect(new TextEncoder().encode(JSON.stringify(output)).length).toBeLessThanOrEqual(1024);
  }
});

it("runs that are paused and restarted at random points end with every output recorded once", async () => {
  const { interruptions, found } = await interruptRuns(env, { interruptions: 6, seed: 20261128 });
  expect(found).toEqual([]);
  expect(interruptions).toBeGreaterThanOrEqual(6);
});
