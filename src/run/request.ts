import type { RunSelection } from "../storage/types.ts";
import type { Selection } from "./plan.ts";

/** What a run was asked to make, as its record keeps it. */
export function requestOf({ selection, includeUpstream, partitionKey, partitionKeys, partitionRange: range }: Selection): RunSelection {
  const keys = partitionKeys ?? (partitionKey === undefined ? undefined : [partitionKey]);
  return {
    ...(selection && { selection: selection.map((each) => (typeof each === "string" ? each : each.name)) }),
    ...(includeUpstream && { includeUpstream }),
    ...(keys && { partitionKeys: keys.map(String) }),
    ...(range && { partitionRange: { from: String(range.from), to: String(range.to) } }),
  };
}
