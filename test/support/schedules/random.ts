/** A schedule that a seed chooses: which process takes the next step, which answers are lost, and who is killed. */

// The library loads these with their first use. A schedule cannot see that a process waits for a file, so they are loaded before.
import "../../../src/repository/later.ts";
import "../../../src/run/elsewhere.ts";
import { rounds } from "../breadth.ts";
import { randomOf } from "../random.ts";
import { checkEnd } from "./check.ts";
import { type Input, open } from "./pipeline.ts";
import { workersOf } from "./workers.ts";
import { type Call, type Ending, type Process, type Shared, World } from "./world.ts";

/** Where the steps of runs are made: in the process of the run, or in processes of their own. */
export type Where = "here" | "workers";

/** What came of a schedule. */
export interface Report {
  readonly violations: readonly string[];
  /** What a store without conditions cannot prevent, and the records report. */
  readonly reported: readonly string[];
  readonly trace: readonly string[];
}

/** The longest schedule, in steps: a longer one has not come to an end. */
const mostSteps = 3000;

/** Vite looks for `import.meta.env`. */
const env = (import.meta as { readonly env?: Readonly<Record<string, string | undefined>> }).env;

/**
 * Runs schedules until one violates an invariant, and returns that one: a fifth of the usual number in `npm test`. `VITE_SCHEDULES` sets
 * another count.
 */
export async function firstViolation(
  usual: number,
  make: () => Promise<Shared>,
  where: Where = "here",
): Promise<(Omit<Report, "reported"> & { readonly seed: number }) | undefined> {
  const count = Number(env?.["VITE_SCHEDULES"] ?? rounds(Math.ceil(usual / 5), usual));
  for (let seed = 1; seed <= count; seed++) {
    const shared = await make();
    const { violations, trace } = await runSchedule(seed, shared, where);
    await shared.storage.close();
    if (violations.length > 0) return { seed, violations, trace };
  }
  return undefined;
}

/** Runs the schedule of a seed. */
export async function runSchedule(seed: number, shared: Shared, where: Where = "here"): Promise<Report> {
  const random = randomOf(seed);
  const one = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const input: Input = {
    version: 0,
    made: 0,
    equal: random() < 0.25,
    more: one([undefined, "returned", "yielded"]),
    skips: seed % 3 === 0,
  };
  const world = new World(shared);
  const { clock } = world;
  const stickiness = one([0, 0.5, 0.9]);
  let faults = Math.floor(random() * 5);
  const laterAnswers = one([0, 0.2]);
  let kills = Math.floor(random() * 3);
  clock.install();
  try {
    if (random() < 0.3) {
      await world.finish(world.process("P0", async (own, process) => (await open(own, process, input)).repository.materialize()));
    }
    const makers: Process[] = [];
    const count = 2 + Math.floor(random() * 4);
    for (let number = 1; number <= count; number++) makers.push(aProcess(world, `P${number}`, makers, input, random, where));
    let current: Process | undefined;
    for (let step = 0; ; step++) {
      const running = world.processes.filter(({ isRunning, calls }) => isRunning && calls.length > 0);
      const ready = world.processes.filter((process) => process.work !== undefined && isReady(process));
      const timers = [...clock.timers].filter(({ ms }) => ms <= 60_000);
      const beats = [...clock.timers].filter(({ ms }) => ms > 60_000);
      if (step > mostSteps) {
        world.history.violations.push("the schedule does not end");
        break;
      }
      if (running.length + ready.length + timers.length === 0) break;
      if (random() < 0.03) {
        input.version = 1 - input.version;
        world.trace.push(`the input is ${input.version}`);
      }
      if (beats.length > 0 && random() < 0.04) {
        world.trace.push("a beat");
        clock.fire(one(beats));
        await world.settle();
        continue;
      }
      if (kills > 0 && running.length > 0 && random() < 0.03) {
        kills--;
        world.kill(one(running), random() < 0.5);
        await world.settle();
        continue;
      }
      if (world.late.length > 0 && random() < 0.1) {
        await world.deliver(one(world.late));
        continue;
      }
      if (timers.length > 0 && (running.length + ready.length === 0 || random() < 0.2)) {
        world.trace.push("a timer");
        clock.fire(one(timers));
        await world.settle();
        continue;
      }
      if (running.length + ready.length === 0) continue;
      if (current === undefined || !running.includes(current) || random() >= stickiness) current = one([...running, ...ready]);
      if (current.work !== undefined) await world.start(current);
      else {
        const ending: Ending = faults > 0 && random() < 0.08 ? one(["done without an answer", "not done", "late"]) : "done";
        if (ending !== "done") faults--;
        await world.end(one(current.calls) as Call, ending === "done" && random() < laterAnswers ? "answered later" : ending);
      }
    }
    while (world.late.length > 0) {
      if (random() < 0.7) await world.deliver(one(world.late));
      else world.late.splice(0, 1);
    }
  } finally {
    clock.restore();
  }
  const violations = await checkEnd(world, shared, input);
  return { violations, reported: world.history.reported, trace: world.trace };
}

/** Whether the run that a process resumes or cancels has begun. */
function isReady({ waitsFor }: Process): boolean {
  return waitsFor === undefined || waitsFor.runId !== undefined;
}

function aProcess(world: World, name: string, makers: readonly Process[], input: Input, random: () => number, where: Where): Process {
  const retry = random() < 0.5 ? { maxRetries: Math.floor(random() * 3), delayMs: 0 } : undefined;
  const isPartial = random() < 0.3;
  const isForced = random() < 0.8;
  const kind = makers.length === 0 ? 0 : random();
  const other = makers[Math.floor(random() * makers.length)];
  const process = world.process(name, async (own, self) => {
    const executor = where === "workers" ? { executor: workersOf(world, self, input, random) } : {};
    const { repository, a, b, value } = await open(own, self, input, { ...(retry && { retry }), ...executor });
    const skip = input.skips ? { skipUnchanged: true } : {};
    if (kind < 0.4) return repository.materialize(isPartial ? { selection: [a], ...skip } : skip);
    if (kind < 0.75) return repository.materialize({ resume: { run: other?.runId as string, force: isForced }, ...skip });
    if (kind < 0.85) return repository.write(a, value());
    if (kind < 0.9) return repository.load(isPartial ? a : b);
    if (kind < 0.95) return repository.status({ verify: true });
    return repository.cancel(other?.runId as string);
  });
  if ((kind >= 0.4 && kind < 0.75) || kind >= 0.95) process.waitsFor = other;
  return process;
}
