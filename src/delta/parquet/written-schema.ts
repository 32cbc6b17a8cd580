import { type ColumnMappingMode, fieldId, physicalName } from "../schema/column-mapping.ts";
import type { DecimalType, DeltaType, PrimitiveType, StructField, StructType } from "../schema/types.ts";
import { type PhysicalType, physicalTypes } from "./schema-tree.ts";
import type { WrittenStruct } from "./thrift-writer.ts";

/** A column of a file that is written. */
export interface WrittenColumn {
  /** The names in the file, from the root to the column. */
  readonly path: readonly string[];
  readonly type: PrimitiveType | DecimalType;
  readonly physicalType: PhysicalType;
  /** The length of values of fixed length, in bytes. */
  readonly width: number;
  /** The definition level of a value that is there. */
  readonly definition: number;
  /** The number of lists and maps around it. */
  readonly repetition: number;
}

/** How the values of a type are put into columns. */
export interface WrittenNode {
  readonly kind: "column" | "struct" | "list" | "map";
  /** The logical name, for structs. */
  readonly name: string;
  readonly isNullable: boolean;
  /** The fields of a struct, the elements of a list, the keys and values of a map. */
  readonly children: readonly WrittenNode[];
  /** The indices of its columns: from `start` up to `end`. */
  readonly start: number;
  readonly end: number;
  /** The number of lists and maps around it. */
  readonly repetition: number;
}

/** The schema of a file that is written. */
export interface WrittenSchema {
  /** As the footer has it. */
  readonly elements: readonly WrittenStruct[];
  readonly columns: readonly WrittenColumn[];
  /** One for each field of the schema; undefined for `void`, of which files have no column. */
  readonly nodes: readonly (WrittenNode | undefined)[];
}

interface Stored {
  readonly type: PhysicalType;
  readonly width?: number;
  /** The fields of the schema element that say what the values mean: the converted type (6), the logical type (10). */
  readonly annotation?: WrittenStruct;
}

const timestamp = (isUTC: boolean): WrittenStruct => ({ 8: { 1: isUTC, 2: { 2: {} } } });

const primitives: Readonly<Record<Exclude<PrimitiveType, "void">, Stored>> = {
  string: { type: "BYTE_ARRAY", annotation: { 6: 0, 10: { 1: {} } } },
  long: { type: "INT64" },
  integer: { type: "INT32" },
  short: { type: "INT32", annotation: { 6: 16 } },
  byte: { type: "INT32", annotation: { 6: 15 } },
  float: { type: "FLOAT" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  binary: { type: "BYTE_ARRAY" },
  date: { type: "INT32", annotation: { 6: 6, 10: { 6: {} } } },
  timestamp: { type: "INT64", annotation: { 6: 10, 10: timestamp(true) } },
  // The converted type means a time in UTC.
  timestamp_ntz: { type: "INT64", annotation: { 10: timestamp(false) } },
};

function storedDecimal({ precision, scale }: DecimalType): Stored {
  const annotation = { 6: 5, 7: scale, 8: precision, 10: { 5: { 1: scale, 2: precision } } };
  if (precision <= 18) return { type: precision <= 9 ? "INT32" : "INT64", annotation };
  // As many bytes as the largest number and its sign take.
  const bits = (10n ** BigInt(precision) - 1n).toString(2).length + 1;
  return { type: "FIXED_LEN_BYTE_ARRAY", width: Math.ceil(bits / 8), annotation };
}

/** The fields that a data file has. */
function writtenFields(schema: StructType): StructField[] {
  return schema.fields.filter(({ type }) => type !== "void");
}

/** The schema of a data file, with physical names and field ids, as Spark writes it. */
export function writtenSchema(schema: StructType, mapping: ColumnMappingMode): WrittenSchema {
  const root = { 4: "spark_schema", 5: writtenFields(schema).length };
  const file: FileParts = { mapping, elements: [root], columns: [] };
  const top = { path: [], definition: 0, repetition: 0 };
  const nodes = schema.fields.map((field) => (field.type === "void" ? undefined : addField(file, field, top)));
  return { elements: file.elements, columns: file.columns, nodes };
}

interface FileParts {
  readonly mapping: ColumnMappingMode;
  readonly elements: WrittenStruct[];
  readonly columns: WrittenColumn[];
}

/** A field, or a part of a list or map. */
interface Part {
  readonly name: string;
  readonly storedName: string;
  readonly type: DeltaType;
  readonly isNullable: boolean;
  readonly id?: number | undefined;
}

/** The names and levels of the groups around a node. */
type Around = Pick<WrittenColumn, "path" | "definition" | "repetition">;

function addField(file: FileParts, field: StructField, around: Around): WrittenNode {
  const { mapping } = file;
  const { name, type, nullable: isNullable } = field;
  const id = mapping === "none" ? undefined : fieldId(field);
  return addNode(file, { name, storedName: physicalName(field, mapping), type, isNullable, id }, around);
}

function addNode(file: FileParts, part: Part, around: Around): WrittenNode {
  const { elements, columns } = file;
  const { name, storedName, type, isNullable, id } = part;
  const { path, definition, repetition } = around;
  const start = columns.length;
  const self = { 3: isNullable ? 1 : 0, 4: storedName, 9: id };
  const inside = { path: [...path, storedName], definition: definition + (isNullable ? 1 : 0), repetition };
  const node = (kind: WrittenNode["kind"], children: readonly WrittenNode[]): WrittenNode => ({
    kind,
    name,
    isNullable,
    children,
    start,
    end: columns.length,
    repetition,
  });
  if (typeof type === "string" || type.type === "decimal") {
    const stored = typeof type === "string" ? primitives[type as keyof typeof primitives] : storedDecimal(type);
    const { type: physicalType, width = 0, annotation } = stored;
    elements.push({ ...self, 1: physicalTypes.indexOf(physicalType), 2: width > 0 ? width : undefined, ...annotation });
    columns.push({ ...inside, type, physicalType, width });
    return node("column", []);
  }
  if (type.type === "struct") {
    const fields = writtenFields(type);
    elements.push({ ...self, 5: fields.length });
    return node(
      "struct",
      fields.map((field) => addField(file, field, inside)),
    );
  }
  const isList = type.type === "array";
  const group = isList ? "list" : "key_value";
  elements.push({ ...self, 5: 1, 6: isList ? 3 : 1, 10: { [isList ? 3 : 2]: {} } }, { 3: 2, 4: group, 5: isList ? 1 : 2 });
  const within = { path: [...inside.path, group], definition: inside.definition + 1, repetition: repetition + 1 };
  const add = (name: string, type: DeltaType, isNullable: boolean): WrittenNode =>
    addNode(file, { name, storedName: name, type, isNullable }, within);
  if (isList) return node("list", [add("element", type.elementType, type.containsNull)]);
  return node("map", [add("key", type.keyType, false), add("value", type.valueType, type.valueContainsNull)]);
}
