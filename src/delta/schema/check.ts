import { isWellFormed } from "../../encoding/utf8.ts";
import { EdgewaterError } from "../../errors.ts";
import type { ColumnMappingMode } from "./column-mapping.ts";
import type { DeltaType, StructType } from "./types.ts";

/** Characters that names of columns have only where data files have other names. */
const notInFiles = /[ ,;{}()\n\t=]/;

/**
 * Checks the schema of a table that is to be written.
 *
 * @throws `SettingsError` that names the column
 */
export function checkSchema(schema: StructType, partitionColumns: readonly string[], mapping: ColumnMappingMode = "none"): void {
  checkStruct(schema, mapping, []);
  const names = new Map(schema.fields.map(({ name, type }) => [name, type]));
  for (const name of partitionColumns) {
    const type = names.get(name);
    if (type === undefined) throw invalid([name], "is a partition column, and no column of the schema; add it to the schema");
    if (typeof type === "object" && type.type !== "decimal")
      throw invalid([name], `is a partition column of the type ${type.type}; partition by a column without parts`);
  }
  if (new Set(partitionColumns).size !== partitionColumns.length) throw invalid(partitionColumns, "name a partition column twice");
  if (partitionColumns.length === schema.fields.length) throw invalid([], "has partition columns only; add another column");
}

function checkStruct(struct: StructType, mapping: ColumnMappingMode, path: readonly string[]): void {
  if (struct.fields.length === 0) throw invalid(path, "has no fields; give it at least one");
  const names = new Set<string>();
  for (const { name, type } of struct.fields) {
    const field = [...path, name];
    if (name === "" || !isWellFormed(name)) throw invalid(field, "has a name that is empty or not Unicode; rename it");
    if (mapping === "none" && notInFiles.test(name)) throw invalid(field, "has one of the characters ' ,;{}()=' in its name; rename it");
    if (names.has(name.toLowerCase())) throw invalid(field, "has the name of another field, but for its case; rename one of them");
    names.add(name.toLowerCase());
    checkType(type, mapping, field);
  }
}

function checkType(type: DeltaType, mapping: ColumnMappingMode, path: readonly string[]): void {
  if (typeof type === "string") return;
  if (type.type === "struct") checkStruct(type, mapping, path);
  else if (type.type === "array") checkType(type.elementType, mapping, [...path, "element"]);
  else if (type.type === "map") {
    checkType(type.keyType, mapping, [...path, "key"]);
    checkType(type.valueType, mapping, [...path, "value"]);
  } else {
    const { precision, scale } = type;
    const isValid =
      Number.isInteger(precision) && precision >= 1 && precision <= 38 && Number.isInteger(scale) && scale >= 0 && scale <= precision;
    if (!isValid) throw invalid(path, `is a decimal(${precision},${scale}); the precision is 1 to 38, and the scale 0 to the precision`);
  }
}

function invalid(path: readonly string[], problem: string): EdgewaterError<"SettingsError"> {
  const field = path.join(".");
  const what = path.length === 0 ? "The schema" : `The column ${JSON.stringify(field)}`;
  return new EdgewaterError("SettingsError", `Invalid schema of a table: ${what} ${problem}`, { field });
}
