import type { StandardSchemaV1 } from "@standard-schema/spec";
import { EdgewaterError } from "../errors.ts";
import { shapeOfDeclared } from "./declared.ts";
import type { Shape } from "./shape.ts";
import { isSettingsSchema, shapeOf } from "./valibot.ts";
import { checkVariables } from "./variable.ts";

/** Settings that are declared: what is needed to load them, any number of times. */
export interface SettingsDefinition {
  readonly schema: StandardSchemaV1;
  readonly shape: Shape;
  readonly envPrefix: string;
}

/** What may be passed for a schema: any part of it, since the rest may come from the environment. */
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
 * Checks a declaration of settings. A valibot object schema says itself what its settings are; for any other Standard
 * Schema `fields` says it.
 *
 * @throws `DefinitionError` without a schema, without a prefix, without fields where they are needed, for an async
 *   valibot schema, and for two settings with one variable
 */
export function defineSettings(schema: unknown, envPrefix: unknown, fields: unknown): SettingsDefinition {
  if (!isStandardSchema(schema)) {
    throw new EdgewaterError(
      "DefinitionError",
      "Settings need a schema: a valibot object, or any Standard Schema with its fields declared",
    );
  }
  const shape = fields === undefined ? introspect(schema) : shapeOfDeclared(fields);
  checkVariables(envPrefix, shape.fields ?? new Map());
  return { schema, shape, envPrefix };
}

function introspect(schema: StandardSchemaV1): Shape {
  if (isSettingsSchema(schema)) return shapeOf(schema);
  throw new EdgewaterError(
    "DefinitionError",
    `The settings of a ${schema["~standard"].vendor} schema cannot be read off it unless it is a valibot object: declare them, as in fields: { basePath: "text" }`,
    { field: "fields" },
  );
}

/** Returns whether `value` is a Standard Schema. A schema is an object or, as in arktype, a function. */
function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const { "~standard": standard } = value as Partial<StandardSchemaV1>;
  return typeof standard?.validate === "function";
}
