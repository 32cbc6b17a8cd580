/**
 * The shape of a valibot object schema: what is read of it to know which settings there are and what text from an
 * environment means for each. Only properties are read, so valibot itself is not imported.
 *
 * @module
 */
import type { GenericIssue, GenericSchema, ObjectEntries } from "valibot";

/** A valibot `object`, `strictObject` or `looseObject` schema without async parts. */
export type SettingsSchema = GenericSchema & { readonly entries: ObjectEntries };

/** One problem that valibot found. */
export type SettingsIssue = GenericIssue;

/** What text from the environment is turned into before it is validated. */
export type FieldKind = "text" | "number" | "bigint" | "boolean" | "json";

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** The settings inside, of a nested object. */
  readonly fields: readonly Field[] | undefined;
}

/** The little that is asked of any valibot schema. */
interface AnySchema {
  readonly type: string;
  readonly wrapped?: AnySchema;
  readonly literal?: unknown;
  readonly entries?: Readonly<Record<string, AnySchema>>;
}

const kinds: Readonly<Record<string, FieldKind>> = {
  number: "number",
  bigint: "bigint",
  boolean: "boolean",
  array: "json",
  loose_object: "json",
  loose_tuple: "json",
  map: "json",
  object: "json",
  object_with_rest: "json",
  record: "json",
  set: "json",
  strict_object: "json",
  strict_tuple: "json",
  tuple: "json",
  tuple_with_rest: "json",
};

/** Tells whether `schema` is one whose settings can be read off it. */
export function isSettingsSchema(schema: unknown): schema is SettingsSchema {
  const { type, entries } = (schema ?? {}) as Partial<AnySchema>;
  return typeof type === "string" && typeof entries === "object" && kinds[type] === "json";
}

/** The settings of an object schema, in its order. */
export function fieldsOf(schema: SettingsSchema): readonly Field[] {
  return fieldsIn(schema.entries as unknown as Readonly<Record<string, AnySchema>>);
}

function fieldsIn(entries: Readonly<Record<string, AnySchema>>): readonly Field[] {
  return Object.entries(entries).map(([name, entry]) => {
    const schema = unwrap(entry);
    return { name, kind: kindOf(schema), fields: schema.entries && fieldsIn(schema.entries) };
  });
}

/** Below `optional`, `nullable` and their like lies the schema that says what the text means. */
function unwrap(schema: AnySchema): AnySchema {
  return schema.wrapped ? unwrap(schema.wrapped) : schema;
}

function kindOf({ type, literal }: AnySchema): FieldKind {
  if (type === "literal") return kinds[typeof literal] ?? "text";
  return kinds[type] ?? "text";
}
