import { EdgewaterError } from "../../errors.ts";
import type { DecimalType, DeltaType } from "../schema/types.ts";
import { rescale } from "../values/decimal.ts";
import { type Bound, converted } from "./bound.ts";
import { decimalTypeOf, fitting, isDecimal, isFloating, isNumeric, isWhole } from "./convert.ts";
import type { Operator } from "./expression.ts";

type Call = (left: never, right: never) => unknown;

/**
 * Binds `left operator right`; undefined for types that it does not take. Whole numbers give a BIGINT, but `/` a double; a double with
 * any number gives a double; decimals give a decimal of up to 38 digits. A date and a whole number of days give a date, and two dates
 * the days between them.
 *
 * Evaluation throws `ValidationError` for a result that is out of range and for a division by 0.
 */
export function bindArithmetic(operator: Operator, left: Bound, right: Bound): Bound | undefined {
  const bound = (type: DeltaType, call: Call, as: readonly [DeltaType, DeltaType] = [left.type, right.type]): Bound => ({
    kind: "apply",
    type,
    operands: [converted(left, as[0]) ?? left, converted(right, as[1]) ?? right],
    call,
    isMonotone: false,
  });
  const [a, b] = [left.type, right.type];
  if (a === "date" && isWhole(b) && (operator === "+" || operator === "-")) {
    return bound("date", (days: number, more: number | bigint) => (operator === "+" ? days + Number(more) : days - Number(more)));
  }
  if (a === "date" && b === "date" && operator === "-") return bound("integer", (days: number, others: number) => days - others);
  const isNull = a === "void" || b === "void";
  if (isNull && [a, b].every((type) => type === "void" || isNumeric(type)))
    return { kind: "literal", type: a === "void" ? b : a, value: null };
  if (!isNumeric(a) || !isNumeric(b)) return undefined;
  if (isFloating(a) || isFloating(b) || (operator === "/" && isWhole(a) && isWhole(b))) {
    return bound("double", doubles[operator], ["double", "double"]);
  }
  if (isDecimal(a) || isDecimal(b)) {
    const type = decimalResult(operator, decimalTypeOf(a), decimalTypeOf(b));
    return bound(type, decimalCall(operator, decimalTypeOf(a).scale, decimalTypeOf(b).scale, type), [decimalTypeOf(a), decimalTypeOf(b)]);
  }
  return bound("long", (x: bigint, y: bigint) => inRange(wholes[operator](x, y)), ["long", "long"]);
}

const doubles: Readonly<Record<Operator, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => (right === 0 ? divisionByZero() : left / right),
  "%": (left, right) => (right === 0 ? divisionByZero() : left % right),
};

const wholes: Readonly<Record<Operator, (left: bigint, right: bigint) => bigint>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => (right === 0n ? divisionByZero() : left / right),
  "%": (left, right) => (right === 0n ? divisionByZero() : left % right),
};

/** The types of Spark: as many digits as the result may have; beyond 38 the fraction is cut, but not below 6 digits. */
function decimalResult(operator: Operator, a: DecimalType, b: DecimalType): DecimalType {
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
  const scale = Math.max(a.scale, b.scale);
  if (operator === "*") return limited(a.precision + b.precision + 1, a.scale + b.scale);
  if (operator === "/") {
    const ofQuotient = Math.max(6, a.scale + b.precision + 1);
    return limited(a.precision - a.scale + b.scale + ofQuotient, ofQuotient);
  }
  return limited(whole + scale + (operator === "%" ? 0 : 1), scale);
}

function limited(precision: number, scale: number): DecimalType {
  if (precision <= 38) return { type: "decimal", precision, scale };
  const least = Math.min(scale, 6);
  return { type: "decimal", precision: 38, scale: Math.max(38 - (precision - scale), least) };
}

function decimalCall(operator: Operator, leftScale: number, rightScale: number, type: DecimalType): Call {
  const scale = Math.max(leftScale, rightScale);
  const [leftFactor, rightFactor] = [10n ** BigInt(scale - leftScale), 10n ** BigInt(scale - rightScale)];
  if (operator === "*") {
    return (left: bigint, right: bigint) => fitting(type, rescale({ unscaled: left * right, scale: leftScale + rightScale }, type.scale));
  }
  if (operator === "/") {
    // One digit more than the result has, so that it is rounded once; a rest keeps halves from being exact.
    const more = 10n ** BigInt(type.scale + 1);
    return (left: bigint, right: bigint) => {
      if (right === 0n) return divisionByZero();
      const [dividend, divisor] = [left * leftFactor * more, right * rightFactor];
      return fitting(type, rescale({ unscaled: dividend / divisor, scale: type.scale + 1 }, type.scale));
    };
  }
  return (left: bigint, right: bigint) => {
    const unscaled = wholes[operator](left * leftFactor, right * rightFactor);
    return fitting(type, rescale({ unscaled, scale }, type.scale));
  };
}

function inRange(value: bigint): bigint {
  if (BigInt.asIntN(64, value) === value) return value;
  throw new EdgewaterError(
    "ValidationError",
    `Cannot evaluate an expression: ${value} is beyond the range of BIGINT; CAST operands to DECIMAL`,
  );
}

function divisionByZero(): never {
  throw new EdgewaterError("ValidationError", "Cannot evaluate an expression: division by 0; use nullif(divisor, 0)");
}
