import { abortedError, EdgewaterError } from "../../errors.ts";
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import { thrownFrom } from "../../run/thrown-from.ts";
import { type AnyWorker, type Line, lineTo } from "./line.ts";
import { type FromWorker, isMessage } from "./messages.ts";

/** How long a worker has to answer after an abort, in milliseconds. */
const abortGraceMs = 1000;

/** What became of a step that was sent to a worker. */
export type Answer = { readonly outcome: StepOutcome } | { readonly error: unknown } | { readonly lost: EdgewaterError<"Unavailable"> };

/** One worker. It makes one step at a time. */
interface Slot {
  readonly line: Line;
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

  /** Sends a step to a worker. Rejects when no worker can be had. */
  async run(request: StepRequest, signal: AbortSignal): Promise<Answer> {
    const slot = await this.#take(signal);
    const id = ++this.#nextId;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let grace: ReturnType<typeof setTimeout> | undefined;
    const abort = (): void => {
      slot.line.post({ edgewater: "abort", id, reason: abortedError(signal).message });
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

  async #take(signal: AbortSignal): Promise<Slot> {
    if (this.#isClosed) throw closed();
    if (signal.aborted) throw abortedError(signal);
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#slots.size < this.#options.size) this.#start();
    return new Promise<Slot>((resolve, reject) => {
      const waiter = { take: resolve, refuse: reject };
      this.#waiting.push(waiter);
      signal.addEventListener(
        "abort",
        () => {
          const index = this.#waiting.indexOf(waiter);
          if (index < 0) return;
          this.#waiting.splice(index, 1);
          reject(abortedError(signal));
        },
        { once: true },
      );
    });
  }

  #start(): void {
    const onMessage = (message: unknown): void => {
      if (isMessage<FromWorker>(message)) this.#receive(slot, message);
    };
    const line = lineTo(this.#options.start(), onMessage, (reason) => this.#lose(slot, reason));
    const slot: Slot = { line, isReady: false, job: undefined };
    this.#slots.add(slot);
  }

  #receive(slot: Slot, message: FromWorker): void {
    switch (message.edgewater) {
      case "ready":
        // A file that serves twice says so twice.
        if (!slot.isReady) this.#release(slot);
        slot.isReady = true;
        break;
      case "refused":
        this.#refuse(slot, thrownFrom(message.error));
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

  /** A worker that cannot open its repository is the fault of its code: another one would fail in the same way. */
  #refuse(slot: Slot, error: unknown): void {
    this.#remove(slot);
    for (const { refuse } of this.#waiting.splice(0)) refuse(error);
  }

  /** A worker is gone, or is ended because it hangs. What it made is tried elsewhere; another one takes its place when it is needed. */
  #lose(slot: Slot, reason: string): void {
    if (!this.#remove(slot)) return;
    const lost = new EdgewaterError("Unavailable", `A worker of parallel was lost: ${reason}`);
    if (!slot.isReady) {
      for (const { refuse } of this.#waiting.splice(0)) refuse(lost);
      return;
    }
    slot.job?.settle({ lost });
    if (this.#waiting.length > 0 && !this.#isClosed) this.#start();
  }

  #remove(slot: Slot): boolean {
    if (!this.#slots.delete(slot)) return false;
    const index = this.#free.indexOf(slot);
    if (index >= 0) this.#free.splice(index, 1);
    slot.line.end();
    return true;
  }
}

function closed(): EdgewaterError<"Closed"> {
  return new EdgewaterError("Closed", "Cannot run a step with parallel: it was closed");
}
