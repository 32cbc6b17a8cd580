import { EdgewaterError } from "../../errors.ts";
import { anyValue, checkOptions, type OptionKinds } from "../../options.ts";
import { maximumKeys, type PartitionKey } from "../partition-key.ts";
import {
  type MappingRequest,
  makeMapping,
  mappingError,
  needsDownstream,
  needsUpstream,
  type PartitionEdge,
  type PartitionMapping,
} from "./make-mapping.ts";

/** One window. */
export interface TimeWindowShift {
  /** Number of windows after the one at the same time; before it, when negative. */
  readonly offset: number;
}

/** Several windows in a row. */
export interface TimeWindowSpan {
  /** Offset of the first window. */
  readonly from: number;
  /** Offset of the last window. */
  readonly to: number;
}

const kinds: OptionKinds<TimeWindowShift & TimeWindowSpan> = { offset: anyValue, from: anyValue, to: anyValue };

/** See `PartitionMapping.timeWindow`. */
export function timeWindowMapping(options: TimeWindowShift): PartitionMapping<"one">;
export function timeWindowMapping(options: TimeWindowSpan): PartitionMapping<"many">;
export function timeWindowMapping(options: TimeWindowShift | TimeWindowSpan): PartitionMapping<"one" | "many"> {
  checkOptions("PartitionMapping.timeWindow", options, kinds, "PartitionError");
  const many = !("offset" in options);
  const [from, to] = many ? [options.from, options.to] : [options.offset, options.offset];
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to))
    refuse("Invalid offset of PartitionMapping.timeWindow; expected a whole number of windows");
  if (from > to) refuse(`Invalid range of PartitionMapping.timeWindow from ${from} to ${to}: the start comes after the end`);
  if (to - from >= maximumKeys)
    refuse(`Invalid range of PartitionMapping.timeWindow from ${from} to ${to}; the limit is ${maximumKeys} windows`);
  return makeMapping({
    kind: "timeWindow",
    arity: many ? "many" : "one",
    problem: needsTime,
    map: (request) => ({ keys: Array.from({ length: to - from + 1 }, (_, index) => shifted(request, from + index)) }),
  });
}

/** See `PartitionMapping.windowsWithin`. */
export function windowsWithinMapping(): PartitionMapping<"many"> {
  return makeMapping({
    kind: "windowsWithin",
    arity: "many",
    problem: needsTime,
    map: ({ key, downstream, upstream, owner, input }) => {
      const window = key === undefined ? undefined : downstream?.timeWindow(key);
      const keys = window === undefined || upstream?.kind !== "time" ? [] : upstream.within(window);
      if (keys.length === 0) throw mappingError("windowsWithin", `finds no window within ${JSON.stringify(String(key))}`, owner, input);
      return { keys };
    },
  });
}

/** The problem of a mapping by time. A wall clock without a zone cannot be compared with instants. */
function needsTime(edge: PartitionEdge): string | undefined {
  const missing = needsUpstream(edge) ?? needsDownstream(edge);
  if (missing !== undefined) return missing;
  const { upstream, downstream, owner, input } = edge;
  if (upstream?.kind !== "time" || downstream?.kind !== "time") return "needs partitions over time on both sides";
  if ((upstream.timeZone === undefined) === (downstream.timeZone === undefined)) return undefined;
  const [zoned, naive] = upstream.timeZone === undefined ? [owner, input] : [input, owner];
  return `needs a time zone on both sides or on none: ${JSON.stringify(zoned)} has one and ${JSON.stringify(naive)} has none; pass timeZone, such as "UTC"`;
}

function shifted({ key, downstream, upstream, owner, input }: MappingRequest, steps: number): PartitionKey {
  const window = key === undefined ? undefined : downstream?.timeWindow(key);
  const target = window === undefined || upstream?.kind !== "time" ? undefined : upstream.keyAt(window.start, steps);
  if (target === undefined)
    throw mappingError("timeWindow", `finds no window with the offset ${steps} from ${JSON.stringify(String(key))}`, owner, input);
  return target;
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
