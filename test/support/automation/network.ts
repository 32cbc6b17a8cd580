/** Processes of one runtime whose calls to the shared Storage and store are done one after the other, in a random order. */
import type { MemoryStore, Storage } from "edgewater";
import { Clock } from "../schedules/clock.ts";

interface Call {
  readonly process: Process;
  readonly verb: string;
  readonly perform: () => Promise<unknown>;
  readonly answer: (result: { readonly value: unknown } | { readonly error: unknown }) => void;
}

/** One process: what it does until it ends or is killed. */
export class Process {
  readonly name: string;
  isDead = false;
  outcome: { readonly value?: unknown; readonly error?: unknown } | undefined;

  constructor(name: string) {
    this.name = name;
  }
}

/** The network between processes and what they share. */
export class Network {
  readonly clock = new Clock();
  readonly #storage: Storage;
  readonly #store: MemoryStore;
  readonly #random: () => number;
  readonly #calls: Call[] = [];

  constructor(storage: Storage, store: MemoryStore, random: () => number) {
    this.#storage = storage;
    this.#store = store;
    this.#random = random;
  }

  storageOf(process: Process): Storage {
    return new Proxy(this.#storage, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "close") return async () => {};
        return (...given: unknown[]) => this.#call(process, String(name), () => value.apply(target, given));
      },
    });
  }

  storeOf(process: Process): MemoryStore {
    return new Proxy(this.#store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function" || name === "list") return typeof value === "function" ? value.bind(target) : value;
        return (...given: unknown[]) => this.#call(process, String(name), () => value.apply(target, given));
      },
    });
  }

  /**
   * Lets processes work until each has ended, or was killed: after a number of calls, or at its first write of a value. The last
   * call is done or not.
   */
  async run(work: ReadonlyMap<Process, () => Promise<unknown>>, kills: ReadonlyMap<Process, number | "put">): Promise<void> {
    const made = new Map<Process, number>();
    const processes = [...work.keys()];
    for (const [process, start] of work)
      start().then(
        (value) => (process.outcome = { value }),
        (error: unknown) => (process.outcome = { error }),
      );
    for (;;) {
      const running = processes.filter(({ isDead, outcome }) => !isDead && outcome === undefined);
      await this.clock.settle(() =>
        running.some((each) => each.outcome === undefined && !this.#calls.some(({ process }) => process === each)),
      );
      if (processes.every(({ isDead, outcome }) => isDead || outcome !== undefined)) return;
      const call = this.#calls[Math.floor(this.#random() * this.#calls.length)];
      if (call === undefined) {
        this.#fireTimer();
        continue;
      }
      const calls = (made.get(call.process) ?? 0) + 1;
      made.set(call.process, calls);
      const kill = kills.get(call.process);
      if (kill === calls || kill === call.verb) await this.#kill(call);
      else await this.#end(call);
    }
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.clock.fire({ ms, fire: () => {} });
  }

  /** Does a call, and answers it. */
  async #end(call: Call): Promise<void> {
    this.#calls.splice(this.#calls.indexOf(call), 1);
    try {
      call.answer({ value: await call.perform() });
    } catch (error) {
      call.answer({ error });
    }
  }

  async #kill(call: Call): Promise<void> {
    call.process.isDead = true;
    if (this.#random() < 0.5) await call.perform().catch(() => undefined);
    for (let index = this.#calls.length - 1; index >= 0; index--)
      if (this.#calls[index]?.process === call.process) this.#calls.splice(index, 1);
  }

  #fireTimer(): void {
    const [next] = [...this.clock.timers].sort((left, right) => left.ms - right.ms);
    if (next === undefined) throw new Error("Processes wait for nothing and have not ended");
    this.clock.fire(next);
  }

  /** The calls of a killed process never end. */
  #call(process: Process, verb: string, perform: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (process.isDead) return;
      const answer: Call["answer"] = (result) => ("error" in result ? reject(result.error) : resolve(result.value));
      this.#calls.push({ process, verb, perform: async () => perform(), answer });
    });
  }
}
