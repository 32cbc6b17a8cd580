import type { DecimalType, DeltaType } from "./types.ts";

/** The text of a type in messages: `array<decimal(10,2)>`. */
export function typeText(type: DeltaType): string {
  if (typeof type === "string") return type;
  switch (type.type) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "array":
      return `array<${typeText(type.elementType)}>`;
    case "map":
      return `map<${typeText(type.keyType)}, ${typeText(type.valueType)}>`;
    case "struct":
      return `struct<${type.fields.map(({ name, type }) => `${name}: ${typeText(type)}`).join(", ")}>`;
  }
}

/** The decimal that holds every value of an integer type; undefined for other types. */
const integerDigits: Readonly<Record<string, number>> = { byte: 3, short: 5, integer: 10, long: 19 };
const integerOrder = ["byte", "short", "integer", "long"];

/** Whether every value of a primitive type is, without loss, one of another: the same type, or a wider one. */
export function fitsInto(from: DeltaType, to: DeltaType): boolean {
  if (from === "void") return true;
  if (typeof to !== "string") return to.type === "decimal" && fitsDecimal(from, to);
  if (typeof from !== "string") return false;
  if (from === to) return true;
  if (integerOrder.includes(from) && integerOrder.includes(to)) return integerOrder.indexOf(from) < integerOrder.indexOf(to);
  if (to === "double") return from === "float" || from === "byte" || from === "short" || from === "integer";
  return from === "date" && to === "timestamp_ntz";
}

function fitsDecimal(from: DeltaType, to: DecimalType): boolean {
  if (typeof from === "string") return (integerDigits[from] ?? Number.POSITIVE_INFINITY) <= to.precision - to.scale;
  return from.type === "decimal" && to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
}
