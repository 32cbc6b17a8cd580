import type { Cursor } from "./expression/evaluate.ts";
import type { StructType } from "./schema/types.ts";
import { rowsFromBatch } from "./values/to-rows.ts";

/** The objects that callbacks get: those of a batch are made together. */
export function rowObjects(schema: StructType): (cursor: Cursor) => Readonly<Record<string, unknown>> {
  let columns: Cursor["columns"] = [];
  let rows: readonly Readonly<Record<string, unknown>>[] = [];
  return (cursor) => {
    if (cursor.columns !== columns) {
      columns = cursor.columns;
      rows = rowsFromBatch({ schema, rowCount: columns[0]?.length ?? 0, columns });
    }
    return rows[cursor.row] ?? {};
  };
}
