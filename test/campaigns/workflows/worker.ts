/**
 * The Worker of the campaign and of the bench.
 *
 * - `POST /attack?interruptions=&seed=` interrupts runs, and returns what it found
 * - `POST /begin?id=`, `POST /revive?id=`, `GET /check?id=`: one run, which outlives this process
 * - `POST /many?steps=&through=workflow|queue` makes a run of many steps, and returns the time and the statements of D1
 */
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowInstance, type WorkflowStep } from "cloudflare:workers";
import { cloudflareWorkflow, consumeSteps, type QueueBatch } from "edgewater/cloudflare";
import { interruptRuns } from "../../support/cloudflare/attack.ts";
import { diamond, violations } from "../../support/cloudflare/diamond.ts";
import { jobs } from "../../support/cloudflare/engines.ts";
import { fast, pause, untilStatus } from "../../support/cloudflare/in-workflow.ts";
import { type CampaignBindings, many, openMany } from "./many.ts";

/** A run that a request has told what to do, or one of the diamond, also after this process has begun anew. */
export class CampaignRun extends WorkflowEntrypoint<CampaignBindings> {
  override async run({ instanceId }: WorkflowEvent, step: WorkflowStep): Promise<unknown> {
    const job = jobs.get(instanceId);
    if (job !== undefined) return job(step, instanceId);
    await using repository = await slowDiamond(this.env, instanceId).open();
    return (await repository.materialize({ runId: instanceId, executor: cloudflareWorkflow(step, fast) })).success;
  }
}

function slowDiamond(env: CampaignBindings, id: string): ReturnType<typeof diamond> {
  const of = diamond(env, id);
  of.slowMs = 200;
  return of;
}

export default {
  async fetch(request: Request, env: CampaignBindings): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const id = searchParams.get("id") ?? "";
    const numberOf = (name: string): number => Number(searchParams.get(name));
    if (pathname === "/attack")
      return Response.json(await interruptRuns(env, { interruptions: numberOf("interruptions"), seed: numberOf("seed") }));
    if (pathname === "/many") return Response.json(await many(env, numberOf("steps"), searchParams.get("through") ?? ""));
    if (pathname === "/begin") {
      await env.RUNS.create({ id });
      return Response.json(id);
    }
    if (pathname === "/revive") return Response.json(await revive(await env.RUNS.get(id)));
    if (pathname === "/check") return Response.json(await check(env, id));
    return Response.json("ready");
  },
  async queue(batch: QueueBatch, env: CampaignBindings): Promise<void> {
    await using repository = await openMany(env);
    await consumeSteps(batch, repository);
  },
};

/** What does not hold after the end of a run whose process was killed. What it had announced and not written goes with the next prune. */
async function check(env: CampaignBindings, id: string): Promise<readonly string[]> {
  const of = diamond(env, id);
  await using repository = await of.open();
  await repository.storage.prune({ before: Date.now() + 1 });
  return violations(of, id);
}

/** Lets a run go on whose process was killed: the local engine does so after a pause and a resume. Returns its last status. */
async function revive(instance: WorkflowInstance): Promise<string> {
  let { status } = await instance.status();
  if (status !== "complete" && status !== "errored") {
    await instance.pause();
    status = await untilStatus(instance, "paused", "complete", "errored");
    if (status === "paused") await instance.resume();
    await pause(10);
  }
  return untilStatus(instance, "complete", "errored");
}
