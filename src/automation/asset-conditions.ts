/** Conditions on the latest events of one asset, now and compared with the previous evaluation. */
import { makeCondition } from "./make-condition.ts";
import type { AssetSnapshot, Condition } from "./types.ts";

/** True when the asset was never materialized or observed, or the last look at its store found no value. */
export function missing(): Condition {
  return makeCondition("missing", ({ snapshot }) =>
    snapshot.partitions.filter((partition) => {
      const { lastDataVersion, lastFound } = snapshot.latest(partition) ?? {};
      return lastDataVersion === undefined || lastFound === "Missing";
    }),
  );
}

/** True when the last materialization has another code version than the asset. */
export function codeVersionChanged(): Condition {
  return makeCondition("code version changed", ({ snapshot: { partitions, codeVersion, latest } }) =>
    partitions.filter((partition) => {
      const known = latest(partition);
      return (
        codeVersion !== undefined && known?.lastMaterializationId !== undefined && known.lastMaterializationCodeVersion !== codeVersion
      );
    }),
  );
}

/** True when the data version is another one than at the previous evaluation. Never true at the first evaluation. */
export function dataVersionChanged(): Condition {
  return changed("data version changed", (snapshot, partition) => snapshot.latest(partition)?.lastDataVersion);
}

/** True when the asset was materialized or observed since the previous evaluation. Never true at the first evaluation. */
export function newlyUpdated(): Condition {
  return changed("newly updated", (snapshot, partition) => snapshot.latest(partition)?.lastEventId);
}

/** True while a run or a backfill that has not ended is to make the asset and has not done so yet. */
export function inProgress(): Condition {
  return makeCondition("in progress", ({ snapshot }) => snapshot.partitions.filter(snapshot.isInProgress));
}

/** True when the last attempt to make the asset failed. */
export function executionFailed(): Condition {
  return makeCondition("execution failed", ({ snapshot }) =>
    snapshot.partitions.filter((partition) => {
      const { lastFailureId = 0, lastMaterializationId = 0 } = snapshot.latest(partition) ?? {};
      return lastFailureId > lastMaterializationId;
    }),
  );
}

/** A condition that is true when a value is another one than at the previous evaluation. */
function changed(label: string, currentValue: (snapshot: AssetSnapshot, partition: string) => string | number | undefined): Condition {
  return makeCondition(label, ({ snapshot, before, remember }) => {
    const now = snapshot.partitions.flatMap((partition) => {
      const value = currentValue(snapshot, partition);
      return value === undefined ? [] : [[partition, value] as const];
    });
    remember(now);
    if (before === undefined) return [];
    const known = new Map(before as typeof now);
    return now.filter(([partition, value]) => known.get(partition) !== value).map(([partition]) => partition);
  });
}
