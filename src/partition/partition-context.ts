import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "./partition-key.ts";
import type { PartitionsDefinition, TimeWindow } from "./partitions-definition.ts";

/** What {@link PartitionContext} takes. */
export interface PartitionContextOptions {
  readonly keys: readonly PartitionKey[];
  readonly definition: PartitionsDefinition;
}

/**
 * Which partitions one call of a handler or an asset is for.
 *
 * @throws `PartitionError` when there are no keys
 *
 * @example
 * ```ts
 * const definition = dailyPartitions({ start: "2024-01-01" });
 * const partition = new PartitionContext({ keys: [PartitionKey.single("2024-01-15")], definition });
 * partition.timeWindow(); // { start: "2024-01-15T00:00:00", end: "2024-01-16T00:00:00" }
 * ```
 */
export class PartitionContext {
  /** At least one. */
  readonly keys: readonly PartitionKey[];
  readonly definition: PartitionsDefinition;

  constructor(options: PartitionContextOptions) {
    if (options.keys.length === 0) throw new EdgewaterError("PartitionError", "A partition context needs at least one key");
    this.keys = Object.freeze([...options.keys]);
    this.definition = options.definition;
  }

  /**
   * The key, when there is one.
   *
   * @throws `PartitionError` when there are several
   */
  get key(): PartitionKey {
    const [key, ...others] = this.keys;
    if (key === undefined || others.length > 0) {
      throw new EdgewaterError("PartitionError", `There are ${this.keys.length} partition keys here; use \`keys\``);
    }
    return key;
  }

  /** The naive time that the partition covers: of exactly one one-valued key of a definition over time, else `undefined`. */
  timeWindow(): TimeWindow | undefined {
    const [key, ...others] = this.keys;
    return key === undefined || others.length > 0 ? undefined : this.definition.timeWindow(key);
  }
}
