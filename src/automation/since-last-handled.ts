import { checkConditions, makeCondition } from "./make-condition.ts";
import type { Condition, ConditionContext, Trigger, TruePartitions } from "./types.ts";

const label = "since last handled";

/**
 * True when the condition was true at any evaluation since the asset was last requested to run, or was made or tried with what
 * was new. Each alternative of `or` is remembered on its own, so that another one can be added.
 */
export function sinceLastHandled(condition: Condition): Condition {
  checkConditions("sinceLastHandled", [condition]);
  return heldSince(condition);
}

/** As {@link sinceLastHandled}; what is true counts only where `filter` is true at the same evaluation. */
export function heldSince(condition: Condition, filter?: Condition): Condition {
  const triggers = alternativesOf(condition);
  return makeCondition(
    label,
    (context) => {
      const { snapshot, evaluation, isCovered, child } = context;
      const counts = filter && child(filter);
      const found = new Map<string, number>();
      for (const trigger of triggers) {
        const now = new Map([...child(trigger)].filter(([partition]) => counts?.has(partition) ?? true));
        // What is about this evaluation means nothing to a later one.
        const held = trigger.isMomentary ? atOnce(now, evaluation) : heldOf(trigger, now, context);
        for (const [partition, since] of held)
          if (!isCovered(partition, since.evaluation)) found.set(partition, Math.max(since.time, found.get(partition) ?? 0));
      }
      return new Map(snapshot.partitions.flatMap((partition) => (found.has(partition) ? [[partition, found.get(partition) ?? 0]] : [])));
    },
    { parts: filter === undefined ? [condition] : [condition, filter], isMomentary: false },
  );
}

/** What was true and is not handled, by partition. Kept under the identity of the trigger alone. */
function heldOf(
  trigger: Condition,
  now: TruePartitions,
  { snapshot, evaluation, isHandled, recall, remember }: ConditionContext,
): ReadonlyMap<string, Trigger> {
  const identity = `${label}(${trigger.identity})`;
  const exists = new Set(snapshot.partitions);
  const held = new Map<string, Trigger>();
  for (const each of (recall(identity) as readonly Stored[] | undefined) ?? []) {
    const [partition, at = 0, time = 0] = typeof each === "string" ? [each] : each;
    const since = { evaluation: at, time };
    if (exists.has(partition) && !isHandled(partition, since)) held.set(partition, since);
  }
  for (const [partition, time] of now) {
    const since = { evaluation, time: Math.max(time, held.get(partition)?.time ?? 0) };
    if (!isHandled(partition, since)) held.set(partition, since);
  }
  remember(
    [...held].map(([partition, { evaluation: at, time }]): Stored => (time === 0 ? [partition, at] : [partition, at, time])),
    identity,
  );
  return held;
}

/** A partition, the evaluation that found it, and the time; an earlier version has kept partitions alone. */
type Stored = string | readonly [string, number, number?];

function atOnce(now: TruePartitions, evaluation: number): ReadonlyMap<string, Trigger> {
  return new Map([...now].map(([partition, time]) => [partition, { evaluation, time }]));
}

function alternativesOf(condition: Condition): readonly Condition[] {
  return condition.alternatives.length === 0 ? [condition] : condition.alternatives.flatMap(alternativesOf);
}
