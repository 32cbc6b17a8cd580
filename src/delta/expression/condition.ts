import { EdgewaterError } from "../../errors.ts";
import { describe } from "../../options.ts";
import { type Callback, columnOf, type Expression, joined } from "./expression.ts";
import { parseExpression } from "./parse.ts";

/**
 * A condition as callers write it.
 *
 * | form | holds for |
 * |-|-|
 * | `"price > 10 AND region IN ('eu', 'us')"` | rows for which the expression is true |
 * | `{ on: ["id"] }` | pairs of rows of source and target that are equal in these columns, which are not null |
 * | `(row) => row.price > 10` | rows for which the function returns true; it is called for every row |
 */
export type ConditionInput = string | OnColumns | Callback;

/** Rows that are equal in some columns. */
export interface OnColumns {
  /** The columns in which source and target are equal; at least one. */
  readonly on: readonly string[];
}

/** The names by which an expression over two tables calls them. */
export interface Aliases {
  /** Default: `s`. */
  readonly source?: string | undefined;
  /** Default: `t`. */
  readonly target?: string | undefined;
}

/**
 * Reads a condition.
 *
 * @throws `ValidationError` for a text that is no expression, and for a value of no known form
 */
export function conditionOf(input: ConditionInput, { source = "s", target = "t" }: Aliases = {}): Expression {
  if (typeof input === "string") return parseExpression(input);
  if (typeof input === "function") return { kind: "callback", call: input };
  const on: unknown = (input as Partial<OnColumns> | null)?.on;
  if (Array.isArray(on) && on.length > 0 && on.every((name) => typeof name === "string")) {
    const equal = (name: string): Expression => ({
      kind: "compare",
      operator: "=",
      left: columnOf(source, name),
      right: columnOf(target, name),
    });
    return joined("and", on.map(equal));
  }
  const expected = 'the text of an expression, { on: ["column"] } or a function over a row';
  throw new EdgewaterError("ValidationError", `Invalid condition: ${describe(input)}; expected ${expected}`);
}

/** The conditions of which all must hold: the operands of AND, also of one inside another. */
export function conjunctsOf(condition: Expression): readonly Expression[] {
  return condition.kind === "and" ? condition.operands.flatMap(conjunctsOf) : [condition];
}
