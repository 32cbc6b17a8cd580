/** An inspection that goes on over another repository: the same assets after a function was edited. */
import type { EventBatch, Inspection } from "../src/inspector/inspection.ts";

export interface Switchable {
  readonly inspection: Inspection;
  /** Goes on with another inspection; listeners are told of every node anew. */
  readonly use: (next: Inspection) => void;
}

/** @param own methods in place of those of the inspections */
export function switchable(first: Inspection, own: Partial<Inspection> = {}): Switchable {
  let current = first;
  let switched = new AbortController();
  const events: Inspection["events"] = async function* (after, signal) {
    for (let cursor = after; !signal.aborted; ) {
      const { signal: over } = switched;
      for await (const told of current.events(cursor, AbortSignal.any([signal, over]))) {
        if ("cursor" in told) cursor = Math.max(cursor, told.cursor);
        yield told;
      }
      if (!over.aborted) return;
      const { nodes } = await current.snapshot({ signal });
      yield {
        cursor,
        events: [],
        runs: [],
        live: [],
        nodes: nodes.map((node, position) => [position, node] as const),
      } satisfies EventBatch;
    }
  };
  const inspection = new Proxy(first, {
    get: (_, method: keyof Inspection) => {
      const replaced = method === "events" ? events : own[method];
      if (replaced !== undefined) return replaced;
      return (...given: readonly unknown[]) => (current[method] as (...given: readonly unknown[]) => unknown)(...given);
    },
  });
  return {
    inspection,
    use: (next) => {
      current = next;
      const before = switched;
      switched = new AbortController();
      before.abort();
    },
  };
}
