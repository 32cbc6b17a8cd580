import { EdgewaterError } from "../../errors.ts";
import type { StructField } from "./types.ts";

/** How data files name the columns of a table: `delta.columnMapping.mode`. */
export type ColumnMappingMode = "none" | "name" | "id";

/**
 * The name of a field in data files, in partition values and in statistics.
 *
 * @throws `Integrity` if the columns are mapped, and the log has no such name for this one
 */
export function physicalName(field: StructField, mapping: ColumnMappingMode): string {
  if (mapping === "none") return field.name;
  const name = field.metadata["delta.columnMapping.physicalName"];
  return typeof name === "string" ? name : unmapped(field, "delta.columnMapping.physicalName");
}

/**
 * The id of a field in data files.
 *
 * @throws `Integrity` if the log has none
 */
export function fieldId(field: StructField): number {
  const id = field.metadata["delta.columnMapping.id"];
  return Number.isInteger(id) ? (id as number) : unmapped(field, "delta.columnMapping.id");
}

function unmapped({ name }: StructField, key: string): never {
  const message = `Cannot find the column ${JSON.stringify(name)} in data files: the log has no ${key} of it; restore the log`;
  throw new EdgewaterError("Integrity", message, { field: name });
}
