import { compareUtf8 } from "../../encoding/utf8.ts";
import type { Bound, BoundBranch } from "../expression/bound.ts";
import { keyOf, type Order } from "../expression/compare.ts";
import { isFloating } from "../expression/convert.ts";
import type { Comparison } from "../expression/expression.ts";
import { constantFacts, type RowFacts, unknownValue, type ValueFacts } from "./facts.ts";

/** The values that a condition may have for some row; a row that is possible is never left out. */
interface Truth {
  readonly canBeTrue: boolean;
  readonly canBeFalse: boolean;
  readonly canBeNull: boolean;
}

const anything: Truth = { canBeTrue: true, canBeFalse: true, canBeNull: true };

/**
 * Whether a condition may hold for some row. If it returns false, no row needs to be read: it holds for none.
 *
 * @param condition bound to one table, whose columns the facts know
 */
export function mayMatch(condition: Bound, facts: RowFacts): boolean {
  return truthOf(condition, facts).canBeTrue;
}

/** Whether a condition surely holds for every row, so that no row needs to be read either. */
export function matchesAll(condition: Bound, facts: RowFacts): boolean {
  const { canBeFalse, canBeNull } = truthOf(condition, facts);
  return !canBeFalse && !canBeNull;
}

function truthOf(condition: Bound, facts: RowFacts): Truth {
  switch (condition.kind) {
    case "and":
    case "or":
      return joinedTruth(condition, facts);
    case "not": {
      const { canBeTrue, canBeFalse, canBeNull } = truthOf(condition.operand, facts);
      return { canBeTrue: canBeFalse, canBeFalse: canBeTrue, canBeNull };
    }
    case "isNull": {
      const { mayBeNull, mayHaveValue } = factsOf(condition.operand, facts);
      return { canBeTrue: mayBeNull, canBeFalse: mayHaveValue, canBeNull: false };
    }
    case "compare": {
      const { operator, order } = condition;
      return comparedTruth(operator, factsOf(condition.left, facts), factsOf(condition.right, facts), order);
    }
    case "in":
      return inTruth(condition, facts);
    case "like":
      return likeTruth(condition, facts);
    case "case":
      return caseTruth(condition.branches, condition.otherwise, facts);
    case "callback":
      return anything;
    default: {
      // A column, a literal or a function that is a condition by itself.
      const { min, max, mayBeNull, mayHaveValue } = factsOf(condition, facts);
      return { canBeTrue: mayHaveValue && max !== false, canBeFalse: mayHaveValue && min !== true, canBeNull: mayBeNull };
    }
  }
}

/** Operands are looked at until one decides, as evaluation does. */
function joinedTruth({ kind, operands }: Bound & { readonly kind: "and" | "or" }, facts: RowFacts): Truth {
  let [all, some, canBeNull] = [true, false, false];
  const isAnd = kind === "and";
  for (const operand of operands) {
    const truth = truthOf(operand, facts);
    all &&= isAnd ? truth.canBeTrue : truth.canBeFalse;
    some ||= isAnd ? truth.canBeFalse : truth.canBeTrue;
    canBeNull ||= truth.canBeNull;
  }
  return isAnd ? { canBeTrue: all, canBeFalse: some, canBeNull } : { canBeTrue: some, canBeFalse: all, canBeNull };
}

/** What is known of the value of an expression. */
function factsOf(bound: Bound, facts: RowFacts): ValueFacts {
  switch (bound.kind) {
    case "literal":
      return constantFacts(bound.value);
    case "column": {
      const found = facts.of(bound.column, bound.fields) ?? unknownValue;
      return isFloating(bound.type) ? found : { ...found, mayBeNaN: false };
    }
    case "apply":
      return appliedFacts(bound, facts);
    case "compare":
    case "and":
    case "or":
    case "not":
    case "isNull":
    case "in":
    case "like": {
      const { canBeTrue, canBeFalse, canBeNull } = truthOf(bound, facts);
      return { min: !canBeFalse, max: canBeTrue, mayBeNull: canBeNull, mayHaveValue: canBeTrue || canBeFalse, mayBeNaN: false };
    }
    default:
      return unknownValue;
  }
}

/** A conversion that keeps the order makes bounds of bounds. */
function appliedFacts({ operands, call, isMonotone, type }: Bound & { readonly kind: "apply" }, facts: RowFacts): ValueFacts {
  const [operand] = operands;
  if (!isMonotone || operand === undefined) return { ...unknownValue, mayBeNaN: isFloating(type) };
  const inner = factsOf(operand, facts);
  const bound = (value: unknown): unknown => {
    try {
      return value === undefined ? undefined : (call as (value: unknown) => unknown)(value);
    } catch {
      // A bound may be wider than the values, and beyond the range of the type.
      return undefined;
    }
  };
  return { ...inner, min: bound(inner.min), max: bound(inner.max) };
}

