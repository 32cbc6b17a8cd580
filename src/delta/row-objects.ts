import type { Cursor, ToObject } from "./expression/evaluate.ts";
import type { StructType } from "./schema/types.ts";
import { rowsFromBatch } from "./values/to-rows.ts";

/** The objects that callbacks get for rows of tables with these schemas: those of a batch are made together. */
export function rowObjects(...schemas: readonly StructType[]): ToObject {
  const made = schemas.map((schema) => ({ schema, columns: [] as Cursor["columns"], rows: [] as ReturnType<typeof rowsFromBatch> }));
  return ({ columns, row }, table) => {
    const batch = made[table];
    if (batch === undefined) return {};
    if (columns !== batch.columns) {
      batch.columns = columns;
      batch.rows = rowsFromBatch({ schema: batch.schema, rowCount: columns[0]?.length ?? 0, columns });
    }
    return batch.rows[row] ?? {};
  };
}
