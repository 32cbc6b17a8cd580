import { compareUtf8, nameProblem } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import { aPlainObject, checkValue, required } from "../options.ts";
import {
  checkDimensionName,
  combinations,
  dimensionsOf,
  type MultiPartitionKey,
  type PartitionKey,
  type PartitionKeyInput,
  partitionKeyOf,
} from "./partition-key.ts";
import {
  type DimensionPartitions,
  isPartitionsDefinition,
  type MultiPartitions,
  makeDefinition,
  type PartitionsDefinition,
} from "./partitions-definition.ts";

/**
 * Defines partitions with several dimensions: one per combination. Dimensions are sorted by name; the last one varies fastest.
 *
 * @throws `PartitionError` without dimensions, for the name of a dimension that is empty or has `|`, `,` or `=`, and for a
 * dimension that has dimensions itself
 *
 * @example
 * ```ts
 * multiPartitions({ date: dailyPartitions({ start: "2024-01-01" }), region: staticPartitions(["eu", "us"]) });
 * ```
 */
export function multiPartitions(dimensions: Readonly<Record<string, DimensionPartitions>>): MultiPartitions {
  checkValue("multiPartitions", "dimensions", dimensions, required(aPlainObject), "PartitionError");
  const entries = Object.entries(dimensions).sort(([left], [right]) => compareUtf8(left, right));
  if (entries.length === 0) refuse("Cannot define multi partitions without dimensions; pass at least one");
  for (const [name, definition] of entries as [string, PartitionsDefinition][]) {
    checkDimensionName(name);
    if (!isPartitionsDefinition(definition))
      refuse(`Invalid partitions of the dimension ${JSON.stringify(name)}; expected a definition such as staticPartitions([…])`);
    const problem = nameProblem(name);
    if (problem !== undefined) refuse(`Invalid name ${JSON.stringify(name)} of a dimension: ${problem}`);
    if (definition.kind === "multi") refuse(`Invalid partitions of the dimension ${JSON.stringify(name)}: dimensions do not nest`);
  }
  const expand = (keysOf: (definition: DimensionPartitions, name: string) => readonly PartitionKey[]): readonly PartitionKey[] =>
    combinations(entries.map(([name, definition]) => [name, keysOf(definition, name).map(String)]));

  /** Returns the value of each dimension; `undefined` unless the key has exactly these dimensions with one value each. */
  const coordinates = (key: PartitionKeyInput): ReadonlyMap<string, string> | undefined => {
    const multi = multiKeyOf(key);
    if (multi === undefined || multi.size !== 1) return undefined;
    const values = new Map(dimensionsOf(multi).map(([name, [value = ""]]) => [name, value]));
    return values.size === entries.length && entries.every(([name]) => values.has(name)) ? values : undefined;
  };

  return makeDefinition({
    kind: "multi",
    dimensions: Object.freeze(Object.fromEntries(entries)),
    dynamicNames: Object.freeze([...new Set(entries.flatMap(([, { dynamicNames }]) => dynamicNames))]),
    keys: (loadingContext) => expand((definition) => definition.keys(loadingContext)),
    has: (key, loadingContext) => {
      const values = coordinates(key);
      return values !== undefined && entries.every(([name, definition]) => definition.has(values.get(name) ?? "", loadingContext));
    },
    between: (from, to, loadingContext) => {
      const [first, last] = [from, to].map((end) => {
        const form = entries.map(([name]) => `${name}=…`).join("|");
        return (
          coordinates(end) ?? refuse(`Invalid partition key ${JSON.stringify(String(end))}; expected the form ${JSON.stringify(form)}`)
        );
      });
      return expand((definition, name) => definition.between(first?.get(name) ?? "", last?.get(name) ?? "", loadingContext));
    },
    timeWindow: () => undefined,
    describe: (loadingContext) =>
      `the combinations of ${entries.map(([name, definition]) => `${name} (${definition.describe(loadingContext)})`).join(" and ")}`,
    toJSON: () => ({ multi: entries.map(([name, definition]) => [name, definition.toJSON()]) }),
  });
}

function multiKeyOf(key: PartitionKeyInput): MultiPartitionKey | undefined {
  try {
    const multi = partitionKeyOf(key, "multi");
    return multi.kind === "multi" ? multi : undefined;
  } catch {
    return undefined;
  }
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
