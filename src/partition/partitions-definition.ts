/**
 * Partitions: keys, definitions (static, over time, of several dimensions, dynamic) and mappings between the partitions of two assets.
 *
 * @module
 */
import type { WallClockInput } from "../encoding/wall-clock.ts";
import { EdgewaterError, thrownText } from "../errors.ts";
import { type PartitionKey, type PartitionKeyInput, partitionKeyOf } from "./partition-key.ts";

/** What a definition depends on besides itself. It is passed in, so that definitions stay pure values. */
export interface PartitionLoadingContext {
  /**
   * The time: only windows that have begun by then, or have ended, have partitions. ISO 8601 text without a zone, or a Date, of
   * which the UTC fields count. Definitions with a time zone read both as an instant, text in UTC.
   */
  readonly now: WallClockInput;
  /** Returns the keys of the dynamic partitions with this name, in order. */
  readonly dynamicKeys: (name: string) => readonly string[];
}

/**
 * A span of time. Of partitions with a time zone it is between two instants, as ISO 8601 texts in UTC such as
 * `2024-01-15T05:00:00Z`, otherwise of wall-clock time, as texts without a zone such as `2024-01-15T00:00:00`.
 */
export interface TimeWindow {
  /** The first moment of the span. */
  readonly start: string;
  /** The first moment after the span. */
  readonly end: string;
}

/** The members that every definition has. A definition is a pure value: see {@link PartitionLoadingContext}. */
export interface PartitionsDefinitionBase {
  /** The names of the dynamic partitions that it uses. */
  readonly dynamicNames: readonly string[];
  /**
   * Returns the key of every partition, in order. Each key stands for one partition.
   *
   * @throws `PartitionError` when there are more than 1,000,000
   */
  keys(loadingContext: PartitionLoadingContext): readonly PartitionKey[];
  /**
   * Parses the display form of a key of these partitions; a key is returned as it is.
   *
   * @throws `PartitionError` for text that is not a key
   */
  read(key: PartitionKeyInput): PartitionKey;
  /** Returns whether `key` is one of {@link keys}. Invalid text is not. */
  has(key: PartitionKeyInput, loadingContext: PartitionLoadingContext): boolean;
  /**
   * Returns the partitions from `from` to `to`, both included. Of several dimensions, every combination of the ranges of each.
   *
   * @throws `PartitionError` when an end is not a partition, or `from` comes after `to`
   */
  between(from: PartitionKeyInput, to: PartitionKeyInput, loadingContext: PartitionLoadingContext): readonly PartitionKey[];
  /**
   * Returns the span of time that a partition covers; `undefined` unless these are time partitions and the key stands for
   * one of them. Start and end of the definition are not checked.
   */
  timeWindow(key: PartitionKeyInput): TimeWindow | undefined;
  /** Describes the partitions for messages: `the days from "2024-01-01" to "2024-01-31"`. */
  describe(loadingContext: PartitionLoadingContext): string;
  /** Returns the definition as plain data. Equal data means an equal definition. */
  toJSON(): unknown;
}

/** Partitions with a fixed list of keys. */
export interface StaticPartitions extends PartitionsDefinitionBase {
  /** Always "static". */
  readonly kind: "static";
}

/** Partitions whose keys are kept in Storage. */
export interface DynamicPartitions extends PartitionsDefinitionBase {
  /** Always "dynamic". */
  readonly kind: "dynamic";
  /** The name under which Storage keeps the keys. */
  readonly name: string;
}

/** Partitions that each cover a span of time. */
export interface TimePartitions extends PartitionsDefinitionBase {
  /** Always "time". */
  readonly kind: "time";
  /** The time zone of the clocks; `undefined` for a clock that is never changed. */
  readonly timeZone: string | undefined;
  /**
   * Returns the key of the partition that covers a moment, or of the one `steps` after it (before it, when negative).
   * `undefined` outside the years 0 to 9999. Start and end of the definition are not checked.
   *
   * @param moment ISO 8601 text without a zone, and of partitions with a time zone also an instant with `Z` or an offset
   */
  keyAt(moment: string, steps?: number): PartitionKey | undefined;
  /** Returns whether there will be no more partitions: the end of the definition has passed. */
  isComplete(loadingContext: PartitionLoadingContext): boolean;
  /** Returns the keys of the last partitions, in order: `count` of them, or fewer when there are not as many. */
  latest(count: number, loadingContext: PartitionLoadingContext): readonly PartitionKey[];
  /**
   * Returns the keys of the windows that start within a span, from the start to the end of the definition, in order. Whether they
   * have begun is not checked.
   */
  within(span: TimeWindow): readonly PartitionKey[];
}

