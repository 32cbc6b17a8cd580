import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext, PartitionsDefinition } from "../partition/partitions-definition.ts";

/** The partitions of an asset, in their order. */
export interface PartitionIndex {
  readonly keys: readonly PartitionKey[];
  /** The display forms of the keys. */
  readonly names: readonly string[];
  /** The position of each key, by its display form. */
  readonly positions: ReadonlyMap<string, number>;
}

/** Lists the partitions of definitions, and keeps each list until the definition has other partitions. */
export class PartitionIndexes {
  readonly #known = new WeakMap<PartitionsDefinition, { readonly state: string; readonly index: PartitionIndex }>();

  /** @throws `PartitionError` when there are more than 1,000,000 */
  of(definition: PartitionsDefinition, loadingContext: PartitionLoadingContext): PartitionIndex {
    const state = stateOf(definition, loadingContext);
    const known = this.#known.get(definition);
    if (known?.state === state) return known.index;
    const keys = definition.keys(loadingContext);
    const names = keys.map(String);
    const index = { keys, names, positions: new Map(names.map((name, position) => [name, position])) };
    this.#known.set(definition, { state, index });
    return index;
  }
}

/** A text that is another one when the definition has other partitions. */
function stateOf(definition: PartitionsDefinition, loadingContext: PartitionLoadingContext): string {
  switch (definition.kind) {
    case "static":
      return "";
    case "time":
      // Windows are only added at the end.
      return definition.latest(1, loadingContext).join();
    case "dynamic":
      return JSON.stringify(loadingContext.dynamicKeys(definition.name));
    case "multi":
      return JSON.stringify(Object.values(definition.dimensions).map((dimension) => stateOf(dimension, loadingContext)));
  }
}
