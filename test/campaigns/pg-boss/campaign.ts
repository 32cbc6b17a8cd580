/** Kills and freezes the workers of pg-boss and the processes that begin runs, and checks what they have recorded. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import type { ChildOptions } from "./child.ts";
import { type Recoveries, watchJobs } from "./jobs.ts";
import { assetsOf, heartbeatSeconds, openRepository, type Place, total } from "./place.ts";

export interface Campaign {
  /** How many processes are killed. */
  readonly kills: number;
  /** How many processes are workers. */
  readonly workers: number;
  /** How many processes make runs. */
  readonly lanes: number;
  /** The time between two kills, in milliseconds. */
  readonly everyMs: number;
  readonly random: () => number;
}

export interface Outcome extends Recoveries {
  readonly kills: { workers: number; orchestrators: number };
  readonly freezes: number;
  readonly runs: number;
  readonly problems: readonly string[];
}

/** The share of victims that are workers, and of workers that are frozen, and go on when others have their steps. */
const workerShare = 0.75;
const frozenShare = 0.15;
const freezeMs = 1000 * heartbeatSeconds + 3000;
/** How long a run may take, in milliseconds, before the campaign says that it hangs. */
const longestRunMs = 180_000;

/** Runs a campaign over an empty database and an empty folder. */
export async function killOverPgBoss(program: string, place: Place, campaign: Campaign): Promise<Outcome> {
  const { kills, lanes, everyMs, random } = campaign;
  const own: ChildOptions = { ...place, lanes };
  const end = new AbortController();
  const problems: string[] = [];
  const ended = Array.from({ length: lanes }, () => 0);
  const workers = await Promise.all(Array.from({ length: campaign.workers }, () => startWorker(program, own)));
  const watching = watchJobs(place.url, 1000 * heartbeatSeconds, end.signal);
  const startLane = (lane: number): ChildProcess => {
    const child = start(program, { ...own, runs: { lane, from: ended[lane] ?? 0 } });
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      if (!/^\d+$/.test(line)) problems.push(line);
      else ended[lane] = Number(line) + 1;
    });
    return child;
  };
  const orchestrators = ended.map((_, lane) => startLane(lane));
  const killed = { workers: 0, orchestrators: 0 };
  let freezes = 0;
  const thawing = new Set<Promise<void>>();
  while (killed.workers + killed.orchestrators < kills) {
    await setTimeout(everyMs * (0.5 + random()));
    const isWorker = killed.orchestrators > 0 || killed.workers > 0 ? random() < workerShare : true;
    const victims = isWorker ? workers : orchestrators;
    const index = Math.floor(random() * victims.length);
    const victim = victims[index] as ChildProcess;
    if (isWorker && random() < frozenShare) {
      victim.kill("SIGSTOP");
      freezes++;
      const thawed = setTimeout(freezeMs).then(() => void victim.kill("SIGCONT"));
      thawing.add(thawed);
      continue;
    }
    await kill(victim);
    if (isWorker) {
      killed.workers++;
      workers[index] = await startWorker(program, own);
    } else {
      killed.orchestrators++;
      orchestrators[index] = startLane(index);
    }
  }
  await Promise.all(thawing);
  // The runs that are under way end, and one more after the last kill.
  const last = ended.map((count) => count + 2);
  const deadline = performance.now() + longestRunMs;
  while (ended.some((count, lane) => count < (last[lane] ?? 0)) && performance.now() < deadline) await setTimeout(100);
  if (performance.now() >= deadline) problems.push(`a run hangs: ${ended} of ${last} have ended`);
  await Promise.all([...orchestrators, ...workers].map(kill));
  end.abort();
  const recoveries = await watching;
  problems.push(...(await judge(place, ended)));
  return { ...recoveries, kills: killed, freezes, runs: ended.reduce((sum, count) => sum + count), problems };
}

/** Everything that is wrong with the records and values of the runs that have ended. */
async function judge(place: Place, ended: readonly number[]): Promise<readonly string[]> {
  const problems: string[] = [];
  await using repository = await openRepository(place, ended.length);
  await using storage = await Storage.connect(postgres(place.url));
  for (const [lane, count] of ended.entries()) {
    for (let run = 0; run < count; run++) {
      const runId = `${lane}-${run}`;
      const status = (await storage.getRun(runId))?.status;
      if (status !== "Success") problems.push(`the run ${runId} is ${status}`);
      const events = await storage.getEventsForRun(runId, { types: "all" });
      for (const { name } of assetsOf(lane)) {
        const made = events.filter(({ eventType, assetKey }) => eventType === "Materialization" && assetKey === name).length;
        if (made !== 1) problems.push(`${name} was recorded ${made} times by the run ${runId}`);
      }
      if (events.some(({ eventType }) => eventType === "StepFailure")) problems.push(`a step of the run ${runId} has failed`);
    }
    const value = await repository.load(`${lane}.last`).catch((error: unknown) => error);
    if (value !== total) problems.push(`${lane}.last is ${value}, not ${total}`);
  }
  return problems;
}

function start(program: string, options: ChildOptions): ChildProcess {
  return spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
}

async function startWorker(program: string, options: ChildOptions): Promise<ChildProcess> {
  const child = start(program, options);
  await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), once(child, "exit")]);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
