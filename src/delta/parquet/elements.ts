import { type ColumnMappingMode, fieldId, physicalName } from "../schema/column-mapping.ts";
import type { DeltaType, PrimitiveType, StructField, StructType } from "../schema/types.ts";
import type { SchemaElement } from "./hyparquet.ts";

type Element = Omit<SchemaElement, "name" | "repetition_type" | "field_id">;

const primitives: Readonly<Record<Exclude<PrimitiveType, "void">, Element>> = {
  string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  long: { type: "INT64" },
  integer: { type: "INT32" },
  // Without the logical type, whose width hyparquet-writer stores as a number of 32 bits: other readers refuse that.
  short: { type: "INT32", converted_type: "INT_16" },
  byte: { type: "INT32", converted_type: "INT_8" },
  float: { type: "FLOAT" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  binary: { type: "BYTE_ARRAY" },
  date: { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } },
  timestamp: {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  },
  // The older converted type means a time in UTC.
  timestamp_ntz: { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" } },
};

/** The schema of a data file, with physical names and field ids. Columns of `void` are in no file. */
export function schemaElements(schema: StructType, mapping: ColumnMappingMode): SchemaElement[] {
  const fields = writtenFields(schema);
  return [{ name: "spark_schema", num_children: fields.length }, ...fields.flatMap((field) => fieldElements(field, mapping))];
}

/** The fields that a data file has. */
export function writtenFields(schema: StructType): StructField[] {
  return schema.fields.filter(({ type }) => type !== "void");
}

function fieldElements(field: StructField, mapping: ColumnMappingMode): SchemaElement[] {
  const id = mapping === "none" ? undefined : fieldId(field);
  return typeElements(physicalName(field, mapping), field.type, field.nullable, mapping, id);
}

function typeElements(name: string, type: DeltaType, isNullable: boolean, mapping: ColumnMappingMode, id?: number): SchemaElement[] {
  const self = {
    name,
    repetition_type: isNullable ? ("OPTIONAL" as const) : ("REQUIRED" as const),
    ...(id === undefined ? {} : { field_id: id }),
  };
  if (typeof type === "string") return [{ ...self, ...primitives[type as keyof typeof primitives] }];
  switch (type.type) {
    case "decimal":
      return [{ ...self, ...decimalElement(type.precision, type.scale) }];
    case "struct": {
      const fields = writtenFields(type);
      return [{ ...self, num_children: fields.length }, ...fields.flatMap((field) => fieldElements(field, mapping))];
    }
    case "array":
      return [
        { ...self, num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        ...typeElements("element", type.elementType, type.containsNull, mapping),
      ];
    case "map":
      return [
        { ...self, num_children: 1, converted_type: "MAP", logical_type: { type: "MAP" } },
        { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
        ...typeElements("key", type.keyType, false, mapping),
        ...typeElements("value", type.valueType, type.valueContainsNull, mapping),
      ];
  }
}

function decimalElement(precision: number, scale: number): Element {
  const shared = { converted_type: "DECIMAL", logical_type: { type: "DECIMAL", precision, scale }, precision, scale } as const;
  if (precision <= 9) return { type: "INT32", ...shared };
  if (precision <= 18) return { type: "INT64", ...shared };
  // As many bytes as the largest number and its sign take.
  const bits = (10n ** BigInt(precision) - 1n).toString(2).length + 1;
  return { type: "FIXED_LEN_BYTE_ARRAY", type_length: Math.ceil(bits / 8), ...shared };
}
