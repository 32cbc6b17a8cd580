import { isDecimal, isFloating, isWhole } from "../expression/convert.ts";
import { JsonNumber } from "../log/json.ts";
import type { DeltaType } from "../schema/types.ts";
import { type Decimal, parseDecimal, rescale } from "../values/decimal.ts";
import { parseDate, parseTimestamp } from "../values/temporal.ts";

/** Bounds of texts have at most so many code points. */
export const longestTextBound = 32;

const lastCodePoint = 0x10ffff;

/** A text of at most 32 code points that is not larger: its start. */
export function lowerTextBound(text: string): string {
  return text.length <= longestTextBound ? text : startOf(text).join("");
}

/** A text of at most 32 code points that is not smaller; undefined if no such text exists. */
export function upperTextBound(text: string): string | undefined {
  if (text.length <= longestTextBound) return text;
  const start = startOf(text);
  return start.join("").length === text.length ? text : afterAll(start);
}

/** A text after all that start with these code points: the last one that can be is raised. */
function afterAll(start: readonly string[]): string | undefined {
  for (let last = start.length - 1; last >= 0; last--) {
    const point = start[last]?.codePointAt(0) ?? lastCodePoint;
    if (point === lastCodePoint) continue;
    // The code points of surrogates are no characters.
    const raised = point === 0xd7ff ? 0xe000 : point + 1;
    return start.slice(0, last).join("") + String.fromCodePoint(raised);
  }
  return undefined;
}

function startOf(text: string): readonly string[] {
  // 32 code points have at most 64 units, so a long text is not split as a whole.
  return Array.from(text.slice(0, 2 * longestTextBound)).slice(0, longestTextBound);
}

/**
 * Reads a bound from statistics as a value of a type, wide enough for what writers do to it; undefined for anything else.
 *
 * | type | widened by |
 * |-|-|
 * | long beyond 2^53, decimal beyond 15 digits | the error of a double, through which some writers pass them |
 * | float | nothing, but it is read as a float: writers print the shortest text that is one |
 * | timestamp | a millisecond, which is the unit of many writers |
 * | text | everything that starts with it, if it may be cut |
 */
export function readBound(value: unknown, type: DeltaType, side: "min" | "max"): unknown {
  const direction = side === "min" ? -1n : 1n;
  if (type === "string") return typeof value === "string" ? textBound(value, side) : undefined;
  if (type === "boolean") return typeof value === "boolean" ? value : undefined;
  if (type === "date") return typeof value === "string" ? (parseDate(value) ?? parseDate(value.slice(0, 10))) : undefined;
  if (type === "timestamp" || type === "timestamp_ntz") {
    const micros = typeof value === "string" ? parseTimestamp(value)?.micros : undefined;
    return micros === undefined ? undefined : micros + direction * 1000n;
  }
  const number = numberOf(value, type);
  if (number === undefined) return undefined;
  if (isFloating(type)) {
    const double = Number(value instanceof JsonNumber ? value.text : value);
    return type === "float" ? Math.fround(double) : double;
  }
  if (isWhole(type)) {
    const whole = widened(rescale(number, 0, side === "min" ? "floor" : "ceil"), direction);
    return type === "long" ? whole : Number(whole);
  }
  return isDecimal(type) ? widened(rescale(number, type.scale, side === "min" ? "floor" : "ceil"), direction) : undefined;
}

/** A number in statistics; some writers print it as text. Infinity and NaN bound nothing. */
function numberOf(value: unknown, type: DeltaType): Decimal | undefined {
  if (typeof value === "boolean" || value === null || typeof value === "object") {
    return value instanceof JsonNumber ? parseDecimal(value.text) : undefined;
  }
  return typeof value === "string" && isFloating(type) ? undefined : parseDecimal(String(value));
}

/** The first whole number that another one is rounded to. */
const exactInDoubles = 2n ** 53n;

/** A double is off by at most half of its last digit, and its shortest text by another half. */
function widened(value: bigint, direction: bigint): bigint {
  const size = value < 0n ? -value : value;
  return size < exactInDoubles ? value : value + direction * ((size >> 52n) + 1n);
}

function textBound(text: string, side: "min" | "max"): string | undefined {
  if (side === "min") return text;
  const points = text.length < longestTextBound ? [] : Array.from(text);
  return points.length < longestTextBound ? text : afterAll(points);
}
