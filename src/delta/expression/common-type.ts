import type { DecimalType, DeltaType } from "../schema/types.ts";
import { decimalTypeOf, isDecimal, isFloating, isNumeric, isTimestamp, isWhole, type WholeType } from "./convert.ts";

const wholeBySize: readonly WholeType[] = ["byte", "short", "integer", "long"];

/** The type to which values of both types are converted without loss, except to double; undefined if they have no such type. */
export function commonType(left: DeltaType, right: DeltaType): DeltaType | undefined {
  if (left === "void") return right;
  if (right === "void" || left === right) return left;
  if (isNumeric(left) && isNumeric(right)) return commonNumeric(left, right);
  if (isTimestamp(left) && (right === "date" || isTimestamp(right))) return left === right ? left : "timestamp";
  if (isTimestamp(right) && left === "date") return right;
  return undefined;
}

function commonNumeric(left: DeltaType, right: DeltaType): DeltaType {
  if (left === "float" && right === "float") return "float";
  if (isFloating(left) || isFloating(right)) return "double";
  if (isDecimal(left) || isDecimal(right)) return widerDecimal(decimalTypeOf(left), decimalTypeOf(right));
  const size = Math.max(...[left, right].map((type) => wholeBySize.indexOf(type as WholeType)));
  return wholeBySize[size] ?? "long";
}

/** The scale of the finer and the whole digits of the larger, within 38 digits. */
function widerDecimal(left: DecimalType, right: DecimalType): DecimalType {
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  return { type: "decimal", precision: Math.min(38, whole + scale), scale };
}

/**
 * The types in which values of two types are compared; undefined if they cannot be. Whole numbers and doubles are compared as they are,
 * which is exact; decimals with whole numbers at the finer scale; decimals with doubles as doubles, so that `price = 0.1` finds 0.1.
 */
export function comparedAs(left: DeltaType, right: DeltaType): readonly [DeltaType, DeltaType] | undefined {
  if ((isWhole(left) || isFloating(left)) && (isWhole(right) || isFloating(right))) return [left, right];
  const common = commonType(left, right);
  if (common === undefined || (typeof common !== "string" && common.type !== "decimal")) return undefined;
  // Comparing needs no limit of digits: 38 whole digits and 38 of a fraction are compared exactly.
  const type: DeltaType = isDecimal(common) ? { ...common, precision: 76 } : common;
  return [type, type];
}