/** NaN is larger than every other value, and not within the bounds. */
function comparedTruth(operator: Comparison, left: ValueFacts, right: ValueFacts, order: Order): Truth {
  const haveValues = left.mayHaveValue && right.mayHaveValue;
  const less = haveValues && (right.mayBeNaN || !isKnown(left.min, right.max, order, (sign) => sign >= 0));
  const greater = haveValues && (left.mayBeNaN || !isKnown(left.max, right.min, order, (sign) => sign <= 0));
  const apart = isKnown(left.max, right.min, order, (sign) => sign < 0) || isKnown(left.min, right.max, order, (sign) => sign > 0);
  const equal = haveValues && ((left.mayBeNaN && right.mayBeNaN) || !apart);
  const canBeNull = left.mayBeNull || right.mayBeNull;
  switch (operator) {
    case "=":
      return { canBeTrue: equal, canBeFalse: less || greater, canBeNull };
    case "<>":
      return { canBeTrue: less || greater, canBeFalse: equal, canBeNull };
    case "<":
      return { canBeTrue: less, canBeFalse: equal || greater, canBeNull };
    case "<=":
      return { canBeTrue: less || equal, canBeFalse: greater, canBeNull };
    case ">":
      return { canBeTrue: greater, canBeFalse: less || equal, canBeNull };
    case ">=":
      return { canBeTrue: greater || equal, canBeFalse: less, canBeNull };
    case "<=>": {
      const oneIsNull = (left.mayBeNull && right.mayHaveValue) || (left.mayHaveValue && right.mayBeNull);
      return { canBeTrue: equal || (left.mayBeNull && right.mayBeNull), canBeFalse: less || greater || oneIsNull, canBeNull: false };
    }
  }
}

/** Whether both bounds are known, and their order is as asked. */
function isKnown(left: unknown, right: unknown, order: Order, holds: (sign: number) => boolean): boolean {
  return left !== undefined && right !== undefined && holds(order(left, right));
}

function inTruth({ operand, items, order, keys, sorted }: Bound & { readonly kind: "in" }, facts: RowFacts): Truth {
  const value = factsOf(operand, facts);
  const { min, max, mayBeNull, mayBeNaN, mayHaveValue } = value;
  if (sorted !== undefined) {
    // Of many values one is looked up, and the others are not compared.
    const first = sorted[min === undefined ? 0 : firstFrom(sorted, min, order)];
    const isWithin = first !== undefined && (max === undefined || order(first, max) <= 0);
    const isConstant = !mayBeNaN && min !== undefined && max !== undefined && order(min, max) === 0;
    const isIn = isConstant && (keys === undefined ? isWithin : keys.has(keyOf(min)));
    const hasNull = sorted.length < items.length;
    return {
      canBeTrue: mayHaveValue && (isConstant ? isIn : isWithin || (mayBeNaN && Number.isNaN(sorted.at(-1)))),
      canBeFalse: mayHaveValue && !isIn && !hasNull,
      canBeNull: mayBeNull || (!isIn && hasNull),
    };
  }
  let [canBeTrue, canBeFalse, canBeNull] = [false, mayHaveValue, mayBeNull];
  for (const item of items) {
    const truth = comparedTruth("=", value, factsOf(item, facts), order);
    canBeTrue ||= truth.canBeTrue;
    canBeFalse &&= truth.canBeFalse;
    canBeNull ||= truth.canBeNull;
  }
  return { canBeTrue, canBeFalse, canBeNull };
}

/** The position of the first of some sorted values that is not smaller than a value. */
function firstFrom(sorted: readonly unknown[], value: unknown, order: Order): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(sorted[middle], value) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function likeTruth({ operand, pattern, literal }: Bound & { readonly kind: "like" }, facts: RowFacts): Truth {
  const text = factsOf(operand, facts);
  const canBeNull = text.mayBeNull || factsOf(pattern, facts).mayBeNull;
  if (literal === undefined) return { ...anything, canBeNull };
  const { prefix, isPrefixOnly } = literal;
  const [min, max] = [text.min, text.max] as (string | undefined)[];
  const bothStart = min?.startsWith(prefix) === true && max?.startsWith(prefix) === true;
  const isBelow = max !== undefined && compareUtf8(max, prefix) < 0;
  const isAbove = min !== undefined && compareUtf8(min, prefix) > 0 && !min.startsWith(prefix);
  return { canBeTrue: text.mayHaveValue && !isBelow && !isAbove, canBeFalse: text.mayHaveValue && !(isPrefixOnly && bothStart), canBeNull };
}

/** The result of any branch whose condition may hold. */
function caseTruth(branches: readonly BoundBranch[], otherwise: Bound, facts: RowFacts): Truth {
  const results = branches.filter(({ condition }) => mayMatch(condition, facts)).map(({ result }) => truthOf(result, facts));
  if (!branches.some(({ condition }) => matchesAll(condition, facts))) results.push(truthOf(otherwise, facts));
  const some = (name: keyof Truth): boolean => results.some((truth) => truth[name]);
  return { canBeTrue: some("canBeTrue"), canBeFalse: some("canBeFalse"), canBeNull: some("canBeNull") };
}
