import type { StandardSchemaV1 } from "@standard-schema/spec";
import { EdgewaterError } from "../errors.ts";
import type { FieldKind, Fields, Shape } from "./shape.ts";
import { isSettingsSchema, shapeOf } from "./valibot.ts";
import { checkVariables } from "./variable.ts";

/** A checked declaration of settings, from which they can be loaded any number of times. */
export interface SettingsDefinition {
  readonly schema: StandardSchemaV1;
  readonly shape: Shape;
  readonly envPrefix: string;
}

/**
 * The kind of each setting of a schema that is not a valibot object: a {@link FieldKind}, or the fields of a nested object.
 *
 * @example
 * ```ts
 * const fields = { basePath: "text", indent: "number", retry: { maxTimes: "number" } } as const;
 * ```
 */
export type DeclaredFields<Input = Readonly<Record<string, unknown>>> = {
  readonly [Name in keyof Input]-?:
    | FieldKind
    | (NonNullable<Input[Name]> extends object ? DeclaredFields<NonNullable<Input[Name]>> : never);
};

/** The settings that may be passed as an argument: any part of the schema's input, since the rest may come from the environment. */
export type GivenSettings<Schema> = Schema extends { readonly entries: infer Entries }
  ? { readonly [Name in keyof Entries]?: GivenEntry<Entries[Name]> | undefined } & Rest<Schema>
  : Schema extends StandardSchemaV1
    ? { readonly [Name in keyof StandardSchemaV1.InferInput<Schema>]?: StandardSchemaV1.InferInput<Schema>[Name] | undefined }
    : never;

type GivenEntry<Entry> = Entry extends { readonly wrapped: infer Wrapped }
  ? GivenEntry<Wrapped> | InputOfEntry<Entry>
  : Entry extends { readonly entries: unknown }
    ? GivenSettings<Entry>
    : InputOfEntry<Entry>;

type InputOfEntry<Entry> = Entry extends StandardSchemaV1 ? StandardSchemaV1.InferInput<Entry> : never;

type Rest<Schema> = Schema extends { readonly type: "loose_object" | "object_with_rest" } ? Readonly<Record<string, unknown>> : unknown;

/**
 * Checks a declaration of settings. The fields of a valibot object schema are read from the schema; any other Standard
 * Schema needs `fields`.
 *
 * @throws `DefinitionError` without a schema, a prefix or the fields that are needed, for an async valibot schema, and for
 *   two settings with the same variable
 */
export function defineSettings(schema: unknown, envPrefix: unknown, fields: unknown): SettingsDefinition {
  if (!isStandardSchema(schema)) {
    throw new EdgewaterError(
      "DefinitionError",
      "Settings need a schema; pass a valibot object schema, or any Standard Schema and its fields",
    );
  }
  const shape = fields === undefined ? shapeOfSchema(schema) : shapeOfFields(fields);
  checkVariables(envPrefix, shape.fields ?? new Map());
  return { schema, shape, envPrefix };
}

/** A schema is an object or, as in arktype, a function. */
function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const { "~standard": standard } = value as Partial<StandardSchemaV1>;
  return typeof standard?.validate === "function";
}

function shapeOfSchema(schema: StandardSchemaV1): Shape {
  if (isSettingsSchema(schema)) return shapeOf(schema);
  const { vendor } = schema["~standard"];
  const message = `Cannot read the fields of a ${vendor} schema, only those of a valibot object; declare them, as in fields: { basePath: "text" }`;
  throw new EdgewaterError("DefinitionError", message, { field: "fields" });
}

function shapeOfFields(fields: unknown, path: readonly string[] = []): Shape {
  if (typeof fields !== "object" || fields === null) {
    throw new EdgewaterError(
      "DefinitionError",
      'Invalid fields of settings; expected an object of names and kinds, such as { basePath: "text" }',
    );
  }
  const shapes: Fields = new Map(Object.entries(fields).map(([name, field]) => [name, shapeOfField(field, [...path, name])]));
  return { kinds: ["json"], fields: shapes };
}

function shapeOfField(field: unknown, path: readonly string[]): Shape {
  if (typeof field === "object" && field !== null) return shapeOfFields(field, path);
  if (fieldKinds.has(field)) return { kinds: [field as FieldKind], isOpen: true };
  const name = path.join(".");
  const message = `Invalid kind of the field ${name}; expected one of ${[...fieldKinds].join(", ")}`;
  throw new EdgewaterError("DefinitionError", message, { field: name });
}

const fieldKinds: ReadonlySet<unknown> = new Set<FieldKind>([
  "text",
  "number",
  "bigint",
  "boolean",
  "date",
  "json",
  "set",
  "map",
  "null",
  "value",
]);
