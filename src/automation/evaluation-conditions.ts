/** Conditions on what evaluations request, and on the time windows of partitions. */
import { checkOptions, type OptionKinds, wholeNumber } from "../options.ts";
import { makeCondition } from "./make-condition.ts";
import type { Condition } from "./types.ts";

/** Options of {@link inLatestTimeWindow}. */
export interface LatestTimeWindowOptions {
  /** How many of the last windows count; 1 unless given. */
  readonly windows?: number | undefined;
}

const latestKinds: OptionKinds<LatestTimeWindowOptions> = { windows: /* @__PURE__ */ wholeNumber(1) };

/**
 * True for the partitions of the last time window that has begun, or of the last one that has ended when the partitions are
 * defined so. True for every partition that is not over time, and for all of a definition whose end has passed. Of several
 * dimensions the one over time counts.
 *
 * @throws `DefinitionError` for an invalid option
 */
export function inLatestTimeWindow(options: LatestTimeWindowOptions = {}): Condition {
  checkOptions("inLatestTimeWindow", options, latestKinds, "DefinitionError");
  const { windows = 1 } = options;
  const label = windows === 1 ? "in the latest time window" : `in the latest ${windows} time windows`;
  return makeCondition(label, ({ snapshot }) => snapshot.inLatestWindows(windows));
}

/** True when the asset was requested since the previous evaluation, by whatever repository. Never true at the first evaluation. */
export function newlyRequested(): Condition {
  return makeCondition("newly requested", ({ snapshot, recall, remember }) => {
    const known = recall();
    remember(snapshot.lastRequest);
    return typeof known === "number" ? snapshot.requestedAfter(known) : [];
  });
}

/**
 * True for what this evaluation requests. Of an upstream asset only what is made in the same run counts: of the same partitions,
 * each from the one with the same key.
 */
export function willBeRequested(): Condition {
  return makeCondition(
    "will be requested",
    ({ snapshot, root }) => {
      const edges = root.dependencies.filter((dependency) => dependency.snapshot === snapshot);
      // Whether an observation brings something new is only known afterwards.
      const isSameRun = !snapshot.isExternal && edges.length > 0 && edges.every(({ isSamePartition }) => isSamePartition);
      return isSameRun ? snapshot.partitions.filter(snapshot.willBeRequested) : [];
    },
    { isMomentary: true },
  );
}
