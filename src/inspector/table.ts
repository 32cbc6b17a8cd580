/** Values as tables: arrays of objects of one shape, and Maps. */
import { dataProperty } from "./intrinsics.ts";

/** How many rows are looked at to see whether a value is a table, and how many columns it has at most. */
const sampled = 200;
const mostColumns = 200;

/** A table whose cells are read when they are needed. */
export interface Table {
  readonly columns: readonly string[];
  readonly length: number;
  readonly cell: (row: number, column: number) => unknown;
  /** Whether the first column is the key of a Map. */
  readonly hasKeys: boolean;
}

/** A value as a table; undefined for another value. */
export function tableOf(value: unknown): Table | undefined {
  try {
    if (Array.isArray(value)) return ofRows(value, value.length);
    if (value instanceof Map) return ofEntries([...Map.prototype.entries.call(value)]);
  } catch {
    // A hostile value is shown as what it is.
  }
  return undefined;
}

function ofRows(rows: readonly unknown[], length: number): Table | undefined {
  const columns = columnsOf(length, (index) => dataProperty(rows, String(index)));
  if (columns === undefined) return undefined;
  return { columns, length, cell: (row, column) => property(dataProperty(rows, String(row)), columns[column] as string), hasKeys: false };
}

function ofEntries(entries: readonly (readonly [unknown, unknown])[]): Table | undefined {
  if (entries.length === 0) return undefined;
  const inner = columnsOf(entries.length, (index) => entries[index]?.[1]);
  if (inner !== undefined) {
    const cell = (row: number, column: number): unknown =>
      column === 0 ? entries[row]?.[0] : property(entries[row]?.[1], inner[column - 1] as string);
    return { columns: ["key", ...inner], length: entries.length, cell, hasKeys: true };
  }
  if (!entries.slice(0, sampled).every((entry) => entry.every((each) => !isMembered(each)))) return undefined;
  return { columns: ["key", "value"], length: entries.length, cell: (row, column) => entries[row]?.[column], hasKeys: true };
}

/** The names of the columns, in the order in which they occur; undefined unless the rows are objects that have most of them. */
function columnsOf(length: number, rowAt: (index: number) => unknown): readonly string[] | undefined {
  if (length === 0) return undefined;
  const names = new Map<string, number>();
  const step = Math.max(1, Math.floor(length / sampled));
  let [rows, cells] = [0, 0];
  for (let index = 0; index < length; index += step) {
    const row = rowAt(index);
    if (!isPlain(row)) return undefined;
    const keys = Reflect.ownKeys(row).filter((key): key is string => typeof key === "string");
    if (keys.length > mostColumns) return undefined;
    for (const key of keys) names.set(key, (names.get(key) ?? 0) + 1);
    rows++;
    cells += keys.length;
  }
  if (names.size === 0 || names.size > mostColumns) return undefined;
  // Objects of one shape fill more than half of the table.
  return cells * 2 > rows * names.size ? [...names.keys()] : undefined;
}

function property(row: unknown, name: string): unknown {
  try {
    return isPlain(row) ? dataProperty(row, name) : undefined;
  } catch {
    return undefined;
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a value has members to open. */
function isMembered(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Date) && !(value instanceof URL);
}
