import { EdgewaterError } from "../../errors.ts";
import { describe } from "../../options.ts";
import type { DeltaType, StructField, StructType } from "./types.ts";
import { typeText } from "./widening.ts";

/** A row of a table: its values by column. */
export type Row = Readonly<Record<string, unknown>>;

/** What is known of the type of a column so far; undefined while every value was null. */
type Inferred = undefined | "whole" | DeltaType | { readonly kind: "list"; item: Inferred } | InferredMap | InferredStruct;

interface InferredMap {
  readonly kind: "map";
  key: Inferred;
  value: Inferred;
}

interface InferredStruct {
  readonly kind: "fields";
  readonly fields: Map<string, Inferred>;
}

/** Values that hold themselves, directly or not, end here. */
const deepest = 64;

/**
 * Infers the schema of rows: whole numbers and bigints are `long`, other numbers `double`, dates `timestamp`, bytes `binary`, a Map a
 * map, and an object a struct. A column with both whole and other numbers is `double`. Every column is nullable.
 *
 * @throws `ValidationError` that names a column whose type the values do not tell, or tell differently
 */
export function inferSchema(rows: Iterable<Row>): StructType {
  const table: InferredStruct = { kind: "fields", fields: new Map() };
  for (const row of rows) addFields(table, row, []);
  if (table.fields.size === 0)
    throw new EdgewaterError("ValidationError", "Cannot infer the schema of no rows; declare the schema of the table");
  return structOf(table, []);
}

function addFields({ fields }: InferredStruct, row: object, path: readonly string[]): void {
  for (const [name, value] of Object.entries(row)) fields.set(name, add(fields.get(name), value, [...path, name]));
}

function add(known: Inferred, value: unknown, path: readonly string[]): Inferred {
  if (value === null || value === undefined) return known;
  if (path.length > deepest) throw problem(path, `its values are nested more than ${deepest} levels deep`);
  if (Array.isArray(value)) {
    const list = known ?? { kind: "list", item: undefined };
    if (!isKind(list, "list")) throw conflict(path, known, "an array");
    for (const item of value) list.item = add(list.item, item, [...path, "element"]);
    return list;
  }
  if (value instanceof Map) {
    const map = known ?? { kind: "map", key: undefined, value: undefined };
    if (!isKind(map, "map")) throw conflict(path, known, "a Map");
    for (const [key, each] of value) {
      map.key = add(map.key, key, [...path, "key"]);
      map.value = add(map.value, each, [...path, "value"]);
    }
    return map;
  }
  const scalar = scalarType(value);
  if (scalar !== undefined) return together(known, scalar, path);
  const prototype: unknown = typeof value === "object" ? Object.getPrototypeOf(value) : value;
  if (prototype !== Object.prototype && prototype !== null) throw problem(path, `${describe(value)} is no value of a table`);
  const struct = known ?? { kind: "fields", fields: new Map() };
  if (!isKind(struct, "fields")) throw conflict(path, known, "an object");
  addFields(struct, value as object, path);
  return struct;
}

function scalarType(value: unknown): "whole" | DeltaType | undefined {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? "whole" : "double";
    case "bigint":
      return "long";
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    default:
      if (value instanceof Date) return "timestamp";
      return value instanceof Uint8Array ? "binary" : undefined;
  }
}

function together(known: Inferred, scalar: "whole" | DeltaType, path: readonly string[]): Inferred {
  if (known === undefined || known === scalar) return scalar;
  const both = new Set<Inferred>([known, scalar]);
  if (both.has("whole") && both.has("long")) return "long";
  if (both.has("whole") && both.has("double")) return "double";
  throw conflict(path, known, scalar === "whole" ? "a whole number" : typeText(scalar));
}

function isKind<Kind extends "list" | "map" | "fields">(known: Inferred, kind: Kind): known is Extract<Inferred, { readonly kind: Kind }> {
  return typeof known === "object" && "kind" in known && known.kind === kind;
}

function typeOf(known: Inferred, path: readonly string[]): DeltaType {
  if (known === undefined) throw problem(path, "every value is null or empty");
  if (known === "whole") return "long";
  if (typeof known === "string" || !("kind" in known)) return known;
  if (known.kind === "list") return { type: "array", elementType: typeOf(known.item, [...path, "element"]), containsNull: true };
  if (known.kind === "fields") return structOf(known, path);
  return {
    type: "map",
    keyType: typeOf(known.key, [...path, "key"]),
    valueType: typeOf(known.value, [...path, "value"]),
    valueContainsNull: true,
  };
}

function structOf({ fields }: InferredStruct, path: readonly string[]): StructType {
  if (fields.size === 0) throw problem(path, "its objects have no fields");
  return {
    type: "struct",
    fields: [...fields].map(([name, known]): StructField => ({ name, type: typeOf(known, [...path, name]), nullable: true, metadata: {} })),
  };
}

function conflict(path: readonly string[], known: Inferred, other: string): EdgewaterError<"ValidationError"> {
  const first = known === "whole" ? "a whole number" : isKind(known, "list") ? "an array" : isKind(known, "map") ? "a Map" : undefined;
  const shown = first ?? (isKind(known, "fields") ? "an object" : typeText(known as DeltaType));
  return problem(path, `one value is ${shown}, another ${other}`);
}

function problem(path: readonly string[], reason: string): EdgewaterError<"ValidationError"> {
  const field = path.join(".");
  const message = `Cannot infer the type of the column ${JSON.stringify(field)}: ${reason}; declare the schema of the table`;
  return new EdgewaterError("ValidationError", message, { field });
}
