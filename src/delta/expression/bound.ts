import type { DeltaType } from "../schema/types.ts";
import type { Order } from "./compare.ts";
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

/** The value in another type; undefined if there is no conversion. A literal is converted at once. */
export function converted(operand: Bound, type: DeltaType): Bound | undefined {
  if (operand.type === type) return operand;
  const conversion = conversionOf(operand.type, type);
  if (conversion === undefined) return undefined;
  const { apply, isMonotone } = conversion;
  if (operand.kind === "literal") return { kind: "literal", type, value: operand.value === null ? null : apply(operand.value) };
  return { kind: "apply", type, operands: [operand], call: apply as (value: never) => unknown, isMonotone };
}
