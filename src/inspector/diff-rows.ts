/** What has changed between two tables: by a column whose values are unique, else by position. */
import { cellText } from "./columns.ts";
import type { RowDiff, ValueDiff } from "./inspection.ts";
import { type Shown, show } from "./show.ts";
import type { Table } from "./table.ts";

/** Names of columns that are likely keys, the likeliest first. */
const keyNames: RegExp = /^(?:key|id|uuid|_id|code|name)$|(?:_id|Id)$/;
const cellLimits = { depth: 2, members: 20, text: 200, total: 2000 };

/** A table with the positions of its rows by their keys. */
interface Keyed {
  readonly table: Table;
  /** The columns of the diff as columns of the table; -1 for one that it lacks. */
  readonly columns: readonly number[];
  readonly rows: ReadonlyMap<string, number>;
}

export function diffRows(from: Table, to: Table, limit: number): ValueDiff {
  const columns = [...new Set([...to.columns, ...from.columns])];
  const key = keyOf(from, to);
  const [before, after] = [keyed(from, columns, key), keyed(to, columns, key)];
  const rows: RowDiff[] = [];
  const counts = { added: 0, removed: 0, changed: 0 };
  const add = (count: keyof typeof counts, row: () => RowDiff): void => {
    counts[count]++;
    if (rows.length < limit) rows.push(row());
  };
  for (const [name, row] of after.rows) {
    const earlier = before.rows.get(name);
    if (earlier === undefined) add("added", () => ({ sign: "+", cells: cellsOf(after, row) }));
    else if (isChanged(before, earlier, after, row))
      add("changed", () => ({ sign: "~", cells: changedCells(before, earlier, after, row) }));
  }
  for (const [name, row] of before.rows) if (!after.rows.has(name)) add("removed", () => ({ sign: "-", cells: cellsOf(before, row) }));
  if (counts.added + counts.removed + counts.changed === 0) return { kind: "same" };
  return { kind: "rows", columns, ...(key !== undefined && { key }), ...counts, rows };
}

/** The column by which rows are matched: one that both have, with another value in each row. */
function keyOf(from: Table, to: Table): string | undefined {
  const shared = to.columns.filter((name) => from.columns.includes(name));
  if (to.hasKeys && from.hasKeys) return to.columns[0];
  const likely = shared.filter((name) => keyNames.test(name));
  const others = shared.filter((name) => !keyNames.test(name) && typeof to.cell(0, to.columns.indexOf(name)) === "string");
  return [...likely, ...others].find((name) => isUnique(from, name) && isUnique(to, name));
}

function isUnique(table: Table, name: string): boolean {
  const column = table.columns.indexOf(name);
  const seen = new Set<string>();
  for (let row = 0; row < table.length; row++) {
    const value = table.cell(row, column);
    if (value === null || value === undefined || typeof value === "object") return false;
    seen.add(idOf(value));
    if (seen.size <= row) return false;
  }
  return true;
}

function keyed(table: Table, names: readonly string[], key: string | undefined): Keyed {
  const column = key === undefined ? -1 : table.columns.indexOf(key);
  const rows = new Map<string, number>();
  for (let row = 0; row < table.length; row++) rows.set(column < 0 ? String(row) : idOf(table.cell(row, column)), row);
  return { table, columns: names.map((name) => table.columns.indexOf(name)), rows };
}

/** A text that is equal for equal values, and only for them. */
function idOf(value: unknown): string {
  return `${typeof value}:${cellText(value)}`;
}

function isChanged(before: Keyed, earlier: number, after: Keyed, row: number): boolean {
  return after.columns.some((_, column) => !isEqual(cellOf(before, earlier, column), cellOf(after, row, column)));
}

function cellOf({ table, columns }: Keyed, row: number, column: number): unknown {
  const own = columns[column] ?? -1;
  return own < 0 ? undefined : table.cell(row, own);
}

function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  const limits = { depth: 20, members: 10_000, text: 100_000, total: 1_000_000 };
  return JSON.stringify(show(left, limits)) === JSON.stringify(show(right, limits));
}

function cellsOf(keyed: Keyed, row: number): readonly Shown[] {
  return keyed.columns.map((_, column) => show(cellOf(keyed, row, column), cellLimits));
}

function changedCells(before: Keyed, earlier: number, after: Keyed, row: number): (RowDiff & { readonly sign: "~" })["cells"] {
  return after.columns.map((_, column) => {
    const [from, to] = [cellOf(before, earlier, column), cellOf(after, row, column)];
    return isEqual(from, to) ? show(to, cellLimits) : { from: show(from, cellLimits), to: show(to, cellLimits) };
  });
}
