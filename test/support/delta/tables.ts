/** What tests ask of tables. */
import { printJson } from "../../../src/delta/log/json.ts";
import type { DeltaTable, ReadOptions } from "../../../src/delta/table.ts";
import type { MemoryStore } from "../../../src/object-store/memory/store.ts";

/** The rows of a table, in an order that does not depend on its files. */
export async function rowsOf(table: DeltaTable, options: ReadOptions = {}): Promise<Record<string, unknown>[]> {
  const rows = await table.toRows(options);
  return rows
    .map((row) => ({ row, text: printJson(row) }))
    .sort((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0))
    .map(({ row }) => row);
}

/** The keys of a store, in order. */
export async function keysOf(store: MemoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  return keys;
}
