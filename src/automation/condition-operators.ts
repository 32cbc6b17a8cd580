/** Conditions that are made of other conditions. */
import { makeCondition } from "./make-condition.ts";
import type { Condition, ConditionContext } from "./types.ts";

/** True when all conditions are true. */
export function and(...conditions: readonly Condition[]): Condition {
  return makeCondition("and", ({ snapshot, child }) => {
    const results = conditions.map((condition) => child(condition));
    return snapshot.partitions.filter((partition) => results.every((partitions) => partitions.has(partition)));
  });
}

/** True when at least one condition is true. */
export function or(...conditions: readonly Condition[]): Condition {
  return makeCondition("or", ({ snapshot, child }) => {
    const results = conditions.map((condition) => child(condition));
    return snapshot.partitions.filter((partition) => results.some((partitions) => partitions.has(partition)));
  });
}

/** True when the condition is not true. */
export function not(condition: Condition): Condition {
  return makeCondition("not", ({ snapshot, child }) => {
    const partitions = child(condition);
    return snapshot.partitions.filter((partition) => !partitions.has(partition));
  });
}

/** True when the condition is true for at least one upstream asset, in a partition that this one is made from. */
export function anyDepsMatch(condition: Condition): Condition {
  return makeCondition("any dependency", (context) => {
    const matches = onDependencies(condition, context);
    return context.snapshot.partitions.filter((partition) =>
      matches.some(({ upstreamPartitions, found }) => upstreamPartitions(partition).some((upstream) => found.has(upstream))),
    );
  });
}

/** True when the condition is true for every upstream asset, in every partition that this one is made from. */
export function allDepsMatch(condition: Condition): Condition {
  return makeCondition("all dependencies", (context) => {
    const matches = onDependencies(condition, context);
    return context.snapshot.partitions.filter((partition) =>
      matches.every(({ upstreamPartitions, found }) => upstreamPartitions(partition).every((upstream) => found.has(upstream))),
    );
  });
}

/** True when the condition is true and was not true at the previous evaluation. */
export function newlyTrue(condition: Condition): Condition {
  return makeCondition("newly true", ({ child, before = [], remember }) => {
    const now = [...child(condition)];
    remember(now);
    const known = new Set(before as readonly string[]);
    return now.filter((partition) => !known.has(partition));
  });
}

/** True when the condition was true at any evaluation since the asset was last requested to run, or was made. */
export function sinceLastHandled(condition: Condition): Condition {
  return makeCondition("since last handled", ({ snapshot, child, before = [], remember, handled, settled }) => {
    const now = child(condition);
    const known = new Set(before as readonly string[]);
    // A partition that was made since is handled; if it was made from older inputs, what is true now still counts.
    const held = snapshot.partitions.filter(
      (partition) => (now.has(partition) && !settled.has(partition)) || (known.has(partition) && !handled.has(partition)),
    );
    remember(held);
    return held;
  });
}

/** Evaluates a condition on every upstream asset: the partitions for which it is true there. */
function onDependencies(condition: Condition, { snapshot, child }: Pick<ConditionContext, "snapshot" | "child">) {
  return snapshot.dependencies.map(({ snapshot: upstream, upstreamPartitions }) => ({
    upstreamPartitions,
    found: child(condition, upstream),
  }));
}
