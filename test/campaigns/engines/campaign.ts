/** Kills the service of an engine at points of its runs, and checks what every run has left. */
import { setTimeout } from "node:timers/promises";
import type { Trap } from "../kills/trap.ts";
import type { Engine } from "./engine.ts";
import { judge } from "./judge.ts";
import type { Records } from "./pipeline.ts";
import type { Service } from "./process.ts";

/** What came out of kills. */
export interface Outcome {
  kills: number;
  runs: number;
  /** From each kill until the engine has begun the next attempt, with the start of the process, in milliseconds. */
  readonly detectedMs: number[];
  /** From there until a function is called or the run has ended, in milliseconds. */
  readonly recoveredMs: number[];
  /** The most bytes that the engine remembers of one step. */
  mostBytes: number;
  readonly problems: string[];
}

/** A call of a function. */
export interface Called {
  readonly runId: string;
  readonly name: string;
  readonly at: number;
}

/** The calls of the Storage and the store within which a process kills itself: those of about one run and a half. */
const mostCalls = 150;
/** The longest time of a kill from outside after a run has begun, in milliseconds. */
const longestMs = 600;
/** How long a run may take from one kill to the next, in milliseconds. */
const limitMs = 300_000;

/** Kills so many processes, one at a time. */
export async function killService(engine: Engine, records: Records, kills: number, random: () => number): Promise<Outcome> {
  const outcome: Outcome = { kills: 0, runs: 0, detectedMs: [], recoveredMs: [], mostBytes: 0, problems: [] };
  const [runIds, services, recoveries]: [string[], Service[], Recovery[]] = [[], [], []];
  const start = async (): Promise<Service> => {
    const trap = outcome.kills < kills && random() < 0.7 ? trapOf(random) : undefined;
    const service = await engine.start({ ...records, trap });
    services.push(service);
    return service;
  };
  let service = await start();
  while (outcome.kills < kills) {
    const runId = `run ${++outcome.runs}/é'"%`;
    runIds.push(runId);
    await engine.begin(service, runId);
    let end = Date.now() + limitMs;
    let killAt: number | undefined;
    while (!(await engine.isCompleted(runId))) {
      service.throwIfEnded();
      if (Date.now() > end) throw new Error(await stuck(engine, service, runId));
      if (service.told.some((each) => each.told === "attempt" && each.runId === runId)) killAt ??= killTime(random);
      if (outcome.kills < kills && killAt !== undefined && Date.now() > killAt) await service.kill();
      await setTimeout(10);
      if (!service.isKilled) continue;
      const killedAt = Date.now();
      outcome.kills++;
      service = await start();
      recoveries.push({ service, runId, killedAt });
      await engine.begin(service, runId);
      end = Date.now() + limitMs;
      killAt = undefined;
    }
  }
  await service.kill();
  for (const recovery of recoveries) measure(recovery, outcome);
  const calls = services.flatMap(({ told }) => told.filter((each) => each.told === "call"));
  outcome.problems.push(...(await judge(engine, records, runIds, calls, outcome)));
  return outcome;
}

/** Why a run does not go on, as far as it can be told from outside. */
async function stuck(engine: Engine, { told }: Service, runId: string): Promise<string> {
  const last = told.slice(-10).map((each) => JSON.stringify(each));
  return `${engine.name} has not gone on with the run ${runId} in time.\nIts process has told ${last.join("\n")}\nIt is ${await engine.described(runId)}`;
}

function trapOf(random: () => number): Trap {
  return { at: 1 + Math.floor(random() * mostCalls), when: (["before", "during", "after"] as const)[Math.floor(random() * 3)] ?? "before" };
}

/** When a run is killed from outside: at times never. */
function killTime(random: () => number): number {
  return random() < 0.5 ? Date.now() + random() * longestMs : Number.POSITIVE_INFINITY;
}

/** A process that was started after a kill. */
interface Recovery {
  readonly service: Service;
  readonly runId: string;
  readonly killedAt: number;
}

/** Notes how long a run took to go on, unless its process was killed before. */
function measure({ service, runId, killedAt }: Recovery, { detectedMs, recoveredMs }: Outcome): void {
  const own = service.told.filter((each) => each.told !== "ready").filter((each) => each.runId === runId);
  const attempt = own.find(({ told }) => told === "attempt");
  if (attempt === undefined) return;
  detectedMs.push(attempt.at - killedAt);
  const goesOn = own.find(({ told }) => told === "call" || told === "ended");
  if (goesOn !== undefined) recoveredMs.push(goesOn.at - attempt.at);
}
