import { toHex } from "../../encoding/hex.ts";
import type { DeltaType } from "../schema/types.ts";
import { formatDecimal, mostDigits, parseDecimal } from "../values/decimal.ts";
import { formatDate, formatTimestamp, parseDate, parseTimestamp } from "../values/temporal.ts";
import type { Expression } from "./expression.ts";

type Literal = Expression & { readonly kind: "literal" };

const largestLong = 2n ** 63n - 1n;

/** The literal of a number: without point and exponent a long, with a point a decimal, with an exponent a double. */
export function numberLiteral(text: string): Literal {
  const decimal = /[eE]/.test(text) ? undefined : parseDecimal(text);
  const digits = decimal === undefined ? Number.POSITIVE_INFINITY : String(decimal.unscaled).replace("-", "").length;
  if (decimal === undefined || Math.max(digits, decimal.scale) > mostDigits)
    return { kind: "literal", type: "double", value: Number(text) };
  const { unscaled, scale } = decimal;
  if (scale === 0 && unscaled <= largestLong && unscaled >= -largestLong - 1n) return { kind: "literal", type: "long", value: unscaled };
  return { kind: "literal", type: { type: "decimal", precision: Math.max(digits, scale), scale }, value: unscaled };
}

/** The literal of a word and a text, such as `DATE '2024-01-15'`; a text that says what is wrong with it otherwise. */
export function prefixedLiteral(word: string, text: string): Literal | string {
  switch (word.toLowerCase()) {
    case "date": {
      const value = parseDate(text);
      return value === undefined ? `${JSON.stringify(text)} is no date such as 2024-01-15` : { kind: "literal", type: "date", value };
    }
    case "timestamp":
    case "timestamp_ntz": {
      const type = word.toLowerCase() === "timestamp" ? "timestamp" : "timestamp_ntz";
      const parsed = parseTimestamp(text);
      if (parsed === undefined) return `${JSON.stringify(text)} is no timestamp such as 2024-01-15 06:00:00.123456Z`;
      if (parsed.hasZone && type === "timestamp_ntz") return `${JSON.stringify(text)} has a zone, which TIMESTAMP_NTZ does not have`;
      return { kind: "literal", type, value: parsed.micros };
    }
    case "x": {
      const isHex = /^(?:[0-9a-f]{2})*$/i.test(text);
      if (!isHex) return `${JSON.stringify(text)} is no hexadecimal text`;
      const value = Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
      return { kind: "literal", type: "binary", value };
    }
    default:
      return `unknown prefix ${JSON.stringify(word)} of a text; expected DATE, TIMESTAMP, TIMESTAMP_NTZ or X`;
  }
}

/** A text in single quotes; quotes inside are doubled. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The text of a literal, which {@link numberLiteral} and {@link prefixedLiteral} read. */
export function printLiteral(type: DeltaType, value: unknown): string {
  if (value === null || type === "void") return "NULL";
  if (typeof type !== "string") return type.type === "decimal" ? printDecimal(value as bigint, type.scale) : unprintable(value);
  switch (type) {
    case "string":
      return quoteText(value as string);
    case "boolean":
      return value === true ? "TRUE" : "FALSE";
    case "float":
    case "double":
      return printDouble(value as number);
    case "binary":
      return `X'${toHex(value as Uint8Array)}'`;
    case "date":
      return `DATE '${formatDate(value as number)}'`;
    case "timestamp":
      return `TIMESTAMP '${formatTimestamp(value as bigint)}Z'`;
    case "timestamp_ntz":
      return `TIMESTAMP_NTZ '${formatTimestamp(value as bigint)}'`;
    default:
      return String(value);
  }
}

function printDecimal(unscaled: bigint, scale: number): string {
  return formatDecimal({ unscaled, scale });
}

/** With an exponent, so that it is read as a double again. */
function printDouble(value: number): string {
  if (!Number.isFinite(value)) return `CAST('${value}' AS DOUBLE)`;
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes("e") ? text : `${text}e0`;
}

function unprintable(value: unknown): string {
  return JSON.stringify(value);
}
