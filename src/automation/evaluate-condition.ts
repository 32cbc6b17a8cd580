import type { OpenRequest } from "./state.ts";
import { earlierName } from "./state.ts";
import type { AssetSnapshot, Condition, ConditionResult, Trigger, TruePartitions } from "./types.ts";

/** What is known of the evaluation of one asset. */
export interface EvaluationContext {
  /** Time of the evaluation, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
  /** Time of the previous evaluation; undefined at the first one. */
  readonly previous: number | undefined;
  /** The number of the evaluation. */
  readonly evaluation: number;
  /** The greatest event id that the previous evaluation knew. */
  readonly lastEventId: number;
  /** What the parts of the condition have remembered. */
  readonly remembered: Readonly<Record<string, unknown>>;
  /** The requests that are still open. */
  readonly open: readonly OpenRequest[];
  /** Whether what was true of a partition was handled since. */
  readonly isHandled: (partition: string, trigger: Trigger) => boolean;
}

/** What a condition came to. */
export interface Evaluated {
  /** The partitions for which it is true. */
  readonly partitions: TruePartitions;
  readonly result: ConditionResult;
  /** What its parts remember. */
  readonly remembered: Readonly<Record<string, unknown>>;
  /** The partitions with an open request for which something is new since. */
  readonly renewed: ReadonlySet<string>;
}

/** Evaluates the condition of one asset. */
export function evaluateCondition(condition: Condition, root: AssetSnapshot, context: EvaluationContext): Evaluated {
  const remembered: Record<string, unknown> = Object.create(null);
  const before = context.remembered;
  const renewed = new Set<string>();
  const coveredUntil = new Map<string, number>();
  for (const { partitions, evaluation } of context.open)
    for (const partition of partitions) coveredUntil.set(partition, Math.max(evaluation, coveredUntil.get(partition) ?? 0));
  const isCovered = (partition: string, evaluation: number): boolean => {
    const until = coveredUntil.get(partition);
    if (until !== undefined && evaluation > until) renewed.add(partition);
    return until !== undefined && evaluation <= until;
  };

  const visit = (part: Condition, on: AssetSnapshot): Pick<Evaluated, "partitions" | "result"> => {
    const children: ConditionResult[] = [];
    const name = (identity: string): string => `${identity}@${on.asset}`;
    const isRoot = on === root;
    const found = part.evaluate({
      ...context,
      snapshot: on,
      root,
      isHandled: isRoot ? context.isHandled : (partition) => isMadeSince(on, partition, context),
      isCovered: isRoot ? isCovered : () => false,
      recall: (identity = part.identity) => before[name(identity)] ?? before[earlierName(part.label, on.asset)],
      remember: (value, identity = part.identity) => {
        remembered[name(identity)] = value;
      },
      child: (below, childOn = on) => {
        const visited = visit(below, childOn);
        children.push(visited.result);
        return visited.partitions;
      },
    });
    const partitions =
      found instanceof Map ? (found as TruePartitions) : new Map([...(found as Iterable<string>)].map((each) => [each, 0]));
    const keys = displayed(on, [...partitions.keys()]);
    return { partitions, result: { label: part.label, asset: on.asset, isTrue: partitions.size > 0, partitions: keys, children } };
  };

  return { ...visit(condition, root), remembered, renewed };
}

function isMadeSince({ latest }: AssetSnapshot, partition: string, { previous, lastEventId }: EvaluationContext): boolean {
  return previous !== undefined && (latest(partition)?.lastMaterializationId ?? 0) > lastEventId;
}

/** The display forms of keys; undefined for an asset without partitions. */
export function displayed({ partitions }: AssetSnapshot, found: readonly string[]): readonly string[] | undefined {
  return partitions.length === 1 && partitions[0] === "" ? undefined : found;
}
