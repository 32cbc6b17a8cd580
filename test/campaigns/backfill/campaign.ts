/** Kills the processes that drive one backfill, again and again, and checks that each partition was made once. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ChildOptions } from "./child.ts";
import { openRepository } from "./place.ts";

export interface Campaign {
  readonly partitions: number;
  /** How often each of the driving processes is killed. */
  readonly kills: number;
  /** How many processes drive the backfill at the same time. */
  readonly drivers: number;
  readonly partitionsPerRun: number;
}

export interface Outcome {
  /** How many processes were killed. */
  readonly kills: number;
  /** How many outputs all processes have reported. */
  readonly reported: number;
  readonly problems: readonly string[];
}

/** Runs a campaign in a new folder. */
export async function killBackfill(program: string, campaign: Campaign): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-backfill-"));
  try {
    const { partitions, kills, drivers, partitionsPerRun } = campaign;
    const options: ChildOptions = { folder, partitions, partitionsPerRun };
    // Two outputs for each partition; each process is killed when it has made its share of them.
    const killAt = Math.floor((2 * partitions) / ((kills + 1) * drivers));
    let [killed, reported] = [0, 0];
    const problems: string[] = [];
    for (let attempt = 0; attempt <= kills; attempt++) {
      const own = attempt < kills ? { ...options, killAt } : options;
      const children = [new Child(program, own)];
      // The first one begins the backfill, and the others join it.
      await children[0]?.begun();
      while (children.length < drivers) children.push(new Child(program, own));
      for (const child of children) {
        const end = await child.ended();
        if (end === "SIGKILL") killed++;
        else if (attempt < kills || end !== "Success") problems.push(`a process has ended with ${end}`);
        reported += child.outputs;
      }
    }
    problems.push(...(await judge(folder, partitions)));
    return { kills: killed, reported, problems };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything that is wrong with the records and values of a backfill that has ended. */
async function judge(folder: string, partitions: number): Promise<readonly string[]> {
  const problems: string[] = [];
  await using repository = await openRepository(folder, partitions);
  const { storage } = repository;
  const backfills = await repository.backfills.list();
  if (backfills.length !== 1) problems.push(`there are ${backfills.length} backfills`);
  const { status, counts } = await repository.backfills.get(backfills[0]?.backfillId ?? "");
  if (status !== "Success" || counts.made !== 2 * partitions) problems.push(`the backfill is ${status}: ${JSON.stringify(counts)}`);
  for (const name of ["raw", "clean"]) {
    const made = new Map<string, number>();
    for (const { partitionKey } of await storage.getEventsForAsset(name, { limit: 10 * partitions }))
      made.set(String(partitionKey), (made.get(String(partitionKey)) ?? 0) + 1);
    if (made.size !== partitions) problems.push(`${made.size} partitions of ${name} were made`);
    for (const [key, count] of made) if (count !== 1) problems.push(`${name}[${key}] was made ${count} times`);
    const loaded = await repository.load(name, { partitionKeys: "all" });
    for await (const [key, value] of loaded)
      if (JSON.stringify(value) !== JSON.stringify({ [name]: String(key) })) problems.push(`${name}[${key}] is ${JSON.stringify(value)}`);
  }
  for (const { runId, status } of await storage.getRuns({ limit: 1_000_000 }))
    if (status !== "Success") problems.push(`the run ${runId} is ${status}`);
  if ((await storage.getLeases()).length > 0) problems.push("leases are left");
  return problems;
}

/** A process that drives the backfill. */
class Child {
  /** How many outputs it has reported. */
  outputs = 0;
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #begun: Promise<unknown>;
  #last = "";
  #stderr = "";

  constructor(program: string, options: ChildOptions) {
    this.#process = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ["ignore", "pipe", "pipe"] });
    this.#closed = once(this.#process, "close");
    this.#process.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
    const lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream });
    this.#begun = Promise.race([once(lines, "line"), this.#closed]);
    lines.on("line", (line) => {
      this.#last = line;
      if (line === "output") this.outputs++;
    });
  }

  /** Resolves when it has made its first output, or has ended. */
  async begun(): Promise<void> {
    await this.#begun;
  }

  /** How it has ended: by its kill, with the status of the backfill, or with an error. */
  async ended(): Promise<string> {
    await this.#closed;
    if (this.#process.signalCode !== null) return this.#process.signalCode;
    return this.#process.exitCode === 0 ? this.#last : this.#stderr;
  }
}
