import { EdgewaterError } from "../errors.ts";
import { anArray, checkOptions, type OptionKinds, required } from "../options.ts";
import type { PartitionKey } from "./partition-key.ts";
import { isPartitionsDefinition, type PartitionsDefinition, type TimeWindow } from "./partitions-definition.ts";

/** Options of {@link PartitionContext}. */
export interface PartitionContextOptions {
  /** The partitions of the call; at least one. */
  readonly keys: readonly PartitionKey[];
  /** The definition that the keys belong to. */
  readonly definition: PartitionsDefinition;
}

const kinds: OptionKinds<PartitionContextOptions> = {
  keys: /* @__PURE__ */ required(anArray),
  definition: {
    isRequired: true,
    expected: "a definition such as staticPartitions([…])",
    accepts: isPartitionsDefinition,
  },
};

/**
 * The partitions that one call of a handler or an asset is for.
 *
 * @throws `PartitionError` without keys
 *
 * @example
 * ```ts
 * const definition = dailyPartitions({ start: "2024-01-01" });
 * const partition = new PartitionContext({ keys: [PartitionKey.single("2024-01-15")], definition });
 * partition.timeWindow(); // { start: "2024-01-15T00:00:00", end: "2024-01-16T00:00:00" }
 * ```
 */
export class PartitionContext {
  /** The partitions of the call; at least one. */
  readonly keys: readonly PartitionKey[];
  /** The definition that the keys belong to. */
  readonly definition: PartitionsDefinition;

  constructor(options: PartitionContextOptions) {
    checkOptions("PartitionContext", options, kinds, "PartitionError");
    if (options.keys.length === 0) {
      throw new EdgewaterError("PartitionError", "Cannot make a partition context without keys; pass at least one");
    }
    this.keys = Object.freeze([...options.keys]);
    this.definition = options.definition;
  }

  /**
   * The only key.
   *
   * @throws `PartitionError` when there are several
   */
  get key(): PartitionKey {
    const [key, ...others] = this.keys;
    if (key === undefined || others.length > 0) {
      throw new EdgewaterError("PartitionError", `Cannot read the key of ${this.keys.length} partitions; use keys`);
    }
    return key;
  }

  /** Returns the span of time of the only partition; `undefined` for several partitions and for partitions that are not over time. */
  timeWindow(): TimeWindow | undefined {
    const [key, ...others] = this.keys;
    return key === undefined || others.length > 0 ? undefined : this.definition.timeWindow(key);
  }
}
