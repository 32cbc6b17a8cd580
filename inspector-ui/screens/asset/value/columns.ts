import type { ColumnView } from "../../../../src/inspector/inspection.ts";
import type { Shown } from "../../../../src/inspector/show.ts";
import { formatCount } from "../../../parts/format.ts";

export const isNumeric = ({ type }: ColumnView): boolean => /^(number|int|float|bigint|decimal)/i.test(type);
export const isDate = ({ type }: ColumnView): boolean => /^(date|temporal|instant|timestamp)/i.test(type);

/** The widths of the columns of a table, as a value of `grid-template-columns`: the number of the row first. */
export function templateOf(columns: readonly ColumnView[]): string {
  const widths = columns.map((column) => {
    const named = column.name.length * 8 + noteOf(column).length * 6 + 36;
    if (isDate(column)) return `${Math.max(172, Math.min(named, 220))}px`;
    if (isNumeric(column)) return `${Math.max(76, Math.min(named, 180))}px`;
    return `minmax(${Math.max(120, Math.min(named, 200))}px, 1fr)`;
  });
  return `52px ${widths.join(" ")}`;
}

/** What stands beside the name of a column. */
export function noteOf({ type, unit, distinct, bins }: ColumnView): string {
  if (unit !== undefined) return "°";
  if (type === "number") return "";
  if (bins === undefined && distinct !== undefined) return `${type}, ${formatCount(distinct, "different", "different")}`;
  return type;
}

const maximumDigits = 3;

/** How many decimals the numbers of a column are shown with, so that their points stand below each other. */
export function digitsOf(rows: readonly (readonly Shown[])[], position: number, most = maximumDigits): number {
  let digits = 0;
  for (const row of rows) {
    const value = row[position];
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    while (digits < most && Math.abs(value * 10 ** digits - Math.round(value * 10 ** digits)) > 1e-6) digits += 1;
  }
  return digits;
}

export type Sort = readonly [column: string, direction: "up" | "down"];

/** The order after a press on a column: up, down, and as it is stored. */
export function nextSort(sort: Sort | undefined, column: string): Sort | undefined {
  if (sort?.[0] !== column) return [column, "up"];
  return sort[1] === "up" ? [column, "down"] : undefined;
}

/** The two columns that are places on the earth, by their positions. */
export function degreesOf(columns: readonly ColumnView[]): { readonly lon: number; readonly lat: number } | undefined {
  const lon = columns.findIndex(({ unit }) => unit === "degrees-lon");
  const lat = columns.findIndex(({ unit }) => unit === "degrees-lat");
  return lon < 0 || lat < 0 ? undefined : { lon, lat };
}

const sizeNames = /^(mag|magnitude|size|value|count|amount|population)$/i;

/** The column whose number is the size of a point; undefined when no column is. */
export function sizeColumn(columns: readonly ColumnView[]): number | undefined {
  const numeric = (column: ColumnView): boolean => isNumeric(column) && column.unit === undefined;
  const named = columns.findIndex((column) => numeric(column) && sizeNames.test(column.name));
  if (named >= 0) return named;
  const first = columns.findIndex((column) => numeric(column) && column.min !== column.max);
  return first < 0 ? undefined : first;
}
