import type { RowGroup } from "../parquet/read.ts";
import type { ColumnMappingMode } from "../schema/column-mapping.ts";
import type { StructType } from "../schema/types.ts";
import { type RowFacts, statedFacts, typeAt } from "./facts.ts";

/**
 * What a Parquet file tells about the rows of one of its row groups.
 *
 * @param schema the schema to which conditions are bound; nothing is known of columns that are not in the file
 */
export function rowGroupFacts(group: Pick<RowGroup, "rowCount" | "statistics">, schema: StructType, mapping: ColumnMappingMode): RowFacts {
  return {
    of: (column, fields) => {
      const field = schema.fields[column];
      const type = field && typeAt(field, fields);
      const statistics = field && group.statistics([field.name, ...fields], schema, mapping);
      if (type === undefined || statistics === undefined) return undefined;
      const { min, max, nullCount } = statistics;
      return statedFacts(type, { min, max, nullCount, rowCount: group.rowCount });
    },
  };
}
