/** Runs as Workflows that are paused, resumed and restarted at random points, by seed. */
import type { Workflow, WorkflowInstance } from "cloudflare:workers";
import { cloudflareWorkflow } from "edgewater/cloudflare";
import { randomOf } from "../random.ts";
import { diamond, violations } from "./diamond.ts";
import { jobs } from "./engines.ts";
import { began, fast, pause, untilStatus } from "./in-workflow.ts";

/** What an attack has done and found. */
export interface AttackReport {
  readonly runs: number;
  readonly interruptions: number;
  readonly found: readonly string[];
}

/** Interrupts runs until there were so many interruptions, and looks for what is not as it should be after each run. */
export async function interruptRuns(
  env: Parameters<typeof diamond>[0] & { readonly RUNS: Workflow },
  { interruptions: wanted, seed }: { readonly interruptions: number; readonly seed: number },
): Promise<AttackReport> {
  const random = randomOf(seed);
  const found: string[] = [];
  let [runs, interruptions] = [0, 0];
  while (interruptions < wanted) {
    const of = diamond(env, `attack-${seed}-${runs++}-${crypto.randomUUID()}`);
    of.slowMs = 20;
    const runId = crypto.randomUUID();
    let [pauses, restarts] = [0, 0];
    jobs.set(runId, async (step) => {
      await using repository = await of.open();
      return (await repository.materialize({ runId, executor: cloudflareWorkflow(step, fast), raiseOnError: false })).success;
    });
    const instance = await began(env.RUNS, runId);
    for (let left = 1 + Math.floor(random() * 4); left > 0; left--) {
      await pause(random() * 150);
      const { status } = await instance.status();
      if (status === "complete" || status === "errored") break;
      if (random() < 0.6) pauses += (await pauseAndResume(instance)) ? 1 : 0;
      else {
        await instance.restart();
        restarts++;
      }
    }
    // One that comes to its end meanwhile is restarted, without its journal.
    if (pauses + restarts === 0) {
      await untilStatus(instance, "complete", "errored");
      await instance.restart();
      restarts++;
    }
    interruptions += pauses + restarts;
    const status = await untilStatus(instance, "complete", "errored");
    if (status !== "complete") found.push(`run ${runs} of seed ${seed} is ${status}: ${JSON.stringify(await instance.status())}`);
    for (const violation of await violations(of, runId)) found.push(`run ${runs} of seed ${seed}: ${violation}`);
    // A pause waits for the steps that are under way; a restart does not, and they are made again unless they are recorded.
    for (const letter of new Set(of.calls)) {
      const calls = of.calls.filter((each) => each === letter).length;
      if (calls > 1 + restarts) found.push(`run ${runs} of seed ${seed}: ${letter} was called ${calls} times in ${restarts} restarts`);
    }
  }
  return { runs, interruptions, found };
}

/** Pauses an instance and lets it go on. Returns whether it was paused, and had not come to its end. */
async function pauseAndResume(instance: WorkflowInstance): Promise<boolean> {
  await instance.pause();
  const status = await untilStatus(instance, "paused", "complete", "errored");
  if (status === "paused") await instance.resume();
  return status === "paused";
}
