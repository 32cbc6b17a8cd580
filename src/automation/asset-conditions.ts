/** Conditions on the latest events of one asset, now and compared with the previous evaluation. */
import { makeCondition } from "./make-condition.ts";
import type { AssetSnapshot, Condition, ConditionContext } from "./types.ts";

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
  const version = ({ latest }: AssetSnapshot, partition: string): string | undefined => latest(partition)?.lastDataVersion;
  return makeCondition("data version changed", (context) => changed(context, version, () => false));
}

/**
 * True when the asset was materialized, or observed with another data version, since the previous evaluation. Never true at the
 * first evaluation.
 */
export function newlyUpdated(): Condition {
  const update = ({ latest }: AssetSnapshot, partition: string): string | undefined => {
    const { lastMaterializationId: id = 0, lastDataVersion } = latest(partition) ?? {};
    return lastDataVersion === undefined ? undefined : `${id} ${lastDataVersion}`;
  };
  // An input that was added since the previous evaluation: only its events since then count.
  const isNew = ({ latest }: AssetSnapshot, partition: string, last: number): boolean => (latest(partition)?.lastEventId ?? 0) > last;
  return makeCondition("newly updated", (context) => changed(context, update, isNew));
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

/**
 * The partitions with another value than at the previous evaluation.
 *
 * @param isNew decides for an asset of which nothing is remembered, unless this is the first evaluation
 */
function changed(
  { snapshot, previous, lastEventId, recall, remember }: ConditionContext,
  currentValue: (snapshot: AssetSnapshot, partition: string) => string | undefined,
  isNew: (snapshot: AssetSnapshot, partition: string, lastEventId: number) => boolean,
): readonly string[] {
  const now = snapshot.partitions.flatMap((partition) => {
    const value = currentValue(snapshot, partition);
    return value === undefined ? [] : [[partition, value] as const];
  });
  const before = recall();
  remember(now);
  if (before === undefined) {
    if (previous === undefined) return [];
    return now.flatMap(([partition]) => (isNew(snapshot, partition, lastEventId) ? [partition] : []));
  }
  const known = new Map(before as readonly (readonly [string, unknown])[]);
  return now.flatMap(([partition, value]) => (isSame(known.get(partition), value, snapshot, partition) ? [] : [partition]));
}

/** Whether a value is the remembered one. An earlier version has remembered the id of the last event of an update. */
function isSame(known: unknown, value: string, { latest }: AssetSnapshot, partition: string): boolean {
  return known === value || (typeof known === "number" && known === latest(partition)?.lastEventId);
}
