/** Assets that load an earlier partition of themselves. */
import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { PartitionMapping } from "../partition/mapping/partition-mapping.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext, PartitionsDefinition } from "../partition/partitions-definition.ts";

/** The asset that loads a partition of itself. */
export interface OwnPartitions {
  readonly name: string;
  readonly partitions: PartitionsDefinition | undefined;
  readonly loadingContext: PartitionLoadingContext;
}

/** The partition of its own that an asset loads for one of its partitions; undefined before the first one. */
export function ownPartition(
  mapping: PartitionMapping,
  key: PartitionKey | undefined,
  { name, partitions, loadingContext }: OwnPartitions,
): PartitionKey | undefined {
  try {
    const mapped = mapping.resolve({ key, downstream: partitions, upstream: partitions, owner: name, input: name, loadingContext });
    return typeof mapped === "string" ? undefined : mapped.keys[0];
  } catch (error) {
    // Whether the mapping fits was checked when the repository was opened: there is no such partition.
    if (isEdgewaterError(error, "PartitionError")) return undefined;
    throw error;
  }
}

/**
 * Steps of one asset, each after the one whose partition it loads.
 *
 * @param keyOf the display form of the partition that a step makes
 * @param loadedBy the display form of the partition that it loads
 * @throws `PartitionError` for partitions that load each other
 */
export function inOwnOrder<Item>(
  name: string,
  steps: readonly Item[],
  keyOf: (step: Item) => string,
  loadedBy: (step: Item) => readonly string[],
): readonly Item[] {
  const byKey = new Map(steps.map((step) => [keyOf(step), step]));
  const ordered = new Set<Item>();
  for (const first of steps) {
    const path = new Set<Item>();
    // One way back from each step, without recursion: a year of days is one path.
    const pending = [first];
    for (let step = pending.at(-1); step !== undefined; step = pending.at(-1)) {
      path.add(step);
      const next = loadedBy(step)
        .map((key) => byKey.get(key))
        .find((each) => each !== undefined && each !== step && !ordered.has(each));
      if (next !== undefined && path.has(next)) {
        const message = `Cannot order the partitions of ${JSON.stringify(name)}: ${JSON.stringify(keyOf(next))} loads itself through others; use a mapping to earlier partitions`;
        throw new EdgewaterError("PartitionError", message, { asset: name });
      }
      if (next !== undefined) pending.push(next);
      else {
        ordered.add(step);
        pending.pop();
      }
    }
  }
  return [...ordered];
}
