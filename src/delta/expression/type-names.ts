import { nearest } from "../../options.ts";
import type { DeltaType, PrimitiveType } from "../schema/types.ts";

const names: Readonly<Record<string, PrimitiveType>> = {
  string: "string",
  varchar: "string",
  text: "string",
  long: "long",
  bigint: "long",
  integer: "integer",
  int: "integer",
  short: "short",
  smallint: "short",
  byte: "byte",
  tinyint: "byte",
  float: "float",
  real: "float",
  double: "double",
  boolean: "boolean",
  binary: "binary",
  date: "date",
  timestamp: "timestamp",
  timestamp_ntz: "timestamp_ntz",
};

const sqlNames: Partial<Readonly<Record<string, string>>> = { long: "BIGINT", integer: "INT", short: "SMALLINT", byte: "TINYINT" };

/** The type with this name in an expression, `DECIMAL(10, 2)` included; the problem otherwise. */
export function typeNamed(name: string, sizes: readonly number[] = []): { readonly type: DeltaType } | { readonly problem: string } {
  const lower = name.toLowerCase();
  if (lower === "decimal" || lower === "numeric") {
    const [precision = 10, scale = 0] = sizes;
    const fits = sizes.length <= 2 && Number.isInteger(precision) && precision >= 1 && precision <= 38;
    if (fits && Number.isInteger(scale) && scale <= precision) return { type: { type: "decimal", precision, scale } };
    return { problem: "expected DECIMAL(precision, scale) with a precision from 1 to 38 and a scale that is not larger" };
  }
  const type = Object.hasOwn(names, lower) ? names[lower] : undefined;
  if (type !== undefined && (sizes.length === 0 || lower === "varchar")) return { type };
  if (type !== undefined) return { problem: `the type ${name} has no sizes` };
  const near = nearest(lower, Object.keys(names));
  return { problem: `unknown type ${JSON.stringify(name)}${near === undefined ? "" : `; did you mean ${near.toUpperCase()}?`}` };
}

/** The name of a type in an expression and in messages: `BIGINT`, `DECIMAL(10, 2)`, `ARRAY`. */
export function nameOfType(type: DeltaType): string {
  if (typeof type === "string") return sqlNames[type] ?? type.toUpperCase();
  return type.type === "decimal" ? `DECIMAL(${type.precision}, ${type.scale})` : type.type.toUpperCase();
}
