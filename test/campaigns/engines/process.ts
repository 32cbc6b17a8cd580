/** Processes that make runs for an engine, seen from outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../../support/spawn.ts";
import type { Order } from "./dbos.ts";
import type { ServiceOptions, Told } from "./service.ts";

/** How long a test waits for what must come, in milliseconds. */
const limitMs = 120_000;

/** A process. */
export class Service {
  readonly told: Told[] = [];
  /** Resolves when it has ended. */
  readonly exited: Promise<unknown>;
  readonly #process: ChildProcess;
  #errors = "";
  #onTold = (): void => {};

  constructor(options: ServiceOptions) {
    const program = join(import.meta.dirname, "service.ts");
    const args = ["--conditions=edgewater-source", "--disable-warning=DEP0205", program, JSON.stringify(options)];
    // Compiling takes most of the time in which a process starts.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(root, ".cache/compiled") };
    this.#process = spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    this.exited = once(this.#process, "close").then(() => this.#onTold());
    // A process that is killed does not read what is written to it.
    this.#process.stdin?.on("error", () => {});
    this.#process.stderr?.on("data", (chunk) => {
      this.#errors += chunk;
    });
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      this.told.push(JSON.parse(line) as Told);
      this.#onTold();
    });
  }

  get isKilled(): boolean {
    return this.#process.signalCode === "SIGKILL";
  }

  /** Throws when it has ended by itself. */
  throwIfEnded(): void {
    if (this.#process.exitCode !== null) throw new Error(`A process has ended by itself: ${this.#errors}`);
  }

  /** Waits until it has told something, or was killed. Rejects when it has ended by itself, or when that takes too long. */
  async until(isIt: (told: Told) => boolean): Promise<void> {
    const end = Date.now() + limitMs;
    while (!this.isKilled && !this.told.some(isIt)) {
      this.throwIfEnded();
      if (Date.now() > end) throw new Error(`A process has not told it in time; it has told ${JSON.stringify(this.told.slice(-5))}`);
      const timer = setTimeout(() => this.#onTold(), 1000);
      await new Promise<void>((resolve) => {
        this.#onTold = resolve;
      });
      clearTimeout(timer);
    }
  }

  /** Tells a process of DBOS what to do. */
  send(order: Order): void {
    this.#process.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.exited;
  }
}
