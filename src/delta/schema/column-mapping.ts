import type { StructField } from "./types.ts";

/** How data files name the columns of a table: `delta.columnMapping.mode`. */
export type ColumnMappingMode = "none" | "name" | "id";

/** The name of a field in data files, in partition values and in statistics. */
export function physicalName(field: StructField, mapping: ColumnMappingMode): string {
  const name = field.metadata["delta.columnMapping.physicalName"];
  return mapping !== "none" && typeof name === "string" ? name : field.name;
}

/** The id of a field in data files. */
export function fieldId(field: StructField): number | undefined {
  const id = field.metadata["delta.columnMapping.id"];
  return typeof id === "number" ? id : undefined;
}
