import type { DeltaType } from "../schema/types.ts";
import { rescale } from "../values/decimal.ts";
import { floorDivide, microsOfDay } from "../values/temporal.ts";
import { isDecimal, isFloating, isNumeric, isTimestamp, isWhole } from "./convert.ts";

/** A function of expressions. It is null when one of its operands is. */
export interface SqlFunction {
  /** The types of the operands as a message shows them: `text, text`. */
  readonly takes: string;
  /** Returns the type of the result, and the function over values that are not null; undefined for operands that it does not take. */
  readonly of: (...types: readonly DeltaType[]) => Applied | undefined;
}

export interface Applied {
  readonly type: DeltaType;
  readonly call: (...values: readonly never[]) => unknown;
}

/** A function that takes texts and then, if it has any, whole numbers. */
function onTexts(texts: number, wholes: readonly [least: number, most: number], type: DeltaType, call: Applied["call"]): SqlFunction {
  const [least, most] = wholes;
  const takes = [...new Array<string>(texts).fill("text"), ...new Array<string>(most).fill("whole number")].join(", ");
  const accepts = (types: readonly DeltaType[]): boolean =>
    types.length >= texts + least &&
    types.length <= texts + most &&
    types.every((each, index) => (index < texts ? each === "string" || each === "void" : isWhole(each) || each === "void"));
  return { takes, of: (...types) => (accepts(types) ? { type, call } : undefined) };
}

const none = [0, 0] as const;

/** A part of a date or timestamp. */
function calendarPart(read: (date: Date) => number, ofTimestampsOnly = false): SqlFunction {
  return {
    takes: ofTimestampsOnly ? "timestamp" : "date or timestamp",
    of: (type, ...others) => {
      if (type === undefined || others.length > 0) return undefined;
      if (isTimestamp(type)) return { type: "integer", call: (micros: bigint) => read(new Date(Number(floorDivide(micros, 1000n)))) };
      return type === "date" && !ofTimestampsOnly
        ? { type: "integer", call: (days: number) => read(new Date(days * Number(microsOfDay / 1000n))) }
        : undefined;
    },
  };
}

/** A number as a whole one. */
function toWhole(rounding: "floor" | "ceil"): SqlFunction {
  return {
    takes: "number",
    of: (type, ...others) => {
      if (type === undefined || others.length > 0) return undefined;
      if (isWhole(type)) return { type, call: (value: unknown) => value };
      if (isFloating(type)) return { type: "double", call: Math[rounding] as Applied["call"] };
      if (!isDecimal(type)) return undefined;
      const result = { type: "decimal", precision: Math.min(38, type.precision - type.scale + 1), scale: 0 } as const;
      return { type: result, call: (unscaled: bigint) => rescale({ unscaled, scale: type.scale }, 0, rounding) };
    },
  };
}

const abs: SqlFunction = {
  takes: "number",
  of: (type, ...others) => {
    if (type === undefined || others.length > 0 || !isNumeric(type)) return undefined;
    return { type, call: (value: number | bigint) => (value < 0 ? -value : value) };
  },
};

const isNotANumber: SqlFunction = {
  takes: "number",
  of: (type, ...others) =>
    type === undefined || others.length > 0 || !isNumeric(type) ? undefined : { type: "boolean", call: Number.isNaN },
};

const concat: SqlFunction = {
  takes: "text, …",
  of: (...types) =>
    types.every((type) => type === "string" || type === "void")
      ? { type: "string", call: (...texts: readonly string[]) => texts.join("") }
      : undefined,
};

const length = onTexts(1, none, "integer", (text: string) => codePoints(text).length);
const startsWith = onTexts(2, none, "boolean", (text: string, start: string) => text.startsWith(start));
const endsWith = onTexts(2, none, "boolean", (text: string, end: string) => text.endsWith(end));
const substring = onTexts(1, [1, 2], "string", substringOf);
const ceil = toWhole("ceil");

/** The functions by their names in lower case. `coalesce`, `if`, `ifnull`, `nvl` and `nullif` become CASE. */
export const functions: Readonly<Record<string, SqlFunction>> = {
  abs,
  ceil,
  ceiling: ceil,
  char_length: length,
  concat,
  contains: onTexts(2, none, "boolean", (text: string, part: string) => text.includes(part)),
  day: calendarPart((date) => date.getUTCDate()),
  ends_with: endsWith,
  endswith: endsWith,
  floor: toWhole("floor"),
  hour: calendarPart((date) => date.getUTCHours(), true),
  isnan: isNotANumber,
  length,
  lower: onTexts(1, none, "string", (text: string) => text.toLowerCase()),
  ltrim: onTexts(1, none, "string", (text: string) => text.replace(/^ +/, "")),
  minute: calendarPart((date) => date.getUTCMinutes(), true),
  month: calendarPart((date) => date.getUTCMonth() + 1),
  replace: onTexts(3, none, "string", (text: string, old: string, next: string) => (old === "" ? text : text.replaceAll(old, () => next))),
  rtrim: onTexts(1, none, "string", trimEnd),
  second: calendarPart((date) => date.getUTCSeconds(), true),
  starts_with: startsWith,
  startswith: startsWith,
  substr: substring,
  substring,
  trim: onTexts(1, none, "string", (text: string) => trimEnd(text.replace(/^ +/, ""))),
  upper: onTexts(1, none, "string", (text: string) => text.toUpperCase()),
  year: calendarPart((date) => date.getUTCFullYear()),
};

export function codePoints(text: string): readonly string[] {
  return Array.from(text);
}

/** Not by an expression, which takes quadratic time for many spaces inside a text. */
function trimEnd(text: string): string {
  let end = text.length;
  while (text[end - 1] === " ") end--;
  return text.slice(0, end);
}

/** Characters count from 1, and from the end when the start is negative. */
function substringOf(text: string, start: number | bigint, length: number | bigint = Number.MAX_SAFE_INTEGER): string {
  const points = codePoints(text);
  const first = Number(start) > 0 ? Number(start) - 1 : Number(start) < 0 ? points.length + Number(start) : 0;
  return points.slice(Math.max(first, 0), Math.max(first + Number(length), 0)).join("");
}
