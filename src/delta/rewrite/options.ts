import { aFunction, aPlainObject, aString, either, type OptionKind, type OptionKinds } from "../../options.ts";
import type { Callback } from "../expression/expression.ts";
import { type CommitOptions, commitKinds } from "../write/options.ts";

/** A condition on rows: an expression such as `"price > 10"`, or a function of a row, which is called for every row. */
export type RowPredicate = string | Callback;

/** Options of {@link DeltaTable.update}. */
export interface UpdateOptions extends CommitOptions {
  /** Only rows for which it is true are updated. Default: all. */
  readonly where?: RowPredicate | undefined;
}

const anExpression = either(aString, aFunction);

/** New values by column. */
export const updatesKind: OptionKind = {
  expected: "a plain object whose values are expressions or functions of a row",
  accepts: (value) => aPlainObject.accepts(value) && Object.values(value as object).every(anExpression.accepts),
};

export const updateKinds: OptionKinds<UpdateOptions> = { ...commitKinds, where: anExpression };
