/** Kills of pods, orchestrators and Jobs at random moments, and what they must not leave. */
import { setTimeout as sleep } from "node:timers/promises";
import { ask, jobsOf, killedOrchestrator, make, type World } from "../../support/kubernetes/cases.ts";

/** What came out of kills. */
export interface Found {
  kills: number;
  runs: number;
  readonly by: Record<"pod" | "orchestrator" | "Job", number>;
  readonly problems: string[];
}

const selection = ["a", "b", "c", "d"];
/** The longest time after which something is killed, in milliseconds: about that of a run. */
const longestMs = 1500;
/** A step fails when three Jobs are lost over it. */
const mostPerRun = 2;

/** Makes runs and kills what makes them, until there were so many kills. Each run must end with each output made once. */
export async function killSome(world: World, kills: number, random: () => number): Promise<Found> {
  const found: Found = { kills: 0, runs: 0, by: { pod: 0, orchestrator: 0, Job: 0 }, problems: [] };
  while (found.kills < kills) {
    const runId = crypto.randomUUID();
    found.runs++;
    if (random() < 0.5) {
      await killedOrchestrator(world, runId, selection, () => sleep(random() * 2 * longestMs));
      found.kills++;
      found.by.orchestrator++;
    }
    const over = new AbortController();
    const running = make(world, { runId, selection }).finally(() => over.abort());
    for (let times = 0; times < mostPerRun && !over.signal.aborted; times++) {
      await sleep(random() * longestMs, undefined, { signal: over.signal }).catch(() => {});
      if (over.signal.aborted) break;
      const what = random() < 0.7 ? killPod(world, random) : await deleteJob(world, runId, random);
      if (what === undefined) continue;
      found.kills++;
      found.by[what]++;
    }
    const { success, failedAssets } = await running;
    const [failed] = failedAssets;
    if (!success) found.problems.push(`${runId}: ${failed?.name}: ${failed?.error}`);
    await using repository = await world.place.repository();
    for (const asset of selection) {
      const made = await repository.storage.getEventsForAsset(asset, { runId });
      if (made.length !== 1) found.problems.push(`${runId}: ${asset} has ${made.length} records`);
    }
    if ((await repository.load("d")) !== 4) found.problems.push(`${runId}: a wrong value`);
    const leases = await repository.storage.getLeases(runId);
    if (leases.length > 0) found.problems.push(`${runId}: ${leases.length} leases are left`);
    const status = (await repository.storage.getRun(runId))?.status;
    if (status !== "Success") found.problems.push(`${runId}: the run has the status ${status}`);
  }
  return found;
}

function killPod({ kubelet }: World, random: () => number): "pod" | undefined {
  const { running } = kubelet;
  const uid = running[Math.floor(random() * running.length)];
  if (uid === undefined) return undefined;
  kubelet.kill(uid, random() < 0.5 ? {} : { exitCode: 137, reason: "OOMKilled" });
  return "pod";
}

async function deleteJob(world: World, runId: string, random: () => number): Promise<"Job" | undefined> {
  const jobs = await jobsOf(world, runId);
  const job = jobs[Math.floor(random() * jobs.length)];
  if (job === undefined) return undefined;
  const { namespace } = world.options;
  await ask(world, `/apis/batch/v1/namespaces/${namespace}/jobs/${job.metadata.name}`, "DELETE", { propagationPolicy: "Background" });
  return "Job";
}
