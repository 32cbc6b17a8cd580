import { EdgewaterError } from "../../errors.ts";
import { maximumKeys, type PartitionKey } from "../partition-key.ts";
import { needsDownstream, needsUpstream } from "./key-mappings.ts";
import { makeMapping, mappingError } from "./make-mapping.ts";
import type { MappingRequest, PartitionMapping } from "./types.ts";

/** One window, this many after the window of the same time; before it, when negative. */
export interface TimeWindowShift {
  readonly offset: number;
}

/** All windows from one offset to another, both included. */
export interface TimeWindowSpan {
  readonly from: number;
  readonly to: number;
}

/** See `PartitionMapping.timeWindow`. */
export function timeWindowMapping(options: TimeWindowShift): PartitionMapping<"one">;
export function timeWindowMapping(options: TimeWindowSpan): PartitionMapping<"many">;
export function timeWindowMapping(options: TimeWindowShift | TimeWindowSpan): PartitionMapping<"one" | "many"> {
  const many = !("offset" in options);
  const [from, to] = many ? [options.from, options.to] : [options.offset, options.offset];
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) refuse("PartitionMapping.timeWindow counts in whole windows");
  if (from > to) refuse(`PartitionMapping.timeWindow goes from ${from} to ${to}, which is the wrong way round`);
  if (to - from >= maximumKeys) refuse(`PartitionMapping.timeWindow takes at most ${maximumKeys} windows`);
  return makeMapping({
    kind: "timeWindow",
    arity: many ? "many" : "one",
    problem: (edge) => {
      const missing = needsUpstream(edge) ?? needsDownstream(edge);
      if (missing !== undefined) return missing;
      return edge.upstream?.kind === "time" && edge.downstream?.kind === "time" ? undefined : "needs partitions over time on both sides";
    },
    map: (request) => ({ keys: Array.from({ length: to - from + 1 }, (_, index) => shifted(request, from + index)) }),
  });
}

function shifted({ key, downstream, upstream, owner, input }: MappingRequest, steps: number): PartitionKey {
  const window = key === undefined ? undefined : downstream?.timeWindow(key);
  const target = window === undefined || upstream?.kind !== "time" ? undefined : upstream.keyAt(window.start, steps);
  if (target === undefined) throw mappingError("timeWindow", `finds no window ${steps} after ${JSON.stringify(String(key))}`, owner, input);
  return target;
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
