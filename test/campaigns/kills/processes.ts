/** Two processes that make the same graph, and are killed or frozen at random moments. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as setTimer } from "node:timers";
import { setTimeout } from "node:timers/promises";
import { bundle } from "../../support/bundle.ts";
import type { Told } from "./attack.ts";
import type { ChildOptions } from "./child.ts";
import { judge } from "./judge.ts";
import { openPlace, type Place } from "./place.ts";

/** What came out of kills. */
export interface Outcome {
  kills: number;
  /** How the runs of the processes have ended, by their codes. */
  readonly ends: Record<string, number>;
  readonly problems: string[];
}

/** How a run may end while others kill, resume and make the same. */
export const expectedEnds: ReadonlySet<string> = new Set(["Success", "InProgress", "PreconditionFailed", "TakenOver", "Conflict"]);

/** The longest time that a process lives, in milliseconds. */
const longestLifeMs = 240_000;
/** The longest time that a process is frozen, in milliseconds. */
const longestFreezeMs = 3000;
/** The calls of a Storage and a store within which a process is killed: about those of one run and a half. */
export const mostCalls = 160;

/** Bundles `child.ts` of a folder, the program of the processes, so that each starts fast; without packages that cannot be bundled. */
export async function bundleChild(
  folder: string = import.meta.dirname,
  external: readonly string[] = [],
): Promise<{ readonly file: string } & AsyncDisposable> {
  const bundled = await bundle(folder, ["child"], external);
  return { file: bundled.fileOf("child"), [Symbol.asyncDispose]: () => bundled[Symbol.asyncDispose]() };
}

/** Kills so many processes, two at a time, over one place, and checks what they have left. */
export async function killProcesses(program: string, place: Place, kills: number, random: () => number, outcome: Outcome): Promise<void> {
  const acknowledged = new Set<number>();
  let left = kills;
  const slot = async (): Promise<void> => {
    let killedRun: string | undefined;
    let frozen: Child | undefined;
    while (left-- > 0) {
      const how = random();
      const freezes = frozen === undefined && how < 0.2;
      const trap = {
        at: 1 + Math.floor(random() * mostCalls),
        when: (["before", "during", "after"] as const)[Math.floor(random() * 3)] ?? "before",
      };
      const child = new Child(
        program,
        { place, trap: how < 0.7 ? trap : undefined, freezes, killedRun, force: frozen !== undefined },
        acknowledged,
      );
      if (frozen !== undefined) {
        // It waits for longer where the frozen process is writing the same object of a LocalStore.
        await Promise.race([child.until(({ told }) => told === "end" || told === "run"), setTimeout(longestFreezeMs)]);
        await frozen.wakeAndKill();
        frozen.report(outcome);
        frozen = undefined;
      }
      if (how >= 0.7) {
        await child.until(({ told }) => told === "ready");
        await setTimeout(random() * 600);
        child.kill();
      }
      await child.until(({ told }) => freezes && told === "frozen");
      killedRun = child.runId ?? killedRun;
      if (child.isFrozen) frozen = child;
      else child.report(outcome);
      outcome.kills++;
    }
    await frozen?.wakeAndKill();
    frozen?.report(outcome);
  };
  await Promise.all([slot(), slot()]);
  const { storage, store } = await openPlace(place);
  try {
    outcome.problems.push(...(await judge({ storage, store, acknowledged })));
  } finally {
    await storage.close();
  }
}

/** The numbers of the processes that have ended. */
const dead = new Set<number>();

/** A process that makes runs until it is killed. */
export class Child {
  /** The last run that it has begun or resumed. */
  runId: string | undefined;
  isFrozen = false;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** What it has told so far. */
  readonly told: Told[] = [];
  /** The processes that had ended when this one started. */
  readonly #deadBefore: ReadonlySet<number> = new Set(dead);
  readonly #deadline: ReturnType<typeof setTimer>;
  #stderr = "";
  #wasLate = false;
  #onTold = (): void => undefined;

  constructor(program: string, options: ChildOptions, acknowledged: Set<number>) {
    this.#process = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ["ignore", "pipe", "pipe"] });
    this.#exited = once(this.#process, "close").then(() => {
      clearTimeout(this.#deadline);
      dead.add(this.#process.pid ?? 0);
      this.#onTold();
    });
    this.#process.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const told = JSON.parse(line) as Told;
      this.told.push(told);
      if (told.told === "run") this.runId = told.runId;
      if (told.told === "output") acknowledged.add(told.id);
      if (told.told === "frozen") this.isFrozen = true;
      this.#onTold();
    });
    this.#deadline = setTimer(() => {
      this.#wasLate = true;
      this.kill();
    }, longestLifeMs);
  }

  /** Waits until it has told something, or has ended. */
  async until(isIt: (told: Told) => boolean): Promise<void> {
    while (this.#process.exitCode === null && this.#process.signalCode === null && !this.told.some(isIt)) {
      await new Promise<void>((resolve) => {
        this.#onTold = resolve;
      });
    }
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) await this.#exited;
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** Resolves when it has ended. */
  async ended(): Promise<void> {
    await this.#exited;
  }

  /** Lets a frozen process go on until its run has ended, and kills it. */
  async wakeAndKill(): Promise<void> {
    const before = this.told.filter(({ told }) => told === "end").length;
    // Again and again: it may not be frozen yet.
    const waking = setInterval(() => this.#process.kill("SIGCONT"), 100);
    await this.until(() => this.told.filter(({ told }) => told === "end").length > before);
    clearInterval(waking);
    this.kill();
    await this.#exited;
  }

  /** Adds how its runs have ended, and what must not have happened. */
  report({ ends, problems }: Outcome): void {
    for (const each of this.told) {
      if (each.told !== "end") continue;
      ends[each.code] = (ends[each.code] ?? 0) + 1;
      const holder = Number(/the process (\d+)-/.exec(each.message)?.[1]);
      if (each.code === "InProgress" && this.#deadBefore.has(holder))
        problems.push(`a process that had ended counts as alive: ${each.message}`);
      if (!expectedEnds.has(each.code)) problems.push(`a run has ended with ${each.code}: ${each.message}`);
    }
    if (this.#process.signalCode !== "SIGKILL") problems.push(`a process has ended by itself: ${this.#process.exitCode} ${this.#stderr}`);
    if (this.#wasLate) problems.push(`a process was not killed in time; it has told ${JSON.stringify(this.told.slice(-3))}`);
  }
}

/** A new folder as a place. */
export async function newFolder(): Promise<{ readonly place: Place } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-kills-"));
  return { place: { kind: "local", folder }, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
