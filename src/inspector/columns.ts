/** What the columns of a table have, and which rows are shown in which order. */
import type { ColumnView, PreviewQuery } from "./inspection.ts";
import { show } from "./show.ts";
import type { Table } from "./table.ts";

/** How many rows are counted for a column. */
const mostRows = 100_000;
const binCount = 24;
const mostDistinct = 10_000;
/** Names of columns that may hold degrees. */
const longitudes: RegExp = /^(?:lon|lng|long|longitude|x_?lon)$/i;
const latitudes: RegExp = /^(?:lat|latitude|y_?lat)$/i;

/** The columns of a table: their types, and the distribution of their values. */
export function columnViews(table: Table): readonly ColumnView[] {
  const views = table.columns.map((name, column) => columnView(table, name, column));
  const isWithin = ({ min = Number.NaN, max = Number.NaN, type }: ColumnView, most: number): boolean =>
    type === "number" && min >= -most && max <= most;
  const longitude = views.findIndex((view) => longitudes.test(view.name) && isWithin(view, 180));
  const latitude = views.findIndex((view) => latitudes.test(view.name) && isWithin(view, 90));
  if (longitude < 0 || latitude < 0) return views;
  return views.map((view, column) => {
    if (column === longitude) return { ...view, unit: "degrees-lon" as const };
    return column === latitude ? { ...view, unit: "degrees-lat" as const } : view;
  });
}

function columnView(table: Table, name: string, column: number): ColumnView {
  const rows = Math.min(table.length, mostRows);
  const types = new Set<string>();
  const distinct = new Set<unknown>();
  const numbers: number[] = [];
  for (let row = 0; row < rows; row++) {
    const value = table.cell(row, column);
    const type = typeOf(value);
    if (type !== "null") types.add(type);
    const number = numberIn(value);
    if (number !== undefined) numbers.push(number);
    if (distinct.size <= mostDistinct && type !== "object") distinct.add(number ?? value);
  }
  const type = types.size === 0 ? "null" : types.size === 1 ? [...types].join() : "mixed";
  const isCounted = (type === "number" || type === "date") && numbers.length > 0;
  const range = isCounted ? rangeOf(numbers) : undefined;
  return {
    name,
    type,
    ...(range && { ...range, ...(range.min < range.max && { bins: binsOf(numbers, range) }) }),
    ...(distinct.size <= mostDistinct && !types.has("object") && { distinct: distinct.size }),
  };
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Date) return "date";
  return typeof value;
}

/** The number of a number or a date. */
function numberIn(value: unknown): number | undefined {
  const number = typeof value === "number" ? value : value instanceof Date ? dateNumber(value) : undefined;
  return number !== undefined && Number.isFinite(number) ? number : undefined;
}

function dateNumber(value: Date): number | undefined {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    return undefined;
  }
}

function rangeOf(numbers: readonly number[]): { readonly min: number; readonly max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of numbers) {
    if (number < min) min = number;
    if (number > max) max = number;
  }
  return { min, max };
}

function binsOf(numbers: readonly number[], { min, max }: { readonly min: number; readonly max: number }): readonly number[] {
  const bins = new Array<number>(binCount).fill(0);
  // In this order a range up to the largest number does not overflow.
  for (const number of numbers) {
    const bin = Math.min(binCount - 1, Math.floor(((number / binCount - min / binCount) / (max / binCount - min / binCount)) * binCount));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins;
}

/** The positions of the rows that have a text, in the order of a column; undefined for all rows in their own order. */
export function rowOrder(table: Table, { find = "", sort }: Pick<PreviewQuery, "find" | "sort">): readonly number[] | undefined {
  const wanted = find.trim().toLowerCase();
  const column = sort === undefined ? -1 : table.columns.indexOf(sort[0]);
  if (wanted === "" && column < 0) return undefined;
  let rows = Array.from({ length: table.length }, (_, row) => row);
  if (wanted !== "")
    rows = rows.filter((row) => table.columns.some((_, each) => cellText(table.cell(row, each)).toLowerCase().includes(wanted)));
  if (column < 0) return rows;
  const sign = sort?.[1] === "down" ? -1 : 1;
  const keys = rows.map((row) => sortKey(table.cell(row, column)));
  return rows
    .map((row, index) => [row, keys[index]] as const)
    .sort(([left, one], [right, other]) => compareKeys(one, other, sign) || left - right)
    .map(([row]) => row);
}

type SortKey = number | bigint | string | undefined;

function sortKey(value: unknown): SortKey {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "bigint" || typeof value === "number") return Number.isNaN(value) ? undefined : value;
  return numberIn(value) ?? cellText(value);
}

/** Numbers before texts; cells without a value last, in both directions. */
function compareKeys(left: SortKey, right: SortKey, sign: number): number {
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  const isText = Number(typeof left === "string") - Number(typeof right === "string");
  if (isText !== 0) return sign * isText;
  return left < right ? -sign : left > right ? sign : 0;
}

/** What a cell shows, as one text. */
export function cellText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) {
    const shown = show(value, { depth: 3, members: 50, total: 2000 });
    return typeof shown === "object" && shown !== null && "v" in shown ? shown.v : JSON.stringify(shown);
  }
  return typeof value === "symbol" ? String(value.description) : typeof value === "function" ? value.name : String(value);
}
