import type { ConnectionState, EventBatch, EventView, LiveEvent } from "../inspection.ts";

/** How the handler tells events, in milliseconds and sizes. */
export interface Pace {
  /** How long it collects before it sends. */
  readonly batchMs: number;
  /** How long a stream is silent before it says that it is alive. */
  readonly aliveMs: number;
  /** How long a stream lasts. Workers and proxies end longer ones without a word. */
  readonly streamMs: number;
  /** How long a poll waits for the first event. */
  readonly pollMs: number;
  readonly mostEvents: number;
  readonly mostBytes: number;
}

export const defaultPace: Pace = {
  batchMs: 100,
  aliveMs: 15_000,
  streamMs: 55_000,
  pollMs: 25_000,
  mostEvents: 500,
  mostBytes: 256_000,
};

const encoder = new TextEncoder();

/** Two batches as one: the later state of a run, a node and a step is the one that counts. */
export function joined(first: EventBatch, second: EventBatch): EventBatch {
  const runs = new Map([...first.runs, ...second.runs].map((run) => [run.runId, run]));
  const nodes = new Map([...first.nodes, ...second.nodes]);
  return {
    cursor: second.cursor,
    events: [...first.events, ...second.events],
    runs: [...runs.values()],
    nodes: [...nodes],
    live: latestLive([...first.live, ...second.live]),
  };
}

function latestLive(live: readonly LiveEvent[]): readonly LiveEvent[] {
  const last = new Map(live.map((each, index) => [each.type === "log" ? index : JSON.stringify([each.runId, each.step]), index]));
  return live.filter((each, index) => each.type === "log" || last.get(JSON.stringify([each.runId, each.step])) === index);
}

/**
 * A batch as batches of limited size. The cursor moves with the last events only, and what has changed with them goes first, so that
 * a client that is cut off in between is told again and misses nothing.
 *
 * @param after the cursor before the batch
 */
export function pieces(
  batch: EventBatch,
  after: number,
  { mostEvents, mostBytes }: Pick<Pace, "mostEvents" | "mostBytes">,
): readonly EventBatch[] {
  const found: EventBatch[] = [];
  let piece = empty(after);
  let bytes = 0;
  const add = (size: number, grow: () => void): void => {
    if (bytes > 0 && (bytes + size > mostBytes || piece.events.length === mostEvents)) {
      found.push(piece);
      piece = empty(piece.cursor);
      bytes = 0;
    }
    bytes += size;
    grow();
  };
  for (const run of batch.runs) add(sizeOf(run), () => piece.runs.push(run));
  for (const node of batch.nodes) add(sizeOf(node), () => piece.nodes.push(node));
  for (const each of batch.live) add(sizeOf(each), () => piece.live.push(each));
  for (const event of batch.events) {
    add(sizeOf(event), () => {
      piece.events.push(event);
      piece.cursor = event.id;
    });
  }
  piece.cursor = batch.cursor;
  return [...found, piece];
}

interface Piece extends EventBatch {
  cursor: number;
  readonly events: EventView[];
  readonly runs: EventBatch["runs"][number][];
  readonly nodes: EventBatch["nodes"][number][];
  readonly live: LiveEvent[];
}

function empty(cursor: number): Piece {
  return { cursor, events: [], runs: [], nodes: [], live: [] };
}

function sizeOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).byteLength;
}

/**
 * The batches of an Inspection, collected for a moment and cut to size. Between them `"alive"` when nothing happens. Ends with the
 * signal.
 */
export async function* batches(
  source: AsyncIterable<EventBatch | ConnectionState>,
  after: number,
  signal: AbortSignal,
  pace: Pace,
): AsyncGenerator<EventBatch | ConnectionState | "alive"> {
  const inbox = new Inbox(source, signal, pace.mostEvents);
  let cursor = after;
  while (!signal.aborted) {
    if (!(await inbox.filled(pace.aliveMs))) {
      if (inbox.isOver) return;
      if (!signal.aborted) yield "alive";
      continue;
    }
    await inbox.full(pace.batchMs);
    const { batch, connection } = inbox.take();
    if (connection !== undefined) yield connection;
    if (batch === undefined) continue;
    yield* pieces(batch, cursor, pace);
    cursor = batch.cursor;
  }
}

/** Reads batches ahead, until there are enough of them. */
class Inbox {
  readonly #most: number;
  readonly #signal: AbortSignal;
  #batch: EventBatch | undefined;
  #connection: ConnectionState | undefined;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #changed: () => void = () => {};
  #taken: () => void = () => {};

  constructor(source: AsyncIterable<EventBatch | ConnectionState>, signal: AbortSignal, most: number) {
    this.#most = most;
    this.#signal = signal;
    void this.#read(source).catch((error: unknown) => {
      this.#failure = { error };
      this.#isOver = true;
      this.#changed();
    });
  }

  /** Whether the source has ended and everything is taken. @throws what the source has thrown */
  get isOver(): boolean {
    if (this.#failure !== undefined && !this.#signal.aborted) throw this.#failure.error;
    return this.#isOver && !this.#isFilled;
  }

  get #isFilled(): boolean {
    return this.#batch !== undefined || this.#connection !== undefined;
  }

  get #isFull(): boolean {
    return (this.#batch?.events.length ?? 0) >= this.#most;
  }

  /** Waits until there is something; false when the time, the source or the signal ends before. */
  async filled(waitMs: number): Promise<boolean> {
    await this.#until(() => this.#isFilled, waitMs);
    return this.#isFilled;
  }

  /** Waits until there is enough for a batch, or the time ends. */
  async full(waitMs: number): Promise<void> {
    await this.#until(() => this.#isFull, waitMs);
  }

  take(): { readonly batch: EventBatch | undefined; readonly connection: ConnectionState | undefined } {
    const taken = { batch: this.#batch, connection: this.#connection };
    this.#batch = undefined;
    this.#connection = undefined;
    this.#taken();
    return taken;
  }

  async #read(source: AsyncIterable<EventBatch | ConnectionState>): Promise<void> {
    for await (const each of source) {
      if ("state" in each) this.#connection = each;
      else this.#batch = this.#batch === undefined ? each : joined(this.#batch, each);
      this.#changed();
      if (this.#isFull && !this.#signal.aborted) {
        await new Promise<void>((resolve) => {
          this.#taken = resolve;
          this.#signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
    }
    this.#isOver = true;
    this.#changed();
  }

  async #until(isDone: () => boolean, waitMs: number): Promise<void> {
    if (isDone() || this.#isOver || this.#signal.aborted) return;
    const signal = this.#signal;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        this.#changed = () => {};
        resolve();
      };
      const timer = setTimeout(end, waitMs);
      signal.addEventListener("abort", end, { once: true });
      this.#changed = () => {
        if (isDone() || this.#isOver) end();
      };
    });
  }
}
