/** How data files name the columns of a table: `delta.columnMapping.mode`. */
export type ColumnMappingMode = "none" | "name" | "id";
