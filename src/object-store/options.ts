import { EdgewaterError } from "../errors.ts";

/** The numbers that an option accepts. */
export interface Accepted {
  readonly least: number;
  /** Default: no upper limit. */
  readonly most?: number;
  /** Whether `Infinity` is accepted. Default: false. */
  readonly infinite?: boolean;
  /** Whether fractions are accepted. Default: false. */
  readonly fractions?: boolean;
  /** The unit, for the message: `bytes`, `milliseconds`. */
  readonly unit?: string;
}

/**
 * Checks a number in options; undefined is the default and passes.
 *
 * @param owner the store or function that the option belongs to, for the message
 * @throws `SettingsError` that names the option, its value and what is accepted
 */
export function checkNumber(
  owner: string,
  field: string,
  value: number | undefined,
  { least, most = Number.MAX_VALUE, infinite = false, fractions = false, unit }: Accepted,
): void {
  if (value === undefined) return;
  if (infinite && value === Number.POSITIVE_INFINITY) return;
  const isNumber = fractions ? typeof value === "number" : Number.isInteger(value);
  if (isNumber && value >= least && value <= most) return;
  const kind = `a ${fractions ? "" : "whole "}number${unit === undefined ? "" : ` of ${unit}`}`;
  const range = most === Number.MAX_VALUE ? `${least} or more` : `from ${least} to ${most}`;
  throw new EdgewaterError("SettingsError", `Invalid ${field} of ${owner}: ${show(value)}; expected ${kind}, ${range}`, { field });
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
