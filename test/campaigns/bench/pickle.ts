/** Python's pickle in a process of its own, one operation at a time, so that rounds can be interleaved. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

export type Payload = "rows" | "doubles" | "plain";

export class Pickle {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(process: ChildProcess, lines: Interface) {
    this.#process = process;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Undefined without Python. */
  static start(): Pickle | undefined {
    try {
      execFileSync("python3", ["--version"], { stdio: "ignore" });
    } catch {
      return undefined;
    }
    const process = spawn("python3", [join(import.meta.dirname, "pickle_server.py")], { stdio: ["pipe", "pipe", "inherit"] });
    return new Pickle(process, createInterface({ input: process.stdout }));
  }

  /** The time of one operation as Python measures it, in milliseconds. */
  async time(payload: Payload, verb: "encode" | "decode"): Promise<number> {
    this.#process.stdin?.write(`${payload} ${verb}\n`);
    return Number((await this.#lines.next()).value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#process, "exit");
    this.#process.stdin?.end();
    await exited;
  }
}
