/** A loaded value as a table, a text, an image, bytes or a tree. */
import { columnViews, rowOrder } from "./columns.ts";
import type { ColumnView, Preview, PreviewQuery } from "./inspection.ts";
import { dataProperty } from "./intrinsics.ts";
import type { LoadedValue } from "./preview.ts";
import { Refusal } from "./refusal.ts";
import { type Shown, show } from "./show.ts";
import type { InspectedRepository } from "./subject.ts";
import { type Table, tableOf } from "./table.ts";
import { bytesPreview, textPreview } from "./text-and-bytes.ts";

/** What was found out about a table, kept as long as the value. */
interface KnownTable {
  readonly table: Table;
  columns?: readonly ColumnView[];
  /** The last order of the rows, and what it is for. */
  order?: { readonly of: string; readonly rows: readonly number[] | undefined };
}

const known = new WeakMap<object, KnownTable>();

/** Shows a value. */
export function valuePreview(loaded: LoadedValue, query: PreviewQuery, { limits, graph }: InspectedRepository): Preview {
  const { value, total, event } = loaded;
  if (typeof value === "string") return textPreview(value, graph.nodes.get(event.assetKey)?.definition.kinds ?? []);
  const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  if (bytes instanceof Uint8Array) return bytesPreview(bytes, total ?? bytes.byteLength);
  const at = query.path === undefined ? value : memberAt(value, query.path);
  const table = query.path === undefined || query.path.length === 0 ? knownTable(value) : undefined;
  if (table !== undefined) return tablePreview(table, loaded, query, limits.cell);
  const { depth, members, cell: text } = limits;
  return { kind: "tree", root: show(at, { depth, members, text }) };
}

function knownTable(value: unknown): KnownTable | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found = known.get(value);
  if (found !== undefined) return found;
  const table = tableOf(value);
  if (table === undefined) return undefined;
  known.set(value, { table });
  return known.get(value);
}

function tablePreview(from: KnownTable, { total, rows: part, isCut }: LoadedValue, query: PreviewQuery, cell: number): Preview {
  const { table } = from;
  from.columns ??= columnViews(table);
  const of = JSON.stringify([query.find, query.sort]);
  if (from.order?.of !== of) from.order = { of, rows: rowOrder(table, query) };
  const { rows: order } = from.order;
  const [first, end] = query.rows ?? [0, 100];
  // Of a value of which a part was loaded, the rows that were asked for are the first ones.
  const start = part === undefined ? 0 : part[0];
  const rows: (readonly Shown[])[] = [];
  for (let index = first; index < Math.min(end, start + (order?.length ?? table.length)); index++) {
    const row = order === undefined ? index - start : (order[index - start] as number);
    rows.push(table.columns.map((_, column) => shownCell(table.cell(row, column), cell)));
  }
  return { kind: "table", columns: from.columns, total: total ?? order?.length ?? table.length, rows, ...(isCut && { isCut }) };
}

function shownCell(value: unknown, text: number): Shown {
  return show(value, { depth: 2, members: 20, text, total: 10 * text });
}

/** A member of a value. @throws `Refusal` when nothing is at the path */
function memberAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const name of path) {
    const next = memberOf(at, name);
    if (next === undefined) throw new Refusal("gone", `The value has no member ${JSON.stringify(name)} at this path.`);
    at = next.value;
  }
  return at;
}

function memberOf(value: unknown, name: string | number): { readonly value: unknown } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    if (value instanceof Map || value instanceof Set) return entryOf(value, name);
    const property = Object.getOwnPropertyDescriptor(value, name);
    return property && "value" in property ? { value: dataProperty(value, name) } : undefined;
  } catch {
    return undefined;
  }
}

/** An entry by its key, or by its position. */
function entryOf(value: Map<unknown, unknown> | Set<unknown>, name: string | number): { readonly value: unknown } | undefined {
  if (value instanceof Map && Map.prototype.has.call(value, name)) return { value: Map.prototype.get.call(value, name) };
  let index = 0;
  const entries = value instanceof Map ? Map.prototype.values.call(value) : Set.prototype.values.call(value);
  for (const entry of entries) if (index++ === Number(name)) return { value: entry };
  return undefined;
}
