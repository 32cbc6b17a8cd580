/** Objects as rows of a table: those of the partitions of one asset are one row until it is opened. */
import type { ObjectRow } from "../../../src/inspector/inspection.ts";

export type ObjectEntry =
  | { readonly kind: "object"; readonly key: string; readonly size: number; readonly row: ObjectRow }
  | {
      readonly kind: "group";
      readonly key: string;
      readonly asset: string;
      readonly rows: readonly ObjectRow[];
      readonly size: number;
      /** When the newest of them was written. */
      readonly at?: number;
    };

/** The rows, by key or the largest first. What differs from the records keeps a row of its own. */
export function entriesOf(objects: readonly ObjectRow[], order: "key" | "size"): readonly ObjectEntry[] {
  const single = (row: ObjectRow): ObjectEntry => ({ kind: "object", key: row.key, size: row.size, row });
  const groups = Map.groupBy(objects, ({ asset, partition, state, key }) =>
    asset !== undefined && partition !== undefined && state === "current" ? `group\n${asset}` : `object\n${key}`,
  );
  const entries = [...groups.values()].flatMap((rows): ObjectEntry[] => (rows.length > 1 ? [groupOf(rows)] : rows.map(single)));
  return entries.sort((left, right) => (order === "size" ? right.size - left.size : 0) || (left.key < right.key ? -1 : 1));
}

function groupOf(rows: readonly ObjectRow[]): ObjectEntry {
  const key = rows.map((row) => row.key).reduce(commonStart);
  const at = rows.reduce<number | undefined>((latest, row) => (row.at === undefined ? latest : Math.max(latest ?? 0, row.at)), undefined);
  return {
    kind: "group",
    key: key.slice(0, key.lastIndexOf("/") + 1) || key,
    asset: rows[0]?.asset ?? "",
    rows,
    size: rows.reduce((sum, row) => sum + row.size, 0),
    ...(at !== undefined && { at }),
  };
}

function commonStart(left: string, right: string): string {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return left.slice(0, length);
}
