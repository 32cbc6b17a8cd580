/**
 * Reads the shape of a valibot object schema: its settings and their kinds. It reads only properties of the schema, so
 * valibot itself is not imported.
 *
 * @module
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { GenericSchema, ObjectEntries } from "valibot";
import { EdgewaterError } from "../errors.ts";
import { anyOf, type FieldKind, type Fields, type Shape } from "./shape.ts";

/** A valibot `object`, `strictObject`, `looseObject` or `objectWithRest` schema, or a pipe that starts with one, without async parts. */
export type SettingsSchema = GenericSchema & { readonly entries: ObjectEntries };

/** The properties of valibot schemas that are read. */
interface AnySchema {
  readonly type: string;
  readonly async?: boolean;
  readonly pipe?: readonly { readonly async?: boolean }[];
  readonly wrapped?: AnySchema;
  readonly literal?: unknown;
  /** The schemas of a union; the values of a picklist or enum. */
  readonly options?: readonly unknown[];
  readonly entries?: Readonly<Record<string, AnySchema>>;
  /** Of an array. */
  readonly item?: AnySchema;
  /** Of a tuple. */
  readonly items?: readonly AnySchema[];
  /** Of a tuple or an object. */
  readonly rest?: AnySchema;
  /** Of a record. */
  readonly value?: AnySchema;
}

/** The kind of a setting by the type of its schema; `text` for all others. */
const kinds: Readonly<Record<string, FieldKind>> = {
  array: "json",
  bigint: "bigint",
  blob: "value",
  boolean: "boolean",
  custom: "value",
  date: "date",
  file: "value",
  function: "value",
  instance: "value",
  loose_object: "json",
  loose_tuple: "json",
  map: "map",
  nan: "number",
  null: "null",
  number: "number",
  object: "json",
  object_with_rest: "json",
  promise: "value",
  record: "json",
  set: "set",
  strict_object: "json",
  strict_tuple: "json",
  symbol: "value",
  tuple: "json",
  tuple_with_rest: "json",
};

const anything: ReadonlySet<string> = new Set(["any", "loose_object", "object_with_rest", "unknown"]);

/** Returns whether `schema` is a valibot object schema, whose settings can be read. */
export function isSettingsSchema(schema: StandardSchemaV1): schema is SettingsSchema & StandardSchemaV1 {
  if (schema["~standard"].vendor !== "valibot") return false;
  const { type, entries } = schema as unknown as AnySchema;
  return typeof entries === "object" && kinds[type] === "json";
}

/**
 * Returns the shape of a valibot schema.
 *
 * @throws `DefinitionError` when a part of the schema is async
 */
export function shapeOf(schema: SettingsSchema): Shape {
  return read(schema as unknown as AnySchema, "");
}

function read(schema: AnySchema, path: string): Shape {
  if (schema.async || schema.pipe?.some((part) => part.async)) {
    const where = path === "" ? "the schema" : path;
    throw new EdgewaterError(
      "DefinitionError",
      `Cannot use an async schema for settings: ${where} is async; they are validated synchronously, in the constructor`,
      { field: path || undefined },
    );
  }
  const shape = readType(schema, path);
  return "fallback" in schema ? { ...shape, hasFallback: true } : shape;
}

function readType(schema: AnySchema, path: string): Shape {
  const { type, wrapped, options = [], entries, item, items, rest, value, literal } = schema;
  const accepts = (candidate: unknown): boolean => isValid(schema, candidate);
  if (wrapped) {
    const inner = read(wrapped, path);
    return type === "nullable" || type === "nullish" ? anyOf([inner, { kinds: ["null"], accepts }]) : inner;
  }
  switch (type) {
    case "literal":
      return { kinds: [kindOfValue(literal)] };
    case "picklist":
    case "enum":
      return { kinds: [...new Set(options.map(kindOfValue))], accepts };
    case "union":
    case "variant":
    case "intersect":
      return { ...anyOf(options.map((option) => read(option as AnySchema, path))), accepts };
    case "lazy":
      return { kinds: ["json", "text"], accepts, isOpen: true };
  }
  const kind = kinds[type] ?? "text";
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const shape: Shape = { kinds: [kind], accepts, isOpen: anything.has(type) || kind === "value" };
  if (entries) return { ...shape, fields: fieldsOf(entries, at) };
  if (items) {
    const [each, more] = [items.map((one, index) => read(one, at(String(index)))), rest && read(rest, at("rest"))];
    return { ...shape, item: (key) => each[Number(key)] ?? more };
  }
  const inside = item ?? (kind === "json" ? value : undefined);
  if (!inside) return shape;
  const each = read(inside, at("*"));
  return { ...shape, item: () => each, isRecord: item === undefined };
}

function fieldsOf(entries: Readonly<Record<string, AnySchema>>, at: (name: string) => string): Fields {
  return new Map(Object.entries(entries).map(([name, entry]) => [name, read(entry, at(name))]));
}

function kindOfValue(value: unknown): FieldKind {
  const type = typeof value;
  if (type === "string") return "text";
  return type === "number" || type === "bigint" || type === "boolean" ? type : "value";
}

function isValid(schema: AnySchema, value: unknown): boolean {
  try {
    const result = (schema as unknown as StandardSchemaV1)["~standard"].validate(value);
    return !(result instanceof Promise) && result.issues === undefined;
  } catch {
    return false;
  }
}
