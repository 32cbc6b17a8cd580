import { EdgewaterError } from "../../errors.ts";
import type { PartitionContext } from "../../partition/partition-context.ts";
import { dimensionsOf, type MultiPartitionKey } from "../../partition/partition-key.ts";
import type { DimensionPartitions } from "../../partition/partitions-definition.ts";
import { quoteText } from "../expression/literal.ts";
import { quoteName } from "../expression/print.ts";

/** The column of the partitions, or the column of each of their dimensions. */
export type PartitionExpression = string | Readonly<Record<string, string>>;

/** The partitions of a call: their keys, and the definition that the keys belong to. */
export type Partitions = Pick<PartitionContext, "keys" | "definition">;

/**
 * The condition that the rows of some partitions meet. Values are texts, which are read as values of the column's type.
 *
 * | partitions | condition |
 * |-|-|
 * | one value | `region = 'eu'` |
 * | several values | `region IN ('eu', 'us')` |
 * | a window of time | `day >= '2024-01-15' AND day < '2024-01-16'`, as the format of the definition writes both |
 * | several windows | `(day >= … AND day < …) OR (day >= … AND day < …)` |
 * | every combination of some values of dimensions | a condition for each dimension, joined with AND, by the names of the dimensions |
 * | other combinations | `(day >= … AND day < … AND region = 'eu') OR (…)` |
 *
 * @param instants the columns of type `timestamp`: the windows of a definition with a time zone are compared with them in UTC
 * @throws `PartitionError` without the column of the partitions or of one of their dimensions
 */
export function partitionPredicate(
  { keys, definition }: Partitions,
  expression: PartitionExpression | undefined,
  instants: ReadonlySet<string> = new Set(),
): string {
  if (expression === undefined) refuse("PartitionExpr is required if a partition definition is defined.");
  if (definition.kind !== "multi") {
    if (typeof expression !== "string") refuse("partition_expr with a string column name is required for single-key partitioned assets");
    const values = keys.flatMap((key) => (key.kind === "single" ? key.values : refuseKey(String(key), "it has dimensions")));
    return textOf(conditionOf({ column: expression, definition, isInstant: instants.has(expression) }, [...new Set(values)]));
  }
  if (typeof expression === "string")
    refuse("partition_expr with a dict mapping of each dimension to its column is required for multi-key partitioned assets");
  const columns = new Map<string, Column>();
  for (const [name, partitions] of Object.entries(definition.dimensions)) {
    const column = Object.hasOwn(expression, name) ? expression[name] : undefined;
    if (column === undefined) refuse(`Missing column of the dimension ${JSON.stringify(name)}; add it to partition_expr`);
    columns.set(name, { column, definition: partitions, isInstant: instants.has(column) });
  }
  const members = keys.map((key) => (key.kind === "multi" ? key : refuseKey(String(key), "it has no dimensions")));
  const product = productOf(members);
  if (product !== undefined) return textOf(combined(columns, product));
  return textOf({ kind: "or", parts: members.map((key) => combined(columns, dimensionsOf(key))) });
}

/** A column, and the partitions that its values belong to. */
interface Column {
  readonly column: string;
  readonly definition: DimensionPartitions;
  readonly isInstant: boolean;
}

type Condition = string | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] };

/** The values of each dimension, if the keys are every combination of them, once. */
function productOf(keys: readonly MultiPartitionKey[]): readonly (readonly [string, readonly string[]])[] | undefined {
  const values = new Map<string, Set<string>>();
  for (const key of keys) {
    for (const [name, ofKey] of dimensionsOf(key)) {
      const all = values.get(name) ?? new Set();
      for (const value of ofKey) all.add(value);
      values.set(name, all);
    }
  }
  const size = [...values.values()].reduce((product, { size }) => product * size, 1);
  // Keys with several values may overlap, so their combinations are counted once.
  const combinations = new Set(keys.flatMap((key) => (size <= largestProduct ? key.members().map(String) : [])));
  return combinations.size === size ? [...values].map(([name, all]) => [name, [...all]] as const) : undefined;
}

/** Keys with more combinations are joined with OR instead of being counted. */
const largestProduct = 1_000_000;

function combined(columns: ReadonlyMap<string, Column>, values: readonly (readonly [string, readonly string[]])[]): Condition {
  const parts = values.map(([name, ofDimension]) => {
    const column =
      columns.get(name) ?? refuse(`Unknown dimension ${JSON.stringify(name)}; the definition has ${[...columns.keys()].join(", ")}`);
    return conditionOf(column, ofDimension);
  });
  return { kind: "and", parts };
}

function conditionOf({ column, definition, isInstant }: Column, values: readonly string[]): Condition {
  const name = quoteName(column);
  if (definition.kind !== "time") {
    const texts = values.map(quoteText);
    return texts.length === 1 ? `${name} = ${texts[0]}` : `${name} IN (${texts.join(", ")})`;
  }
  const windows = values.map((value): Condition => {
    const window = definition.timeWindow(value) ?? refuseKey(value, `it is no window of ${JSON.stringify(column)}`);
    // In the format of the keys; past the year 9999, which has no keys, as ISO 8601.
    const end = definition.keyAt(window.end)?.toString() ?? window.end;
    const isUTC = isInstant && definition.timeZone !== undefined;
    const [from, to] = isUTC ? [window.start, window.end] : [value, end];
    return { kind: "and", parts: [`${name} >= ${quoteText(from)}`, `${name} < ${quoteText(to)}`] };
  });
  return { kind: "or", parts: windows };
}

/** Conditions inside OR are in parentheses, and so is an OR inside AND. */
function textOf(condition: Condition): string {
  if (typeof condition === "string") return condition;
  const { kind, parts } = condition;
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return textOf(only);
  if (kind === "or") return parts.map((part) => `(${textOf(part)})`).join(" OR ");
  return parts
    .map((part) => (typeof part !== "string" && part.kind === "or" && part.parts.length > 1 ? `(${textOf(part)})` : textOf(part)))
    .join(" AND ");
}

function refuseKey(key: string, reason: string): never {
  return refuse(`Invalid partition key ${JSON.stringify(key)} for a condition: ${reason}`);
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
