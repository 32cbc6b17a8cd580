import type { DeltaType } from "../schema/types.ts";

/**
 * A condition or a value over the columns of a table, as it is written: names are not resolved and types are not checked.
 *
 * | kind | text |
 * |-|-|
 * | `literal` | `5`, `1.50`, `1e3`, `'text'`, `TRUE`, `NULL`, `DATE '2024-01-15'`, `TIMESTAMP '2024-01-15 06:00:00Z'`, `X'00ff'` |
 * | `column` | `id`, `t.id`, `address.city`, `` `a column` `` |
 * | `compare` | `=`, `<>`, `<`, `<=`, `>`, `>=`, and `<=>`, for which nulls are equal |
 * | `and`, `or`, `not` | `a AND b`, `a OR b`, `NOT a` |
 * | `isNull` | `a IS NULL` |
 * | `in` | `a IN (1, 2)` |
 * | `like` | `a LIKE 'x%'`, with `_` for one character and a backslash before a character that stands for itself |
 * | `arithmetic` | `+`, `-`, `*`, `/`, `%` |
 * | `negate` | `-a` |
 * | `case` | `CASE WHEN a THEN b ELSE c END` |
 * | `cast` | `CAST(a AS DATE)` |
 * | `call` | `coalesce(a, b)` and the other functions of `functions.ts` |
 * | `callback` | a function in JavaScript, which has no text |
 */
export type Expression =
  | { readonly kind: "literal"; readonly type: DeltaType; readonly value: unknown }
  | { readonly kind: "column"; readonly path: readonly string[] }
  | { readonly kind: "compare"; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "and" | "or"; readonly operands: readonly Expression[] }
  | { readonly kind: "not" | "negate" | "isNull"; readonly operand: Expression }
  | { readonly kind: "in"; readonly operand: Expression; readonly items: readonly Expression[] }
  | { readonly kind: "like"; readonly operand: Expression; readonly pattern: Expression }
  | { readonly kind: "arithmetic"; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "case"; readonly branches: readonly Branch[]; readonly otherwise: Expression }
  | { readonly kind: "cast"; readonly operand: Expression; readonly type: DeltaType }
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly Expression[] }
  | { readonly kind: "callback"; readonly call: Callback };

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=" | "<=>";

export type Operator = "+" | "-" | "*" | "/" | "%";

/** A `WHEN condition THEN result` of a `CASE`. */
export interface Branch {
  readonly condition: Expression;
  readonly result: Expression;
}

/** A function over a row of each table that the expression reads, in their order. */
export type Callback = (...rows: readonly Readonly<Record<string, unknown>>[]) => unknown;

export const nullLiteral: Expression = { kind: "literal", type: "void", value: null };

export function textLiteral(value: string): Expression {
  return { kind: "literal", type: "string", value };
}

export function columnOf(...path: readonly string[]): Expression {
  return { kind: "column", path };
}

/** Joins conditions with AND or OR; a single one stays as it is. */
export function joined(kind: "and" | "or", operands: readonly Expression[]): Expression {
  const [first, ...others] = operands;
  return first !== undefined && others.length === 0 ? first : { kind, operands };
}

/** The direct parts of an expression. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "column":
    case "callback":
      return [];
    case "compare":
    case "arithmetic":
      return [expression.left, expression.right];
    case "and":
    case "or":
    case "call":
      return expression.operands;
    case "not":
    case "negate":
    case "isNull":
    case "cast":
      return [expression.operand];
    case "in":
      return [expression.operand, ...expression.items];
    case "like":
      return [expression.operand, expression.pattern];
    case "case":
      return [...expression.branches.flatMap(({ condition, result }) => [condition, result]), expression.otherwise];
  }
}

/** The paths of all columns that an expression names; undefined if it has a callback, which may read any. */
export function referencesOf(expression: Expression): readonly (readonly string[])[] | undefined {
  const paths = new Map<string, readonly string[]>();
  const rest = [expression];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.kind === "callback") return undefined;
    if (next.kind === "column") paths.set(JSON.stringify(next.path), next.path);
    for (const part of partsOf(next)) rest.push(part);
  }
  return [...paths.values()];
}
