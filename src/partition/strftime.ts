import { type WallClockTime, wallClockTime } from "../encoding/wall-clock.ts";
import { EdgewaterError } from "../errors.ts";

/** A compiled strftime format. */
export interface TimeFormat {
  /** The format as it was passed. */
  readonly pattern: string;
  /** Whether it contains the whole time to the second, so that `parse` inverts `format` for whole seconds. */
  readonly isExact: boolean;
  /** Returns the text of a time. */
  format(time: WallClockTime): string;
  /** Returns the earliest time that `format` writes as exactly this text. */
  parse(text: string): WallClockTime | undefined;
}

interface Directive {
  /** Number of digits. */
  readonly width: number;
  read(date: Date): number;
}

const directives: Readonly<Record<string, Directive>> = {
  Y: { width: 4, read: (date) => date.getUTCFullYear() },
  y: { width: 2, read: (date) => date.getUTCFullYear() % 100 },
  m: { width: 2, read: (date) => date.getUTCMonth() + 1 },
  d: { width: 2, read: (date) => date.getUTCDate() },
  j: { width: 3, read: (date) => dayOfYear(date) },
  H: { width: 2, read: (date) => date.getUTCHours() },
  M: { width: 2, read: (date) => date.getUTCMinutes() },
  S: { width: 2, read: (date) => date.getUTCSeconds() },
};

/**
 * Compiles a strftime format with the directives `%Y %m %d %H %M %S %j %y %%`. `%y` stands for the years 1970 to 2069.
 *
 * @throws `PartitionError` for any other directive, and for the reserved characters `|` and `,`
 *
 * @example
 * ```ts
 * compileFormat("%Y-%m-%d").format(0); // "1970-01-01"
 * ```
 */
export function compileFormat(pattern: string): TimeFormat {
  if (typeof pattern !== "string" || pattern === "") refuse("Invalid time format; expected a string that is not empty");
  if (/[|,]/.test(pattern))
    refuse(`Invalid time format ${JSON.stringify(pattern)}: "|" and "," are reserved as separators of a partition key`);
  const tokens = pattern.match(/%[\s\S]?|[^%]+/gu) ?? [];
  const names: string[] = [];
  const source = tokens.map((token) => {
    if (token === "%%" || !token.startsWith("%")) return escapeRegExp(token === "%%" ? "%" : token);
    const directive = Object.hasOwn(directives, token.slice(1)) ? directives[token.slice(1)] : undefined;
    if (directive === undefined) {
      return refuse(
        `Invalid time format ${JSON.stringify(pattern)}: unknown directive ${JSON.stringify(token)}; use %Y %m %d %H %M %S %j %y %%`,
      );
    }
    names.push(token.slice(1));
    return `(\\d{${directive.width}})`;
  });
  const expression = new RegExp(`^${source.join("")}$`, "u");
  const format = (time: WallClockTime): string => {
    const date = new Date(time);
    return tokens.map((token) => write(token, date)).join("");
  };
  const has = (...fields: string[]): boolean => fields.every((name) => names.includes(name));
  const isExact = has("Y", "H", "M", "S") && (has("m", "d") || has("j"));
  const parse = (text: string): WallClockTime | undefined => {
    const match = expression.exec(text);
    if (match === null) return undefined;
    const time = assemble(new Map(names.map((name, index) => [name, Number(match[index + 1])])));
    return time !== undefined && format(time) === text ? time : undefined;
  };
  return { pattern, isExact, format, parse };
}

function write(token: string, date: Date): string {
  if (token === "%%") return "%";
  const directive = token.startsWith("%") ? directives[token.slice(1)] : undefined;
  return directive === undefined ? token : String(directive.read(date)).padStart(directive.width, "0");
}

function assemble(fields: ReadonlyMap<string, number>): WallClockTime | undefined {
  const short = fields.get("y");
  const year = fields.get("Y") ?? (short === undefined ? 1970 : short + (short < 70 ? 2000 : 1900));
  const clock = [fields.get("H"), fields.get("M"), fields.get("S")] as const;
  const ordinal = fields.get("j");
  if (ordinal === undefined) return wallClockTime(year, fields.get("m"), fields.get("d"), ...clock);
  const first = wallClockTime(year, 1, 1, ...clock);
  return first === undefined ? undefined : first + (ordinal - 1) * 86_400_000;
}

function dayOfYear(date: Date): number {
  const first = new Date(date);
  first.setUTCMonth(0, 1);
  return Math.round((date.getTime() - first.getTime()) / 86_400_000) + 1;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
