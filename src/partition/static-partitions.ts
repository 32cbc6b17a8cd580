import { EdgewaterError } from "../errors.ts";
import { makeDefinition } from "./make-definition.ts";
import { PartitionKey as Key, type PartitionKey, type PartitionKeyInput, partitionKeyOf } from "./partition-key.ts";
import type { DynamicPartitions, StaticPartitions } from "./partitions-definition.ts";

/**
 * Partitions with these keys, in this order.
 *
 * @throws `PartitionError` for no keys, an empty or repeated one, or one that holds `|` or `,`
 *
 * @example
 * ```ts
 * asset({ name: "sales", partitions: staticPartitions(["eu", "us"]) }, (_, { partitionKey }) => fetchSales(partitionKey));
 * ```
 */
export function staticPartitions(keys: readonly string[]): StaticPartitions {
  if (!Array.isArray(keys) || keys.length === 0) refuse("Static partitions need at least one key");
  const all = Object.freeze(keys.map((key) => Key.single(key)));
  const places = new Map(all.map((key, index) => [String(key), index]));
  const repeated = keys.find((key, index) => places.get(key) !== index);
  if (repeated !== undefined) refuse(`Static partitions have the key ${JSON.stringify(repeated)} twice`);
  return makeDefinition({
    kind: "static",
    dynamicNames: [],
    keys: () => all,
    has: (key) => places.has(singleValue(key) ?? ""),
    between: (from, to) => slice(all, from, to),
    timeWindow: () => undefined,
    describe: () => listed(all.map(String)),
    toJSON: () => ({ static: all.map(String) }),
  });
}

/**
 * Partitions whose keys are added while the program runs and are kept in Storage under `name`.
 *
 * @throws `PartitionError` when the name is empty
 *
 * @example
 * ```ts
 * asset({ name: "invoices", partitions: dynamicPartitions("customers") }, (_, { partitionKey }) => invoicesOf(partitionKey));
 * ```
 */
export function dynamicPartitions(name: string): DynamicPartitions {
  if (typeof name !== "string" || name === "") refuse("The name of dynamic partitions must be a string that is not empty");
  const all: DynamicPartitions["keys"] = ({ dynamicKeys }) => [...new Set(dynamicKeys(name))].map((key) => Key.single(key));
  return makeDefinition({
    kind: "dynamic",
    name,
    dynamicNames: Object.freeze([name]),
    keys: all,
    has: (key, { dynamicKeys }) => dynamicKeys(name).includes(singleValue(key) ?? ""),
    between: (from, to, loadingContext) => slice(all(loadingContext), from, to),
    timeWindow: () => undefined,
    describe: (loadingContext) => `the dynamic partitions ${JSON.stringify(name)}, now ${listed(all(loadingContext).map(String))}`,
    toJSON: () => ({ dynamic: name }),
  });
}

/** The value of a one-valued single key; `undefined` for any other key and for text that is none. */
export function singleValue(key: PartitionKeyInput): string | undefined {
  if (typeof key === "string") return /[|,]/.test(key) ? undefined : key;
  return key.kind === "single" && key.size === 1 ? key.values[0] : undefined;
}

function slice(all: readonly PartitionKey[], from: PartitionKeyInput, to: PartitionKeyInput): readonly PartitionKey[] {
  const place = (end: PartitionKeyInput): number => {
    const index = all.findIndex((key) => key.equals(partitionKeyOf(end, "single")));
    if (index < 0) refuse(`${JSON.stringify(String(end))} is none of ${listed(all.map(String))}`);
    return index;
  };
  const [first, last] = [place(from), place(to)];
  if (first > last) refuse(`The range from ${JSON.stringify(String(from))} to ${JSON.stringify(String(to))} is the wrong way round`);
  return all.slice(first, last + 1);
}

function listed(keys: readonly string[]): string {
  if (keys.length === 0) return "none";
  const shown = keys.slice(0, 10).map((key) => JSON.stringify(key));
  return keys.length > shown.length ? `${shown.join(", ")} and ${keys.length - shown.length} more` : shown.join(", ");
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
