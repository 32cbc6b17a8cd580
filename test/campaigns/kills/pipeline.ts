/** The graph that the killed processes and tabs make, and what its values must be. Runs in Node and in browsers. */
import { asset, type Repository, selfInput, staticPartitions } from "edgewater";

/** The keys of the partitions of `parts`. */
export const keys = ["x", "y", "z"] as const;

/** The value of `counter` after so many materializations. */
export interface Count {
  readonly count: number;
}

/** What `total` is made from. */
export interface Total {
  readonly sum: number;
  readonly count: number;
}

/** Called when a function of an asset is called. */
export type OnCall = (runId: string, name: string, partition: string) => void;

/**
 * A diamond (`source`, `left`, `right`, `total`), an asset with partitions (`parts`), and one that reads its own earlier value
 * (`counter`): its value counts its materializations, so a lost or doubled one shows.
 */
export function assetsOf(onCall: OnCall = () => {}) {
  const source = asset({ name: "source" }, (_, { runId }): readonly number[] => {
    onCall(runId, "source", "");
    return sourceValue;
  });
  const left = asset({ name: "left", inputs: { source } }, ({ source }, { runId }): number => {
    onCall(runId, "left", "");
    return leftOf(source);
  });
  const right = asset({ name: "right", inputs: { source } }, async ({ source }, { runId }): Promise<number> => {
    onCall(runId, "right", "");
    return rightOf(source);
  });
  const parts = asset(
    { name: "parts", inputs: { left }, partitions: staticPartitions([...keys]) },
    ({ left }, { runId, partitionKey }): string => {
      onCall(runId, "parts", partitionKey);
      return partOf(left, partitionKey);
    },
  );
  const counter = asset({ name: "counter", inputs: { before: selfInput<Count>() } }, ({ before }, { runId }): Count => {
    onCall(runId, "counter", "");
    return { count: (before?.count ?? 0) + 1 };
  });
  const total = asset({ name: "total", inputs: { left, right, counter } }, ({ left, right, counter }, { runId }): Total => {
    onCall(runId, "total", "");
    return totalOf(left, right, counter.count);
  });
  return { source, left, right, parts, counter, total };
}

const sourceValue: readonly number[] = Array.from({ length: 300 }, (_, index) => (index * 7919) % 1009);
const leftOf = (source: readonly number[]): number => source.reduce((sum, each) => sum + each, 0);
const rightOf = (source: readonly number[]): number => source.reduce((largest, each) => Math.max(largest, each), 0);
const partOf = (left: number, key: string): string => `${key} of ${left}`.repeat(20);
const totalOf = (left: number, right: number, count: number): Total => ({ sum: left + right, count });

/** The values of an undisturbed run that is the `count`th one, by the names of their places. */
export function valuesAfter(count: number): Readonly<Record<string, unknown>> {
  const [left, right] = [leftOf(sourceValue), rightOf(sourceValue)];
  const parts = Object.fromEntries(keys.map((key) => [`parts[${key}]`, partOf(left, key)]));
  return { source: sourceValue, left, right, ...parts, counter: { count }, total: totalOf(left, right, count) };
}

/** A run with every partition. */
export const everything: NonNullable<Parameters<Repository["materialize"]>[0]> = { partitionKeys: [...keys] };
