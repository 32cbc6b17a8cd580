/** The fixed story with events that a test adds, as they would come from a repository. */
import type { ConnectionState, EventBatch, EventView, Inspection } from "../../../src/inspector/inspection.ts";
import { story } from "./story.ts";

/** An event with this id. */
export function eventOf(id: number, rest: Partial<EventView> = {}): EventView {
  return { id, type: "Materialization", at: id, runId: "r1", asset: "daily", dataVersion: `v${id}`, metadata: {}, ...rest };
}

export class EventLog {
  readonly #events: EventView[] = [];
  readonly #waiting = new Set<() => void>();
  /** How many subscriptions are open. */
  listeners = 0;

  /** Adds events, with the ids that follow. */
  add(count: number, rest: Partial<EventView> = {}): void {
    for (let added = 0; added < count; added++) this.#events.push(eventOf(this.#events.length + 1, rest));
    for (const wake of this.#waiting) wake();
  }

  /** The story, whose events are these. */
  inspection(changes: Partial<Inspection> = {}): Inspection {
    return { ...story(), events: (after, signal) => this.#listen(after, signal), ...changes };
  }

  async *#listen(after: number, signal: AbortSignal): AsyncGenerator<EventBatch | ConnectionState> {
    this.listeners++;
    try {
      yield { alive: Date.now(), state: "live" };
      let cursor = after;
      while (!signal.aborted) {
        const events = this.#events.filter(({ id }) => id > cursor).slice(0, 200);
        const last = events.at(-1)?.id;
        if (last === undefined) await this.#change(signal);
        else {
          cursor = last;
          yield { cursor, events, runs: [], nodes: [], live: [] };
        }
      }
    } finally {
      this.listeners--;
    }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      this.#waiting.add(end);
      signal.addEventListener("abort", end);
    });
  }
}
