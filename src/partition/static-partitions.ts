import { nameProblem } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import { PartitionKey, singleValue } from "./partition-key.ts";
import { keysBetween, listKeys, makeDefinition, type StaticPartitions } from "./partitions-definition.ts";

/**
 * Defines partitions with these keys, in this order.
 *
 * @throws `PartitionError` for an empty list, an empty or repeated key, or a key with `|`, `,` or NUL
 *
 * @example
 * ```ts
 * asset({ name: "sales", partitions: staticPartitions(["eu", "us"]) }, (_, { partitionKey }) => fetchSales(partitionKey));
 * ```
 */
export function staticPartitions(keys: readonly string[]): StaticPartitions {
  if (!Array.isArray(keys) || keys.length === 0) refuse("Cannot define static partitions without keys; pass at least one");
  const all = Object.freeze(keys.map((key) => PartitionKey.single(key)));
  for (const key of keys) {
    const problem = nameProblem(key);
    if (problem !== undefined) refuse(`Cannot define static partitions: invalid key ${JSON.stringify(key)}: ${problem}`);
  }
  const indexes = new Map(all.map((key, index) => [String(key), index]));
  const repeated = keys.find((key, index) => indexes.get(key) !== index);
  if (repeated !== undefined) refuse(`Cannot define static partitions: the key ${JSON.stringify(repeated)} is repeated`);
  return makeDefinition({
    kind: "static",
    dynamicNames: [],
    keys: () => all,
    has: (key) => indexes.has(singleValue(key) ?? ""),
    between: (from, to) => keysBetween(all, from, to),
    timeWindow: () => undefined,
    describe: () => listKeys(all),
    toJSON: () => ({ static: all.map(String) }),
  });
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
