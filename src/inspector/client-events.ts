import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { ConnectionState, EventBatch } from "./inspection.ts";
import { serverSentEvents } from "./server-sent-events.ts";

/** Asks for events after a cursor, with these headers. */
export type AskEvents = (after: number, headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<Response>;

/** How a client listens, in milliseconds. */
export interface ListenPace {
  /** How long nothing may be heard before the connection counts as lost. The server says every 15 s that it is alive. */
  readonly silentMs: number;
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}

export const defaultListenPace: ListenPace = { silentMs: 20_000, firstRetryMs: 250, lastRetryMs: 10_000 };

/** So many streams that end without a word say that something in between keeps them: then it polls. */
const mutedStreams = 2;

/** A stream that was shorter, in milliseconds, and has told nothing, has failed. */
const shortestMs = 1000;

/**
 * Listens to the events of a served Inspection, until the signal is aborted. Goes on after the last cursor that it has told, so
 * that no event is missed or told twice, however often the connection is cut.
 */
export async function* listen(
  ask: AskEvents,
  after: number,
  signal: AbortSignal,
  pace: ListenPace = defaultListenPace,
): AsyncGenerator<EventBatch | ConnectionState> {
  let cursor = after;
  let [failures, muted] = [0, 0];
  let [alive, isLive] = [Date.now(), false];
  while (!signal.aborted) {
    let [hasHeard, hasTold] = [false, false];
    const [connection, began] = [new Watched(signal, pace.silentMs), Date.now()];
    try {
      for await (const each of muted < mutedStreams ? streamed(ask, cursor, connection) : polled(ask, cursor, connection)) {
        [alive, hasHeard] = [Date.now(), true];
        // A stream that is open is live when its source is: what happens before that, and is not recorded, is not told.
        if (each === "heard") continue;
        if ("state" in each) {
          yield each;
          isLive = each.state === "live";
        } else {
          if (!isLive) yield { alive, state: "live" };
          isLive = true;
          const batch = newPart(each, cursor);
          cursor = batch.cursor;
          hasTold = true;
          failures = 0;
          yield batch;
        }
      }
      // The server ends long streams, and polls end by themselves. A stream that ends as it begins is a failure.
      failures = Date.now() - began >= shortestMs ? 0 : failures + (hasTold ? 0 : 1);
    } catch (error) {
      if (signal.aborted) return;
      if (isEdgewaterError(error, "Unauthenticated", "PermissionDenied", "NotFound", "Closed")) throw error;
      failures++;
    } finally {
      connection.end();
    }
    muted = hasHeard ? 0 : muted + (muted < mutedStreams ? 1 : 0);
    if (failures === 0 && hasHeard) continue;
    if (signal.aborted) return;
    const retryInMs = Math.min(pace.firstRetryMs * 2 ** Math.max(0, failures - 1), pace.lastRetryMs) * (0.5 + Math.random() / 2);
    isLive = false;
    yield { alive, state: "retrying", retryInMs };
    await pause(retryInMs, signal);
  }
}

/** What of a batch was not told yet. */
function newPart(batch: EventBatch, cursor: number): EventBatch {
  return batch.events.every(({ id }) => id > cursor)
    ? { ...batch, cursor: Math.max(cursor, batch.cursor) }
    : { ...batch, cursor: Math.max(cursor, batch.cursor), events: batch.events.filter(({ id }) => id > cursor) };
}

async function* streamed(ask: AskEvents, after: number, connection: Watched): AsyncGenerator<EventBatch | ConnectionState | "heard"> {
  const headers = { accept: "text/event-stream", ...(after > 0 && { "last-event-id": `${after}` }) };
  const response = await ask(after, headers, connection.signal);
  const { body } = response;
  if (body === null || !/^text\/event-stream\b/.test(response.headers.get("content-type") ?? "")) throw unexpected();
  for await (const { event, data } of serverSentEvents(body)) {
    connection.heard();
    if (event === "batch" || event === "connection") yield JSON.parse(data) as EventBatch | ConnectionState;
    else yield "heard";
  }
}

async function* polled(ask: AskEvents, after: number, connection: Watched): AsyncGenerator<EventBatch | ConnectionState> {
  // A poll of the server lasts longer than a silence.
  connection.allow(60_000);
  const batch = (await (await ask(after, { accept: "application/json" }, connection.signal)).json()) as EventBatch;
  connection.heard();
  if (!Array.isArray(batch.events)) throw unexpected();
  yield { alive: Date.now(), state: "live" };
  yield batch;
}

function unexpected(): EdgewaterError {
  return new EdgewaterError("Unavailable", "The answer is not that of an inspector");
}

/** A connection that ends when nothing was heard for too long. */
class Watched {
  readonly #over = new AbortController();
  readonly #outer: AbortSignal;
  #silentMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(outer: AbortSignal, silentMs: number) {
    this.#outer = outer;
    this.#silentMs = silentMs;
    outer.addEventListener("abort", this.end, { once: true });
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    if (!this.#over.signal.aborted) this.#timer = setTimeout(this.end, this.#silentMs);
  }

  allow(silentMs: number): void {
    this.#silentMs = silentMs;
    this.heard();
  }

  readonly end = (): void => {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.end);
    this.#over.abort();
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
