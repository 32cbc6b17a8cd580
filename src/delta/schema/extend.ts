import { inferSchema, type Row } from "./infer.ts";
import type { DeltaType, StructField, StructType } from "./types.ts";

/**
 * The schema of rows that have more columns than a table: that of the table, and what the values tell of the columns that it lacks, also of
 * fields inside structs.
 *
 * @returns the same object if the rows have no other columns
 * @throws `ValidationError` that names a new column whose type the values do not tell
 */
export function extendSchema(schema: StructType, rows: readonly Row[]): StructType {
  const known = new Set(schema.fields.map(({ name }) => name.toLowerCase()));
  const fields = schema.fields.map((field): StructField => {
    if (typeof field.type === "string" || field.type.type === "decimal") return field;
    const type = extendType(field.type, valuesOf(rows, field.name));
    return type === field.type ? field : { ...field, type };
  });
  const others = rows.flatMap((row) => {
    const entries = Object.entries(row).filter(([name]) => !known.has(name.toLowerCase()));
    return entries.length === 0 ? [] : [Object.fromEntries(entries)];
  });
  const added = others.length === 0 ? [] : inferSchema(others).fields;
  const isSame = added.length === 0 && fields.every((field, index) => field === schema.fields[index]);
  return isSame ? schema : { type: "struct", fields: [...fields, ...added] };
}

function extendType(type: DeltaType, values: readonly unknown[]): DeltaType {
  if (typeof type === "string") return type;
  switch (type.type) {
    case "decimal":
      return type;
    case "struct":
      return extendSchema(type, values.filter(isPlainRow));
    case "array": {
      const elementType = extendType(type.elementType, values.filter(Array.isArray).flat(1));
      return elementType === type.elementType ? type : { ...type, elementType };
    }
    case "map": {
      const inside = values.flatMap((value) =>
        value instanceof Map ? [...value.values()] : isPlainRow(value) ? Object.values(value) : [],
      );
      const valueType = extendType(type.valueType, inside);
      return valueType === type.valueType ? type : { ...type, valueType };
    }
  }
}

function valuesOf(rows: readonly Row[], name: string): readonly unknown[] {
  return rows.map((row) => (Object.hasOwn(row, name) ? row[name] : undefined));
}

/** Values of other kinds are refused when rows are put into batches. */
function isPlainRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map) && !ArrayBuffer.isView(value);
}
