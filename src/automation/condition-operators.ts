/** Conditions that are made of other conditions. */
import { checkConditions, makeCondition } from "./make-condition.ts";
import type { Condition, ConditionContext, TruePartitions } from "./types.ts";

/** True when all conditions are true. */
export function and(...conditions: readonly Condition[]): Condition {
  checkConditions("and", conditions);
  return makeCondition(
    "and",
    ({ snapshot, child }) => {
      const results = conditions.map((condition) => child(condition));
      const both = snapshot.partitions.filter((partition) => results.every((partitions) => partitions.has(partition)));
      return new Map(both.map((partition) => [partition, latestTime(results, partition)]));
    },
    { parts: conditions },
  );
}

/** True when at least one condition is true. */
export function or(...conditions: readonly Condition[]): Condition {
  checkConditions("or", conditions);
  return makeCondition(
    "or",
    ({ snapshot, child }) => {
      const results = conditions.map((condition) => child(condition));
      const any = snapshot.partitions.filter((partition) => results.some((partitions) => partitions.has(partition)));
      return new Map(any.map((partition) => [partition, latestTime(results, partition)]));
    },
    { parts: conditions, alternatives: conditions },
  );
}

/** True when the condition is not true. */
export function not(condition: Condition): Condition {
  checkConditions("not", [condition]);
  return makeCondition(
    "not",
    ({ snapshot, child }) => {
      const partitions = child(condition);
      return snapshot.partitions.filter((partition) => !partitions.has(partition));
    },
    { parts: [condition] },
  );
}

/** True when the condition is true for at least one upstream asset, in a partition that this one is made from. */
export function anyDepsMatch(condition: Condition): Condition {
  checkConditions("anyDepsMatch", [condition]);
  return makeCondition(
    "any dependency",
    (context) => {
      const matches = onDependencies(condition, context);
      const times = new Map<string, number>();
      for (const partition of context.snapshot.partitions)
        for (const { upstreamPartitions, found } of matches)
          for (const upstream of upstreamPartitions(partition) ?? []) {
            const time = found.get(upstream);
            if (time !== undefined) times.set(partition, Math.max(time, times.get(partition) ?? 0));
          }
      return times;
    },
    { parts: [condition], alternatives: condition.alternatives.map(anyDepsMatch) },
  );
}

/** True when the condition is true for every upstream asset, in every partition that this one is made from. */
export function allDepsMatch(condition: Condition): Condition {
  checkConditions("allDepsMatch", [condition]);
  return makeCondition(
    "all dependencies",
    (context) => {
      const matches = onDependencies(condition, context);
      return context.snapshot.partitions.filter((partition) =>
        matches.every(({ upstreamPartitions, found }) => upstreamPartitions(partition)?.every((upstream) => found.has(upstream))),
      );
    },
    { parts: [condition] },
  );
}

/** True when the condition is true and was not true at the previous evaluation. */
export function newlyTrue(condition: Condition): Condition {
  checkConditions("newlyTrue", [condition]);
  return makeCondition(
    "newly true",
    ({ child, recall, remember }) => {
      const now = child(condition);
      const known = new Set((recall() as readonly string[] | undefined) ?? []);
      remember([...now.keys()]);
      return new Map([...now].filter(([partition]) => !known.has(partition)));
    },
    { parts: [condition] },
  );
}

/** True from an evaluation at which `trigger` is true until one at which `reset` is true. When both are, it is false. */
export function since(trigger: Condition, reset: Condition): Condition {
  checkConditions("since", [trigger, reset]);
  return makeCondition(
    "since",
    ({ snapshot, child, recall, remember }) => {
      const [triggered, ended] = [child(trigger), child(reset)];
      const known = new Set((recall() as readonly string[] | undefined) ?? []);
      const held = snapshot.partitions.filter((partition) => (triggered.has(partition) || known.has(partition)) && !ended.has(partition));
      remember(held);
      return held;
    },
    { detail: `${trigger.identity} until ${reset.identity}`, isMomentary: false },
  );
}

/** Evaluates a condition on every upstream asset: the partitions for which it is true there. */
function onDependencies(condition: Condition, { snapshot, child }: Pick<ConditionContext, "snapshot" | "child">) {
  return snapshot.dependencies.map(({ snapshot: upstream, upstreamPartitions }) => ({
    upstreamPartitions,
    found: child(condition, upstream),
  }));
}

/** The latest time of a partition in some results. */
function latestTime(results: readonly TruePartitions[], partition: string): number {
  return results.reduce((latest, partitions) => Math.max(latest, partitions.get(partition) ?? 0), 0);
}
