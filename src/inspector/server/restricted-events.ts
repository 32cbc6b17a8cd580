import type { EventBatch, EventView } from "../inspection.ts";
import type { Redaction } from "./redaction.ts";
import type { Visible } from "./visible.ts";

/**
 * A batch with what may be seen of it. The cursor stays: what is left out was seen by nobody who asks again.
 *
 * @param runs the ids of the runs that are seen, which grows
 */
export function restrictedBatch(batch: EventBatch, visible: Visible, redaction: Redaction, runs: Set<string>): EventBatch {
  const seenRuns = visible.runs(batch.runs);
  for (const { runId } of seenRuns) runs.add(runId);
  const isSeen = ({ asset, runId }: EventView): boolean => (asset === undefined ? visible.isWhole || runs.has(runId) : visible.has(asset));
  return {
    cursor: batch.cursor,
    events: batch.events.filter(isSeen).map((event) => visible.event(redaction.event(event))),
    runs: seenRuns,
    nodes: batch.nodes.flatMap(([position, node]) => {
      const seen = visible.position(position);
      if (seen === undefined) return [];
      const { latest } = node;
      return [[seen, { ...visible.node(node), ...(latest && { latest: redaction.latest(latest, node.name) }) }] as const];
    }),
    live: batch.live
      .filter(({ step }) => visible.hasStep(step))
      .map((each) => (each.type === "log" ? { ...each, message: visible.text(each.message) } : each)),
  };
}
