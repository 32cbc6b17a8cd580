import type { EventBatch } from "../../src/inspector/inspection.ts";
import type { Store } from "../state/store.ts";
import type { LiveRegion } from "./live-region.ts";

/** What a batch of events is in words: what was made, and what failed. */
export function wordsOf(batch: EventBatch): { readonly made: readonly string[]; readonly failed: readonly string[] } {
  const made = new Set<string>();
  const failed = new Set<string>();
  for (const event of batch.events) {
    if (event.asset === undefined) continue;
    const name = event.partition === undefined ? event.asset : `${event.asset}, ${event.partition},`;
    if (event.type === "Materialization") made.add(`${name} was materialized`);
    if (event.type === "StepFailure") failed.add(`${name} failed`);
    if (event.type === "StepSkipped" && event.unchanged !== true) made.add(`${name} was skipped`);
  }
  return { made: [...made], failed: [...failed] };
}

/** Says what happens to those who do not see it. */
export function tellBatches(store: Store, live: LiveRegion): () => void {
  return store.onBatch((batch) => {
    const { made, failed } = wordsOf(batch);
    if (failed.length > 0) live.warn(failed.join("; "));
    for (const words of made) live.say(words);
  });
}
