import { Damage, Unsupported } from "./failure.ts";
import type { ThriftStruct, ThriftValue } from "./thrift.ts";

/** How the values of a column are stored. */
export type PhysicalType = "BOOLEAN" | "INT32" | "INT64" | "INT96" | "FLOAT" | "DOUBLE" | "BYTE_ARRAY" | "FIXED_LEN_BYTE_ARRAY";

/** What the values of a column mean: its logical type, or the older converted type. */
export type Annotation =
  | { readonly kind: "string" | "list" | "map" | "date" | "other" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "timestamp"; readonly unit: "millis" | "micros" | "nanos"; readonly isUTC: boolean }
  | { readonly kind: "integer"; readonly bits: number; readonly isSigned: boolean };

/** A group or a column of the schema of a file. */
export interface SchemaNode {
  readonly name: string;
  readonly repetition: "required" | "optional" | "repeated";
  readonly annotation: Annotation | undefined;
  readonly fieldId: number | undefined;
  readonly children: readonly SchemaNode[];
  /** The definition level of a value that is there. */
  readonly definitionLevel: number;
  /** The number of repeated nodes from the root to this one. */
  readonly repetitionLevel: number;
  /** Undefined for a group. */
  readonly type: PhysicalType | undefined;
  /** The length of values of fixed length, in bytes. */
  readonly typeLength: number;
  /** The position of a column among the columns of a row group; of the first column below a group. */
  readonly column: number;
}

/** Each at its number in files. */
export const physicalTypes: readonly PhysicalType[] = [
  "BOOLEAN",
  "INT32",
  "INT64",
  "INT96",
  "FLOAT",
  "DOUBLE",
  "BYTE_ARRAY",
  "FIXED_LEN_BYTE_ARRAY",
];
const repetitions = ["required", "optional", "repeated"] as const;
const deepest = 64;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads the schema of a file, a list in depth-first order, as a tree. */
export function schemaTree(elements: readonly ThriftValue[]): { readonly root: SchemaNode; readonly columns: readonly SchemaNode[] } {
  const columns: SchemaNode[] = [];
  let next = 0;
  const build = (definition: number, repetition: number, depth: number): SchemaNode => {
    const element = elements[next++] as ThriftStruct | undefined;
    if (!Array.isArray(element)) throw new Damage("its schema ends early");
    if (depth > deepest) throw new Unsupported(`its schema is nested more than ${deepest} levels deep`);
    const repeats = depth === 0 ? "required" : repetitions[Number(element[3] ?? 0)];
    if (repeats === undefined) throw new Damage("its schema has a field that is neither required, optional nor repeated");
    const definitionLevel = definition + (repeats === "required" ? 0 : 1);
    const repetitionLevel = repetition + (repeats === "repeated" ? 1 : 0);
    const column = columns.length;
    const children: SchemaNode[] = [];
    const count = Number(element[5] ?? 0);
    for (let child = 0; child < count; child++) children.push(build(definitionLevel, repetitionLevel, depth + 1));
    const isColumn = element[1] !== undefined && count === 0;
    const type = isColumn ? physicalTypes[Number(element[1])] : undefined;
    if (isColumn && type === undefined) throw new Damage(`its schema has a column of the unknown type ${element[1]}`);
    const node: SchemaNode = {
      name: decoder.decode(element[4] as Uint8Array | undefined),
      repetition: repeats,
      annotation: annotationOf(element),
      fieldId: element[9] as number | undefined,
      children,
      definitionLevel,
      repetitionLevel,
      type,
      typeLength: Number(element[2] ?? 0),
      column,
    };
    if (isColumn) columns.push(node);
    return node;
  };
  const root = build(0, 0, 0);
  if (next !== elements.length) throw new Damage("its schema has more fields than its groups have");
  return { root, columns };
}

function annotationOf(element: ThriftStruct): Annotation | undefined {
  const logical = element[10] as ThriftStruct | undefined;
  return (logical && logicalType(logical)) ?? convertedType(element);
}

function logicalType(union: ThriftStruct): Annotation | undefined {
  const id = union.findIndex((value) => value !== undefined);
  const type = union[id] as ThriftStruct;
  if (id === 1 || id === 4 || id === 12) return { kind: "string" };
  if (id === 2) return { kind: "map" };
  if (id === 3) return { kind: "list" };
  if (id === 5) return { kind: "decimal", scale: Number(type[1] ?? 0), precision: Number(type[2] ?? 0) };
  if (id === 6) return { kind: "date" };
  if (id === 8) {
    const unit = (["millis", "micros", "nanos"] as const)[
      ((type[2] as ThriftStruct | undefined)?.findIndex((value) => value !== undefined) ?? 0) - 1
    ];
    if (unit === undefined) throw new Damage("its schema has a timestamp of an unknown unit");
    return { kind: "timestamp", unit, isUTC: type[1] === true };
  }
  if (id === 10) return { kind: "integer", bits: Number(type[1] ?? 32), isSigned: type[2] !== false };
  return id < 0 ? undefined : { kind: "other" };
}

function convertedType(element: ThriftStruct): Annotation | undefined {
  const id = element[6] as number | undefined;
  if (id === undefined) return undefined;
  if (id === 0 || id === 4 || id === 19) return { kind: "string" };
  if (id === 1 || id === 2) return { kind: "map" };
  if (id === 3) return { kind: "list" };
  if (id === 5) return { kind: "decimal", scale: Number(element[7] ?? 0), precision: Number(element[8] ?? 0) };
  if (id === 6) return { kind: "date" };
  if (id === 9 || id === 10) return { kind: "timestamp", unit: id === 9 ? "millis" : "micros", isUTC: true };
  if (id >= 11 && id <= 18) return { kind: "integer", bits: 8 << ((id - 11) % 4), isSigned: id >= 15 };
  return { kind: "other" };
}
