import { EdgewaterError } from "../errors.ts";
import type { FieldKind, Fields, Shape } from "./shape.ts";

const kinds: ReadonlySet<unknown> = new Set<FieldKind>([
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

/**
 * What text means for each setting of a schema that cannot be looked into: a {@link FieldKind}, or the fields of a
 * nested object.
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

/**
 * The shape that was declared. What it does not name is refused.
 *
 * @throws `DefinitionError` for a kind that does not exist
 */
export function shapeOfDeclared(fields: unknown, path: readonly string[] = []): Shape {
  if (typeof fields !== "object" || fields === null) {
    throw new EdgewaterError("DefinitionError", "The fields of settings are an object of names and kinds");
  }
  const shapes: Fields = new Map(Object.entries(fields).map(([name, field]) => [name, declared(field, [...path, name])]));
  return { kinds: ["json"], fields: shapes };
}

function declared(field: unknown, path: readonly string[]): Shape {
  if (typeof field === "object" && field !== null) return shapeOfDeclared(field, path);
  if (kinds.has(field)) return { kinds: [field as FieldKind], isOpen: true };
  const name = path.join(".");
  throw new EdgewaterError("DefinitionError", `The field ${name} is declared as none of ${[...kinds].join(", ")}`, { field: name });
}
