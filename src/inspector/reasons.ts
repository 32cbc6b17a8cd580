import type { StalenessCause } from "../storage/types.ts";

/** Why something is stale, as a sentence without the name of what is stale. */
export function causeSentence({ kind, upstream, upstreamPartition }: StalenessCause): string {
  const input = upstream === undefined ? "its input" : upstreamPartition === undefined ? upstream : `${upstream}[${upstreamPartition}]`;
  switch (kind) {
    case "code-version":
      return "Its code version has changed since it was made.";
    case "upstream-version":
      return `It was made from a version of ${input} that is no longer the latest.`;
    case "upstream-unconsumed":
      return `Its input ${input} has data that it was not made from.`;
    case "upstream-stale":
      return `Its input ${input} is stale.`;
    case "value-missing":
      return "Its value is gone from its store.";
    case "value-replaced":
      return "Its value was replaced by one that no run has recorded.";
    case "value-unrecorded":
      return "Its value was replaced by a run that has not recorded it.";
  }
}
