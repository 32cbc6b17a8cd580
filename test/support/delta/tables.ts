/** What tests ask of tables. */
import { printJson } from "../../../src/delta/log/json.ts";
import type { DeltaTable, ReadOptions } from "../../../src/delta/table.ts";
import type { MemoryStore } from "../../../src/object-store/memory/store.ts";

/** The rows of a table, in an order that does not depend on its files. */
export async function rowsOf(table: DeltaTable, options: ReadOptions = {}): Promise<Record<string, unknown>[]> {
  return sortedRows(await table.toRows(options));
}

/** Rows in the order of their texts. */
export function sortedRows<Row extends Readonly<Record<string, unknown>>>(rows: readonly Row[]): Row[] {
  return rows
    .map((row) => ({ row, text: textOf(row) }))
    .sort((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0))
    .map(({ row }) => row);
}

/** JSON has neither NaN nor infinity. */
function textOf(row: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(row).map(([name, value]) => [name, typeof value === "number" ? String(value) : value]);
  return printJson(entries);
}

/** The keys of a store, in order. */
export async function keysOf(store: MemoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  return keys;
}
