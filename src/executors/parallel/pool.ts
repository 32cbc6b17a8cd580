import { EdgewaterError } from "../../errors.ts";
import { describe } from "../../options.ts";
import { failureRecord } from "../../run/failure-record.ts";
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import { thrownFrom } from "../../run/thrown-from.ts";
import { type AnyWorker, isWorker, type Line, lineTo } from "./line.ts";
import { type FromWorker, isMessage } from "./messages.ts";

/** How long a worker has to answer after an abort, in milliseconds. */
const abortGraceMs = 1000;
/** How long a worker has to load its file and to open its repository, in milliseconds. */
const startTimeoutMs = 60_000;

/** What became of a step that was sent to a worker. */
export type Answer = { readonly outcome: StepOutcome } | { readonly error: unknown } | { readonly lost: Loss };

/** Why a worker was lost, with the error that nothing has caught where it is known. */
export interface Loss {
  readonly reason: string;
  readonly cause: unknown;
}

/** One worker. It makes one step at a time. */
interface Slot {
  readonly line: Line;
  /** Ends the worker unless it is ready in time. */
  readonly timer: ReturnType<typeof setTimeout>;
  isReady: boolean;
  job: { readonly id: number; readonly settle: (answer: Answer) => void } | undefined;
}

/** Options of a pool. */
export interface PoolOptions {
  readonly start: () => AnyWorker;
  readonly size: number;
  readonly stepTimeoutMs: number | undefined;
}

/** Workers that are started when the first step needs them, stay warm, and are replaced when they are lost. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #slots = new Set<Slot>();
  readonly #free: Slot[] = [];
  readonly #waiting: { readonly take: (slot: Slot) => void; readonly refuse: (error: unknown) => void }[] = [];
  #nextId = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Sends a step to a worker; undefined when it is aborted before. Rejects when no worker can be had. */
  async run(request: StepRequest, signal: AbortSignal): Promise<Answer | undefined> {
    const slot = await this.#take(signal);
    if (slot === undefined) return undefined;
    const id = ++this.#nextId;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let grace: ReturnType<typeof setTimeout> | undefined;
    const abort = (): void => {
      slot.line.post({ edgewater: "abort", id, reason: failureRecord(signal.reason) });
      grace = setTimeout(() => this.#lose(slot, "it did not stop after an abort"), abortGraceMs);
    };
    const { stepTimeoutMs } = this.#options;
    const answer = new Promise<Answer>((settle) => {
      slot.job = { id, settle };
    });
    slot.line.keepAlive(true);
    slot.line.post({ edgewater: "step", id, request });
    if (stepTimeoutMs !== undefined)
      timer = setTimeout(() => this.#lose(slot, `it gave no answer in ${stepTimeoutMs} ms, the stepTimeoutMs of parallel`), stepTimeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      clearTimeout(grace);
      signal.removeEventListener("abort", abort);
      slot.job = undefined;
      if (this.#slots.has(slot)) this.#release(slot);
    }
  }

  /** Ends every worker. */
  close(): void {
    this.#isClosed = true;
    for (const slot of [...this.#slots]) this.#lose(slot, "its pool was closed");
    for (const { refuse } of this.#waiting.splice(0)) refuse(closed());
  }

  async #take(signal: AbortSignal): Promise<Slot | undefined> {
    if (this.#isClosed) throw closed();
    if (signal.aborted) return undefined;
    const free = this.#free.pop();
    if (free !== undefined) return free;
    return new Promise((resolve, reject) => {
      const waiter = { take: resolve, refuse: reject };
      this.#waiting.push(waiter);
      signal.addEventListener(
        "abort",
        () => {
          const index = this.#waiting.indexOf(waiter);
          if (index < 0) return;
          this.#waiting.splice(index, 1);
          resolve(undefined);
        },
        { once: true },
      );
      if (this.#slots.size < this.#options.size) this.#start();
    });
  }

  #start(): void {
    try {
      this.#slots.add(this.#slotOf(this.#options.start()));
    } catch (error) {
      this.#cannotStart(error);
    }
  }

  #slotOf(worker: unknown): Slot {
    const onMessage = (message: unknown): void => {
      if (isMessage<FromWorker>(message)) this.#receive(slot, message);
    };
    if (!isWorker(worker)) throw noWorker(worker);
    const line = lineTo(worker, onMessage, (reason, cause) => this.#lose(slot, reason, cause));
    const slow = `it has not called serveSteps, or not opened its repository, in ${startTimeoutMs / 1000} s`;
    const timer = setTimeout(() => this.#lose(slot, slow), startTimeoutMs);
    const slot: Slot = { line, timer, isReady: false, job: undefined };
    return slot;
  }

  #receive(slot: Slot, message: FromWorker): void {
    switch (message.edgewater) {
      case "ready":
        // A file that serves twice says so twice.
        if (slot.isReady) break;
        slot.isReady = true;
        clearTimeout(slot.timer);
        this.#release(slot);
        break;
      case "refused":
        this.#remove(slot);
        this.#cannotStart(thrownFrom(message.error));
        break;
      case "ended":
        if (slot.job?.id === message.id) slot.job?.settle({ outcome: message.outcome });
        break;
      case "failed":
        if (slot.job?.id === message.id) slot.job?.settle({ error: thrownFrom(message.error) });
    }
  }

  #release(slot: Slot): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) {
      slot.line.keepAlive(false);
      this.#free.push(slot);
    } else {
      waiter.take(slot);
    }
  }

  /** A worker cannot be started. Those that can make the steps that wait; without one, the steps fail with the error. */
  #cannotStart(error: unknown): void {
    if (this.#slots.size > 0) return;
    for (const { refuse } of this.#waiting.splice(0)) refuse(error);
  }

  /** A worker is gone, or is ended because it hangs. What it made is tried elsewhere; another one takes its place when it is needed. */
  #lose(slot: Slot, reason: string, cause?: unknown): void {
    if (!this.#remove(slot)) return;
    if (slot.isReady) {
      slot.job?.settle({ lost: { reason, cause } });
      if (this.#waiting.length > 0 && !this.#isClosed) this.#start();
    } else {
      this.#cannotStart(notStarted(reason, cause));
    }
  }

  #remove(slot: Slot): boolean {
    if (!this.#slots.delete(slot)) return false;
    const index = this.#free.indexOf(slot);
    if (index >= 0) this.#free.splice(index, 1);
    clearTimeout(slot.timer);
    slot.line.end();
    return true;
  }
}

function closed(): EdgewaterError<"Closed"> {
  return new EdgewaterError("Closed", "Cannot run a step with parallel: it was closed");
}

function notStarted(reason: string, cause: unknown): EdgewaterError<"Unavailable"> {
  const message = `Cannot start a worker of parallel: ${reason}; look at the file that start names: it loads without an error, and ends with serveSteps`;
  return new EdgewaterError("Unavailable", message, { cause });
}

function noWorker(value: unknown): EdgewaterError<"SettingsError"> {
  const message = `Cannot start a worker of parallel: start has returned ${describe(value)}; expected a Worker: start: () => new Worker(new URL("./my-worker.ts", import.meta.url), { type: "module" })`;
  return new EdgewaterError("SettingsError", message, { field: "start" });
}
