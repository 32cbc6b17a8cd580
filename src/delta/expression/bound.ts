import type { DeltaType } from "../schema/types.ts";
import { keyOf, type Order } from "./compare.ts";
import { conversionOf } from "./convert.ts";
import type { Callback, Comparison } from "./expression.ts";
import type { LikePattern } from "./like.ts";

/** An expression over tables with known schemas: names are resolved, types are checked, conversions are explicit. */
export type Bound = { readonly type: DeltaType } & BoundKind;

type BoundKind =
  | { readonly kind: "literal"; readonly value: unknown }
  | {
      readonly kind: "column";
      /** The number of the table, of its column, and the names of the fields inside it. */
      readonly table: number;
      readonly column: number;
      readonly fields: readonly string[];
    }
  | { readonly kind: "compare"; readonly operator: Comparison; readonly left: Bound; readonly right: Bound; readonly order: Order }
  | { readonly kind: "and" | "or"; readonly operands: readonly Bound[] }
  | { readonly kind: "not" | "isNull"; readonly operand: Bound }
  | {
      readonly kind: "in";
      readonly operand: Bound;
      readonly items: readonly Bound[];
      readonly order: Order;
      /** The keys of the items when all are literals, without nulls. */
      readonly keys: ReadonlySet<unknown> | undefined;
      /** The values of the items in their order when all are literals, without nulls. */
      readonly sorted: readonly unknown[] | undefined;
    }
  | { readonly kind: "like"; readonly operand: Bound; readonly pattern: Bound; readonly literal: LikePattern | undefined }
  | { readonly kind: "case"; readonly branches: readonly BoundBranch[]; readonly otherwise: Bound }
  | {
      /** A function that is null when an operand is. */
      readonly kind: "apply";
      readonly operands: readonly Bound[];
      readonly call: (...values: readonly never[]) => unknown;
      /** Whether it has one operand, and a larger value of it gives a result that is not smaller. */
      readonly isMonotone: boolean;
    }
  | { readonly kind: "callback"; readonly call: Callback };

export interface BoundBranch {
  readonly condition: Bound;
  readonly result: Bound;
}

/** A condition that is the same for every row. */
export function constantCondition(value: boolean): Bound {
  return { kind: "literal", type: "boolean", value };
}

/** Joins conditions with AND or OR; a single one stays as it is, and none is true or false. */
export function joinedBounds(kind: "and" | "or", operands: readonly Bound[]): Bound {
  const [first, ...others] = operands;
  if (first === undefined) return constantCondition(kind === "and");
  return others.length === 0 ? first : { kind, type: "boolean", operands };
}

/** `operand IN (values)`, for values of its type that are not null. */
export function inValues(operand: Bound, values: readonly unknown[], order: Order): Bound {
  const items = values.map((value): Bound => ({ kind: "literal", type: operand.type, value }));
  const { keys, sorted } = literalsOf(items, order);
  // Keys say all that the items do, and there may be a million of them.
  return { kind: "in", type: "boolean", operand, items: keys === undefined ? items : [], order, keys, sorted };
}

/** What makes IN with literals fast: their keys, which bytes do not have, and their order. */
export function literalsOf(items: readonly Bound[], order: Order): Pick<Bound & { readonly kind: "in" }, "keys" | "sorted"> {
  const literals = items.map((item) => (item.kind === "literal" ? item.value : undefined));
  if (literals.includes(undefined)) return { keys: undefined, sorted: undefined };
  const values = literals.filter((value) => value !== null);
  const areBytes = values.some((value) => value instanceof Uint8Array);
  return { keys: areBytes ? undefined : new Set(values.map(keyOf)), sorted: values.sort(order) };
}

/** The columns of a table that an expression reads, by their numbers; undefined if it has a callback, which may read any. */
export function columnsRead(bounds: readonly Bound[], table: number): ReadonlySet<number> | undefined {
  const columns = new Set<number>();
  const rest = [...bounds];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.kind === "callback") return undefined;
    if (next.kind === "column" && next.table === table) columns.add(next.column);
    for (const part of boundParts(next)) rest.push(part);
  }
  return columns;
}

/** The direct parts of an expression. */
function boundParts(bound: Bound): readonly Bound[] {
  switch (bound.kind) {
    case "literal":
    case "column":
    case "callback":
      return [];
    case "compare":
      return [bound.left, bound.right];
    case "and":
    case "or":
    case "apply":
      return bound.operands;
    case "not":
    case "isNull":
      return [bound.operand];
    case "in":
      return [bound.operand, ...bound.items];
    case "like":
      return [bound.operand, bound.pattern];
    case "case":
      return [...bound.branches.flatMap(({ condition, result }) => [condition, result]), bound.otherwise];
  }
}

/** The value in another type; undefined if there is no conversion. A literal is converted at once. */
export function converted(operand: Bound, type: DeltaType): Bound | undefined {
  if (operand.type === type) return operand;
  const conversion = conversionOf(operand.type, type);
  if (conversion === undefined) return undefined;
  const { apply, isMonotone } = conversion;
  if (operand.kind === "literal") return { kind: "literal", type, value: operand.value === null ? null : apply(operand.value) };
  return { kind: "apply", type, operands: [operand], call: apply as (value: never) => unknown, isMonotone };
}
