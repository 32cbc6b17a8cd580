/** Processes over one Storage and one store, whose calls happen one at a time and in the order that a schedule chooses. */
import { EdgewaterError, type Storage } from "edgewater";
import { Clock } from "./clock.ts";
import { History } from "./history.ts";

/** What the processes share. */
export interface Shared {
  readonly storage: Storage;
  readonly store: SharedStore;
}

/** The verbs of a store that handlers use. */
export interface SharedStore {
  readonly name: string;
  readonly etags?: "write" | "content" | undefined;
  readonly put: (key: string, body: Uint8Array<ArrayBuffer>, options?: PutOptions) => Promise<{ readonly etag: string | undefined }>;
  readonly get: (key: string, options?: object) => Promise<never>;
  readonly head: (key: string, options?: object) => Promise<{ readonly etag: string | undefined; readonly metadata?: Metadata }>;
}

type Metadata = Readonly<Record<string, string>>;
type PutOptions = { readonly metadata?: Metadata; readonly mode?: unknown };

/**
 * How a call ends: as it should, done at once and answered at a later step, done without an answer, an error and not done, or an
 * error and done at a later step.
 */
export type Ending = "done" | "answered later" | "done without an answer" | "not done" | "late";

/** A call to the Storage or the store that waits for the schedule. */
export interface Call {
  readonly process: Process;
  /** Such as `commit StepStart a`, `put a`, `getLeases`. */
  readonly label: string;
  readonly perform: () => Promise<unknown>;
  readonly answer: (result: Result) => void;
}

type Result = { readonly value: unknown } | { readonly error: unknown };

/** One process: what it does, and the calls that it waits for. */
export class Process {
  readonly name: string;
  readonly calls: Call[] = [];
  /** The events that began the steps that it makes, by the names of the assets. */
  readonly begun = new Map<string, number>();
  /** The run that it makes. */
  runId: string | undefined;
  isDead = false;
  /** How its work has ended. */
  outcome: { readonly value?: unknown; readonly error?: unknown } | undefined;
  /** What it does; undefined once it has started. */
  work: (() => Promise<unknown>) | undefined;
  /** The process whose run it resumes or cancels. */
  waitsFor: Process | undefined;
  /** Of a worker: the process that has sent its step. */
  sender: Process | undefined;
  /** How many steps it has sent and waits for. */
  sent = 0;
  /** Called when it has ended, or was killed. */
  onEnd = (): void => {};

  constructor(name: string) {
    this.name = name;
  }

  get isRunning(): boolean {
    return !this.isDead && this.outcome === undefined && this.work === undefined;
  }

  /** Starts what it does. */
  start(): void {
    const work = this.work;
    this.work = undefined;
    work?.()
      .then(
        (value) => (this.outcome = { value }),
        (error: unknown) => (this.outcome = { error }),
      )
      .then(() => this.onEnd());
  }
}

/** The Storage, the store and the network between them and the processes. */
export class World {
  readonly clock = new Clock();
  readonly history: History;
  readonly processes: Process[] = [];
  /** Calls that have ended with an error, or whose process was killed, and that may still be done. */
  readonly late: Call[] = [];
  /** What has happened, for people. */
  readonly trace: string[] = [];
  readonly #shared: Shared;

  constructor(shared: Shared) {
    this.#shared = shared;
    this.history = new History(shared.store.etags);
  }

