/** Conditions that most assets need, made of the others. */
import { checkOptions, either, type OptionKind, type OptionKinds, oneOf, wholeNumber } from "../options.ts";
import { inProgress, missing, newlyUpdated } from "./asset-conditions.ts";
import { and, anyDepsMatch, newlyTrue, not, or } from "./condition-operators.ts";
import { inLatestTimeWindow, willBeRequested } from "./evaluation-conditions.ts";
import { heldSince } from "./since-last-handled.ts";
import type { Condition } from "./types.ts";

/** Options of `eager` and `onMissing`. */
export interface PresetOptions {
  /** How many of the last time windows count, or `"all"`; 1 unless given. Of no importance for partitions that are not over time. */
  readonly windows?: number | "all" | undefined;
}

/** The kind of the option `windows`. */
export const someWindows: OptionKind = /* @__PURE__ */ either(/* @__PURE__ */ wholeNumber(1), /* @__PURE__ */ oneOf("all"));
const presetKinds: OptionKinds<PresetOptions> = { windows: someWindows };

/** See `condition.eager`. */
export function eager(options: PresetOptions = {}): Condition {
  checkOptions("eager", options, presetKinds, "DefinitionError");
  return and(heldSince(somethingNew(), latestWindows(options)), ...nothingPreventsRun());
}

/** See `condition.onMissing`. */
export function onMissing(options: PresetOptions = {}): Condition {
  checkOptions("onMissing", options, presetKinds, "DefinitionError");
  return and(heldSince(somethingNew(), latestWindows(options)), missing(), ...nothingPreventsRun());
}

/** The condition that a partition is in the last windows; undefined for all windows. */
export function latestWindows({ windows = 1 }: PresetOptions): Condition | undefined {
  return windows === "all" ? undefined : inLatestTimeWindow({ windows });
}

function somethingNew(): Condition {
  return or(newlyTrue(missing()), anyDepsMatch(newlyUpdated()), anyDepsMatch(willBeRequested()));
}

function nothingPreventsRun(): readonly Condition[] {
  return [not(anyDepsMatch(and(missing(), not(willBeRequested())))), not(anyDepsMatch(inProgress())), not(inProgress())];
}
