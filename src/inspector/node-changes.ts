import type { EventBatch, NodeRow } from "./inspection.ts";
import type { KnownRows } from "./snapshot.ts";

/** The rows of all nodes, and since which event each is as it is. */
export class NodeChanges {
  #rows: readonly NodeRow[];
  #texts: readonly string[];
  /** For each row: it has changed after this event. */
  readonly #since: number[];

  constructor({ rows, cursor }: KnownRows) {
    this.#rows = rows;
    this.#texts = rows.map((row) => JSON.stringify(row));
    this.#since = rows.map(() => cursor);
  }

  /** Takes rows that include all events up to an id, and returns those that have changed. */
  update(rows: readonly NodeRow[], lastEventId: number): EventBatch["nodes"] {
    const texts = rows.map((row) => JSON.stringify(row));
    const changed: (readonly [number, NodeRow])[] = [];
    for (const [position, row] of rows.entries()) {
      if (texts[position] === this.#texts[position]) continue;
      changed.push([position, row]);
      // A change without an event, such as the end of a process, counts as one after the last event.
      this.#since[position] = lastEventId + 0.5;
    }
    this.#rows = rows;
    this.#texts = texts;
    return changed;
  }

  /** The rows that are not as they were after an event. */
  after(eventId: number): EventBatch["nodes"] {
    return this.#rows.flatMap((row, position) => ((this.#since[position] ?? 0) > eventId ? [[position, row] as const] : []));
  }
}