  /** A new process; `work` gets a Storage and a store whose calls wait for the schedule. */
  process(name: string, work: (shared: Shared, process: Process) => Promise<unknown>): Process {
    const process = new Process(name);
    process.work = () => work({ storage: this.#storageOf(process), store: this.#storeOf(process) }, process);
    this.processes.push(process);
    return process;
  }

  /** The Storage and the store for a process whose calls do not wait, and are seen all the same. */
  observed(process: Process): Shared {
    return { storage: this.#storageOf(process, true), store: this.#storeOf(process, true) };
  }

  /** Ends a call, and waits until its process waits again. */
  async end(call: Call, ending: Ending = "done"): Promise<void> {
    const { process, label } = call;
    remove(process.calls, call);
    this.trace.push(`${process.name} ${label}${ending === "done" ? "" : `: ${ending}`}`);
    if (ending === "late") this.late.push(call);
    const result = ending === "not done" || ending === "late" ? undefined : await this.#perform(call);
    if (ending === "answered later" && result) {
      const perform = async (): Promise<unknown> => {
        if ("error" in result) throw result.error;
        return result.value;
      };
      process.calls.push({ ...call, label: `has the answer to ${label}`, perform });
      return;
    }
    const lost = new EdgewaterError("Unavailable", `no answer to ${label}`);
    call.answer(ending === "done" && result ? result : { error: lost });
    await this.settle();
  }

  /** Waits until every process waits for the schedule. */
  settle(): Promise<void> {
    return this.clock.settle(() => this.processes.some(({ isRunning, calls, sent }) => isRunning && calls.length === 0 && sent === 0));
  }

  /** Runs one process until it is about to make a call with this label. */
  async until(process: Process, label: string): Promise<Call> {
    if (process.work !== undefined) await this.start(process);
    while (process.calls[0] !== undefined && process.calls[0].label !== label) await this.end(process.calls[0]);
    const [call] = process.calls;
    if (call === undefined) throw new Error(`${process.name} has ended before ${label}: ${this.trace.join(", ")}`);
    return call;
  }

  /** Runs one process to its end. */
  async finish(process: Process): Promise<void> {
    if (process.work !== undefined) await this.start(process);
    while (process.calls[0] !== undefined) await this.end(process.calls[0]);
  }

  /** Does a call that nobody waits for any more. */
  async deliver(call: Call): Promise<void> {
    remove(this.late, call);
    const result = await this.#perform(call);
    this.trace.push(`late: ${call.process.name} ${call.label}${"error" in result ? ", refused" : ""}`);
    await this.settle();
  }

  /** Kills a process. Its calls are not done, or may still be done. */
  kill(process: Process, isUnderWay: boolean): void {
    process.isDead = true;
    this.trace.push(`kill ${process.name} at ${process.calls.map(({ label }) => label).join(", ")}${isUnderWay ? ", under way" : ""}`);
    if (isUnderWay) this.late.push(...process.calls);
    process.calls.length = 0;
    process.onEnd();
  }

  async start(process: Process): Promise<void> {
    this.trace.push(`start ${process.name}`);
    process.start();
    await this.settle();
  }

  async #perform(call: Call): Promise<Result> {
    this.clock.isReal = true;
    try {
      return { value: await call.perform() };
    } catch (error) {
      this.trace.push(`  ${codeOf(error)}`);
      return { error };
    } finally {
      this.clock.isReal = false;
    }
  }

  /** Lets a call wait for the schedule. The calls of a killed process never end. */
  #call<Value>(process: Process, label: string, perform: () => Promise<Value>, isFree: boolean): Promise<Value> {
    if (isFree) return perform();
    return new Promise((resolve, reject) => {
      if (process.isDead) return;
      const answer = (result: Result): void => ("error" in result ? reject(result.error) : resolve(result.value as Value));
      process.calls.push({ process, label, perform, answer });
    });
  }

  #storageOf(process: Process, isFree = false): Storage {
    const { storage } = this.#shared;
    return new Proxy(storage, {
      get: (target, name) => {
        // Every process of the schedule shares it.
        if (name === "reach") return "anywhere";
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function" || typeof name !== "string") return value;
        if (name === "close") return async () => {};
        if (name !== "commit")
          return (...given: unknown[]) => {
            const perform = async (): Promise<unknown> => {
              const result: unknown = await value.apply(target, given);
              if (name === "setRunOutcome") this.history.cancel(process, given[0] as string);
              return result;
            };
            return this.#call(process, name, perform, isFree);
          };
        return (batch: Parameters<Storage["commit"]>[0]) => {
          const perform = async (): Promise<unknown> => {
            const events = await target.commit(batch);
            this.history.commit(process, batch, events);
            return events;
          };
          return this.#call(process, labelOf(batch), perform, isFree);
        };
      },
    });
  }

  #storeOf(process: Process, isFree = false): SharedStore {
    const { store } = this.#shared;
    const asset = (key: string): string => key.split(".")[0] as string;
    const call = <Value>(verb: string, key: string, perform: () => Promise<Value>): Promise<Value> =>
      this.#call(process, `${verb} ${asset(key)}`, perform, isFree);
    return {
      name: store.name,
      etags: store.etags,
      put: (key, body, options) => {
        const begun = process.begun.get(asset(key)) ?? 0;
        return call("put", key, async () => {
          const result = await store.put(key, body, { ...options, signal: undefined } as object);
          this.history.put(process, asset(key), body, options?.metadata?.["write-id"], begun);
          return result;
        });
      },
      get: (key) =>
        call("get", key, async () => {
          const { meta, bytes } = (await store.get(key)) as { readonly meta: object; readonly bytes: () => Promise<Uint8Array> };
          const read = await bytes();
          return { meta, bytes: async () => read, stream: () => new Blob([read as Uint8Array<ArrayBuffer>]).stream() } as never;
        }),
      head: (key) => call("head", key, () => store.head(key)),
    };
  }
}

function labelOf({ events = [], kv = [], runs = [] }: Parameters<Storage["commit"]>[0]): string {
  const names = events.map(({ eventType, assetKey }) => (assetKey === undefined ? eventType : `${eventType} ${assetKey}`));
  const announced = kv.filter(({ value }) => value !== undefined).map(() => "announcement");
  const all = [...names, ...announced];
  return `commit ${all.length > 0 ? all.join(", ") : runs.length > 0 ? "run" : "nothing"}`;
}

function codeOf(error: unknown): string {
  return (error as { readonly code?: string }).code ?? String(error);
}

function remove<Value>(list: Value[], value: Value): void {
  const index = list.indexOf(value);
  if (index >= 0) list.splice(index, 1);
}