/** Partitions with several dimensions: one per combination. */
export interface MultiPartitions extends PartitionsDefinitionBase {
  /** Always "multi". */
  readonly kind: "multi";
  /** The partitions of each dimension, by its name. */
  readonly dimensions: Readonly<Record<string, DimensionPartitions>>;
}

/** The partitions of one dimension. Dimensions do not nest. */
export type DimensionPartitions = StaticPartitions | TimePartitions | DynamicPartitions;

/** The partitions of an asset; `kind` tells the variants apart. */
export type PartitionsDefinition = DimensionPartitions | MultiPartitions;

const brand = Symbol.for("edgewater/partitions-definition");

/** Freezes and brands a definition and adds `read`. Every factory of definitions calls it. */
export function makeDefinition<Definition extends PartitionsDefinition>(rules: Omit<Definition, "read">): Definition {
  const read: Definition["read"] = (key) => partitionKeyOf(key, keyKindOf(definition));
  const definition = { ...rules, read } as Definition;
  return Object.freeze(Object.defineProperty(definition, brand, { value: true }));
}

/** Returns whether `value` is a definition of partitions, also one of another bundle or realm. */
export function isPartitionsDefinition(value: unknown): value is PartitionsDefinition {
  return typeof value === "object" && value !== null && brand in value;
}

/** Returns whether both define the same partitions, compared by structure. `undefined` (no partitions) equals itself. */
export function sameDefinition(left: PartitionsDefinition | undefined, right: PartitionsDefinition | undefined): boolean {
  if (left === right) return true;
  return left !== undefined && right !== undefined && JSON.stringify(left) === JSON.stringify(right);
}

/** Returns the kind of the keys of a definition. */
export function keyKindOf(definition: PartitionsDefinition): PartitionKey["kind"] {
  return definition.kind === "multi" ? "multi" : "single";
}

/**
 * Returns the key of one partition of an asset.
 *
 * @param owner the name of the asset, for the message
 * @throws `PartitionError` when `key` is not a partition of the asset or stands for several; the message names the key, the
 * asset and its partitions
 *
 * @example
 * ```ts
 * checkPartition(staticPartitions(["eu", "us"]), "asia", loadingContext, "sales");
 * // PartitionError: "asia" is not a partition of "sales", which has "eu", "us"
 * ```
 */
export function checkPartition(
  definition: PartitionsDefinition,
  key: PartitionKeyInput,
  loadingContext: PartitionLoadingContext,
  owner: string,
): PartitionKey {
  const refused = (reason: string, cause?: unknown): EdgewaterError => {
    const message = `${JSON.stringify(String(key))} is not a partition of ${JSON.stringify(owner)}${reason}`;
    return new EdgewaterError("PartitionError", message, { asset: owner, cause });
  };
  let read: PartitionKey;
  try {
    read = definition.read(key);
  } catch (cause) {
    throw refused(`: ${thrownText(cause)}`, cause);
  }
  if (read.size !== 1) throw refused(`: it stands for ${read.size} partitions; use one of its members()`);
  if (!definition.has(read, loadingContext)) throw refused(`, which has ${definition.describe(loadingContext)}`);
  return read;
}

/**
 * Returns the keys of a list from one to another, both included.
 *
 * @throws `PartitionError` when an end is not in the list, or `from` comes after `to`
 */
export function keysBetween(all: readonly PartitionKey[], from: PartitionKeyInput, to: PartitionKeyInput): readonly PartitionKey[] {
  const indexOf = (end: PartitionKeyInput): number => {
    const index = all.findIndex((key) => key.equals(partitionKeyOf(end, "single")));
    if (index >= 0) return index;
    const message = `Invalid range of partitions: ${JSON.stringify(String(end))} is not one of ${listKeys(all)}`;
    throw new EdgewaterError("PartitionError", message);
  };
  const [first, last] = [indexOf(from), indexOf(to)];
  if (first > last) throw reversedRange(from, to);
  return all.slice(first, last + 1);
}

/** The error for a range whose start comes after its end. */
export function reversedRange(from: PartitionKeyInput, to: PartitionKeyInput): EdgewaterError<"PartitionError"> {
  const range = `from ${JSON.stringify(String(from))} to ${JSON.stringify(String(to))}`;
  return new EdgewaterError("PartitionError", `Invalid range of partitions ${range}: the start comes after the end`);
}

/** Lists keys for a message: the first ten, quoted. */
export function listKeys(keys: readonly PartitionKey[]): string {
  if (keys.length === 0) return "none";
  const shown = keys.slice(0, 10).map((key) => JSON.stringify(String(key)));
  return keys.length > shown.length ? `${shown.join(", ")} and ${keys.length - shown.length} more` : shown.join(", ");
}
