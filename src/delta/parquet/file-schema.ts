import type { DeltaType, PrimitiveType, StructField, StructType } from "../schema/types.ts";
import type { SchemaNode } from "./schema-tree.ts";

/** The key of the id of a field in its metadata, as Spark calls it. */
const parquetFieldId = "parquet.field.id";

/** The schema of a file as types of Delta, with the names in the file. Columns of types that Delta lacks are as they are stored. */
export function fileSchema(root: SchemaNode): StructType {
  return { type: "struct", fields: root.children.map(fieldOf) };
}

function fieldOf(node: SchemaNode): StructField {
  return {
    name: node.name,
    type: typeOf(node),
    nullable: node.repetition !== "required",
    metadata: node.fieldId === undefined ? {} : { [parquetFieldId]: node.fieldId },
  };
}

function typeOf(node: SchemaNode): DeltaType {
  if (node.repetition === "repeated") return { type: "array", elementType: valueType(node), containsNull: false };
  return valueType(node);
}

function valueType(node: SchemaNode): DeltaType {
  if (node.type !== undefined) return columnType(node);
  const [repeated] = node.children;
  const isWrapper = node.children.length === 1 && repeated?.repetition === "repeated";
  if (isWrapper && node.annotation?.kind === "map" && repeated.children.length === 2) {
    const [key, value] = repeated.children as [SchemaNode, SchemaNode];
    return { type: "map", keyType: typeOf(key), valueType: typeOf(value), valueContainsNull: value.repetition !== "required" };
  }
  if (isWrapper && node.annotation?.kind === "list") {
    const [only, ...more] = repeated.children;
    if (only === undefined || more.length > 0 || repeated.name === "array" || repeated.name === `${node.name}_tuple`) {
      return { type: "array", elementType: valueType(repeated), containsNull: false };
    }
    return { type: "array", elementType: typeOf(only), containsNull: only.repetition !== "required" };
  }
  return fileSchema(node);
}

function columnType({ type, annotation }: SchemaNode): DeltaType {
  if (annotation?.kind === "decimal") return { type: "decimal", precision: annotation.precision, scale: annotation.scale };
  if (annotation?.kind === "timestamp") return annotation.isUTC ? "timestamp" : "timestamp_ntz";
  if (annotation?.kind === "date") return "date";
  if (annotation?.kind === "string") return "string";
  switch (type) {
    case "BOOLEAN":
      return "boolean";
    case "INT32":
      return integerType(annotation?.kind === "integer" ? annotation : { bits: 32, isSigned: true });
    case "INT64":
      return "long";
    case "INT96":
      return "timestamp";
    case "FLOAT":
      return "float";
    case "DOUBLE":
      return "double";
    default:
      return "binary";
  }
}

function integerType({ bits, isSigned }: { readonly bits: number; readonly isSigned: boolean }): PrimitiveType {
  if (bits === 8 && isSigned) return "byte";
  if (bits === 16 ? isSigned : bits === 8) return "short";
  return bits === 32 && !isSigned ? "long" : "integer";
}
