import { EdgewaterError } from "../../errors.ts";
import type { DeltaType, StructField, StructType } from "./types.ts";
import { fitsInto, typeText } from "./widening.ts";

/**
 * How a write may change the schema of a table. Absent: not at all. `merge`: it adds columns. `overwrite`: the schema of the rows
 * replaces it.
 */
export type SchemaMode = "merge" | "overwrite" | undefined;

/**
 * The schema of a table once rows of another schema are written.
 *
 * Columns are matched by name, without regard to case. Those that the rows lack must be nullable. The values must be of the type of
 * the table or of a narrower one: the type of a column never changes. With `merge` new columns, and new fields of structs, are added
 * as nullable ones, after the others.
 *
 * @returns the same object if nothing changes
 * @throws `ValidationError` that names the column
 */
export function evolveSchema(table: StructType, rows: StructType, mode: SchemaMode): StructType {
  return mode === "overwrite" ? rows : structOf(table, rows, mode, []);
}

function structOf(table: StructType, rows: StructType, mode: SchemaMode, path: readonly string[]): StructType {
  const incoming = new Map(rows.fields.map((field) => [field.name.toLowerCase(), field]));
  const fields = table.fields.map((field) => {
    const given = incoming.get(field.name.toLowerCase());
    incoming.delete(field.name.toLowerCase());
    if (given !== undefined) return fieldOf(field, given, mode, [...path, field.name]);
    if (field.nullable) return field;
    throw mismatch([...path, field.name], "the rows lack it, and it is not nullable; give every row a value");
  });
  const added = [...incoming.values()].map((field): StructField => ({ ...field, nullable: true, metadata: {} }));
  const [first] = added;
  if (first !== undefined && mode !== "merge") {
    throw mismatch([...path, first.name], 'the table has no such column; remove it from the rows, or write with the schema mode "merge"');
  }
  const isSame = added.length === 0 && fields.every((field, index) => field === table.fields[index]);
  return isSame ? table : { type: "struct", fields: [...fields, ...added] };
}

function fieldOf(field: StructField, given: StructField, mode: SchemaMode, path: readonly string[]): StructField {
  const type = typeOf(field.type, given.type, mode, path);
  return type === field.type ? field : { ...field, type };
}

function typeOf(table: DeltaType, rows: DeltaType, mode: SchemaMode, path: readonly string[]): DeltaType {
  if (table === "void" && mode === "merge") return rows;
  if (fitsInto(rows, table)) return table;
  if (typeof table === "object" && typeof rows === "object") {
    if (table.type === "struct" && rows.type === "struct") return structOf(table, rows, mode, path);
    if (table.type === "array" && rows.type === "array") {
      const elementType = typeOf(table.elementType, rows.elementType, mode, [...path, "element"]);
      return elementType === table.elementType ? table : { ...table, elementType };
    }
    if (table.type === "map" && rows.type === "map") {
      const keyType = typeOf(table.keyType, rows.keyType, mode, [...path, "key"]);
      const valueType = typeOf(table.valueType, rows.valueType, mode, [...path, "value"]);
      return keyType === table.keyType && valueType === table.valueType ? table : { ...table, keyType, valueType };
    }
  }
  const types = `the rows have ${typeText(rows)}, and the table has ${typeText(table)}`;
  throw mismatch(path, `${types}, which does not hold every such value; convert the values, or overwrite the schema`);
}

function mismatch(path: readonly string[], problem: string): EdgewaterError<"ValidationError"> {
  const field = path.join(".");
  return new EdgewaterError("ValidationError", `Cannot write the column ${JSON.stringify(field)}: ${problem}`, { field });
}
