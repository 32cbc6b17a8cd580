import type { ConnectionState, EventBatch, EventView, LiveEvent } from "../inspection.ts";

/** How the handler tells events, in milliseconds and sizes. */
export interface Pace {
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
  aliveMs: 15_000,
  streamMs: 55_000,
  pollMs: 25_000,
  mostEvents: 500,
  mostBytes: 256_000,
};

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
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}

/**
 * The batches of an Inspection, cut to size. Between them `"alive"` when nothing happens. Ends with the signal.
 */
export async function* batches(
  source: AsyncIterable<EventBatch | ConnectionState>,
  after: number,
  signal: AbortSignal,
  pace: Pace,
): AsyncGenerator<EventBatch | ConnectionState | "alive"> {
  const iterator = source[Symbol.asyncIterator]();
  let cursor = after;
  let next = iterator.next();
  while (true) {
    const result = await unlessSilent(next, pace.aliveMs);
    if (result === "alive") {
      yield result;
      continue;
    }
    if (result.done || signal.aborted) return;
    next = iterator.next();
    // What is asked for ahead may fail when nobody waits for it any more.
    next.catch(() => undefined);
    if ("state" in result.value) yield result.value;
    else {
      yield* pieces(result.value, cursor, pace);
      cursor = result.value.cursor;
    }
  }
}

/** What comes, or `"alive"` when nothing comes in time. */
async function unlessSilent<Value>(next: Promise<Value>, waitMs: number): Promise<Value | "alive"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<"alive">((resolve) => {
    timer = setTimeout(() => resolve("alive"), waitMs);
  });
  try {
    return await Promise.race([next, silent]);
  } finally {
    clearTimeout(timer);
  }
}
