import { inputName } from "../storage/input-name.ts";
import type { AssetEvaluation, AssetSnapshot, Condition, ConditionResult } from "./types.ts";

/** The state of one asset's condition between two evaluations. Stored as JSON. */
export interface ConditionMemory {
  /** What the parts of the condition remember, by their path. */
  readonly remembered: Readonly<Record<string, unknown>>;
  /** The partitions that the previous evaluation requested. */
  readonly asked: readonly string[];
}

/** The time of an evaluation, and of the previous one. */
export interface EvaluationTime {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
  /** Time of the previous evaluation; undefined at the first one. */
  readonly previous: number | undefined;
  /** The greatest event id that the previous evaluation knew. */
  readonly lastEventId: number;
}

/** Evaluates the condition of one asset. Returns the result and what to remember. */
export function evaluateCondition(
  condition: Condition,
  snapshot: AssetSnapshot,
  memory: ConditionMemory | undefined,
  { now, previous, lastEventId }: EvaluationTime,
): { readonly evaluation: AssetEvaluation; readonly memory: ConditionMemory } {
  const remembered: Record<string, unknown> = Object.create(null);
  const isMadeSince = (partition: string): boolean => (snapshot.latest(partition)?.lastMaterializationId ?? 0) > lastEventId;
  const made = previous === undefined ? [] : snapshot.partitions.filter(isMadeSince);
  const handled = new Set([...(memory?.asked ?? []), ...made]);
  const settled = new Set(made.filter((partition) => usesLatestInputs(snapshot, partition)));

  const visit = (
    part: Condition,
    on: AssetSnapshot,
    path: string,
  ): { readonly partitions: ReadonlySet<string>; readonly result: ConditionResult } => {
    const children: ConditionResult[] = [];
    const partitions = new Set(
      part.evaluate({
        snapshot: on,
        now,
        previous,
        handled,
        settled,
        before: memory && Object.hasOwn(memory.remembered, path) ? memory.remembered[path] : undefined,
        remember: (value) => {
          remembered[path] = value;
        },
        child: (below, childOn = on) => {
          // Part of the stored state: the labels of conditions, too, must not change.
          const visited = visit(below, childOn, `${path}/${children.length}:${below.label}(${childOn.asset})`);
          children.push(visited.result);
          return visited.partitions;
        },
      }),
    );
    const result = {
      label: part.label,
      asset: on.asset,
      isTrue: partitions.size > 0,
      partitions: keysOf(on, partitions),
      children,
    };
    return { partitions, result };
  };

  const { partitions, result } = visit(condition, snapshot, condition.label);
  return {
    evaluation: {
      asset: snapshot.asset,
      shouldRun: partitions.size > 0,
      partitions: keysOf(snapshot, partitions),
      because: result,
    },
    memory: { remembered, asked: [...partitions] },
  };
}

/** Whether a partition was made from the latest versions of all its inputs. */
function usesLatestInputs({ dependencies, latest }: AssetSnapshot, partition: string): boolean {
  const { lastInputDataVersions: loaded = {}, lastMaterializationId: madeAt = 0 } = latest(partition) ?? {};
  return dependencies.every(({ snapshot: upstream, upstreamPartitions }) =>
    upstreamPartitions(partition).every((upstreamPartition) => {
      const { lastDataVersion, lastEventId = 0 } = upstream.latest(upstreamPartition) ?? {};
      const version = loaded[inputName(upstream.asset, upstreamPartition === "" ? undefined : upstreamPartition)];
      return version === undefined ? lastEventId < madeAt : version === lastDataVersion;
    }),
  );
}

/** The display forms of keys; undefined for an asset without partitions. */
function keysOf({ partitions }: AssetSnapshot, found: ReadonlySet<string>): readonly string[] | undefined {
  return partitions.length === 1 && partitions[0] === "" ? undefined : [...found];
}
