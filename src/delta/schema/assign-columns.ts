import type { DeltaType, StructField, StructType } from "./types.ts";

const [idKey, nameKey] = ["delta.columnMapping.id", "delta.columnMapping.physicalName"];

/** A schema whose columns are mapped, and the largest id that a column has ever had. */
export interface MappedSchema {
  readonly schema: StructType;
  readonly maxId: number;
}

/** Gives every field that has none an id and a physical name, which no other column of any version has. */
export function assignColumns(schema: StructType, maxId: number): MappedSchema {
  let last = maxId;
  const mapped = changeFields(schema, (field) => {
    if (field.metadata[idKey] !== undefined) return field;
    last++;
    return { ...field, metadata: { ...field.metadata, [idKey]: last, [nameKey]: `col-${crypto.randomUUID()}` } };
  });
  return { schema: mapped, maxId: last };
}

/** Takes ids and physical names away, which columns of another table have. */
export function unassignColumns(schema: StructType): StructType {
  return changeFields(schema, (field) => {
    const { [idKey]: _id, [nameKey]: _name, ...metadata } = field.metadata;
    return { ...field, metadata };
  });
}

function changeFields({ fields }: StructType, change: (field: StructField) => StructField): StructType {
  const changed = fields.map((field) => {
    const next = change(field);
    return { ...next, type: changeType(next.type, change) };
  });
  return { type: "struct", fields: changed };
}

function changeType(type: DeltaType, change: (field: StructField) => StructField): DeltaType {
  if (typeof type === "string" || type.type === "decimal") return type;
  if (type.type === "struct") return changeFields(type, change);
  if (type.type === "array") return { ...type, elementType: changeType(type.elementType, change) };
  return { ...type, keyType: changeType(type.keyType, change), valueType: changeType(type.valueType, change) };
}
