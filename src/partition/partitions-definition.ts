import type { WallClockInput } from "../encoding/wall-clock.ts";
import type { PartitionKey, PartitionKeyInput } from "./partition-key.ts";

/** What a definition does not know by itself. It is passed in, so that definitions stay pure values. */
export interface PartitionLoadingContext {
  /** The end of definitions without one, exclusive: naive ISO text, or a Date, read by its UTC fields. */
  readonly now: WallClockInput;
  /** The keys of the dynamic partitions of this name, in order. */
  readonly dynamicKeys: (name: string) => readonly string[];
}

/** A half-open span of naive time, `start` within and `end` not: ISO texts such as `2024-01-15T00:00:00`. */
export interface TimeWindow {
  readonly start: string;
  readonly end: string;
}

/** Which partitions an asset has. A pure value: what changes with time comes in as a {@link PartitionLoadingContext}. */
export interface PartitionsDefinitionBase {
  /** The names of the dynamic partitions that it draws on. */
  readonly dynamicNames: readonly string[];
  /**
   * Every partition, one-valued, in order.
   *
   * @throws `PartitionError` when there are more than 1,000,000
   */
  keys(loadingContext: PartitionLoadingContext): readonly PartitionKey[];
  /**
   * The key that a caller means: text is the display form, in the shape of these partitions.
   *
   * @throws `PartitionError` for text that is no key
   */
  read(key: PartitionKeyInput): PartitionKey;
  /** Whether `key` is one of {@link keys}. Text that is no key is not one. */
  has(key: PartitionKeyInput, loadingContext: PartitionLoadingContext): boolean;
  /**
   * The partitions from `from` to `to`, both included. Of several dimensions, every combination of each one's range.
   *
   * @throws `PartitionError` when an end is not a partition, or they are the wrong way round
   */
  between(from: PartitionKeyInput, to: PartitionKeyInput, loadingContext: PartitionLoadingContext): readonly PartitionKey[];
  /** The time that the partition covers, of a one-valued key of a time definition only. The key's place on the grid is not checked. */
  timeWindow(key: PartitionKeyInput): TimeWindow | undefined;
  /** What its partitions are, for messages: `the days from 2024-01-01 to 2024-01-31`. */
  describe(loadingContext: PartitionLoadingContext): string;
  /** The definition as plain data. Equal data is an equal definition. */
  toJSON(): unknown;
}

export interface StaticPartitions extends PartitionsDefinitionBase {
  readonly kind: "static";
}

export interface DynamicPartitions extends PartitionsDefinitionBase {
  readonly kind: "dynamic";
  readonly name: string;
}

export interface TimePartitions extends PartitionsDefinitionBase {
  readonly kind: "time";
  /**
   * The key whose window holds the naive moment, or `steps` windows after it; `undefined` beyond the calendar. The range
   * of the definition is not checked.
   */
  keyAt(moment: string, steps?: number): PartitionKey | undefined;
}

export interface MultiPartitions extends PartitionsDefinitionBase {
  readonly kind: "multi";
  readonly dimensions: Readonly<Record<string, DimensionPartitions>>;
}

/** What a dimension may be: dimensions do not nest. */
export type DimensionPartitions = StaticPartitions | TimePartitions | DynamicPartitions;

/** Which partitions an asset has, told apart by `kind`. */
export type PartitionsDefinition = DimensionPartitions | MultiPartitions;

const brand = Symbol.for("edgewater/partitions-definition");

/** Tells whether `value` is a definition of partitions, also across bundles and realms. */
export function isPartitionsDefinition(value: unknown): value is PartitionsDefinition {
  return typeof value === "object" && value !== null && brand in value;
}

/** Whether both define the same partitions, compared by structure. Two unpartitioned ones are the same. */
export function sameDefinition(left: PartitionsDefinition | undefined, right: PartitionsDefinition | undefined): boolean {
  if (left === right) return true;
  return left !== undefined && right !== undefined && JSON.stringify(left) === JSON.stringify(right);
}

/** The shape that the keys of a definition have. */
export function shapeOf(definition: PartitionsDefinition): PartitionKey["kind"] {
  return definition.kind === "multi" ? "multi" : "single";
}
