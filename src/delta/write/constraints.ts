import { EdgewaterError } from "../../errors.ts";
import type { Metadata } from "../log/actions.ts";
import type { DeltaType, StructField, StructType } from "../schema/types.ts";

/** A condition that every row of a table meets. */
export interface Constraint {
  /** The name of a CHECK constraint; the column of an invariant. */
  readonly name: string;
  /** The expression. */
  readonly text: string;
}

const checkPrefix = "delta.constraints.";

/**
 * The CHECK constraints of a table, and the invariants of its columns.
 *
 * @throws `NotSupported` for an invariant that is no such JSON as the protocol has
 */
export function constraintsOf({ configuration }: Pick<Metadata, "configuration">, schema: StructType): readonly Constraint[] {
  const checks = Object.entries(configuration).flatMap(([key, text]) =>
    key.toLowerCase().startsWith(checkPrefix) ? [{ name: key.slice(checkPrefix.length), text }] : [],
  );
  return [...checks, ...invariantsOf(schema, [])];
}

function invariantsOf(type: DeltaType, path: readonly string[]): readonly Constraint[] {
  if (typeof type === "string" || type.type === "decimal") return [];
  if (type.type === "array") return invariantsOf(type.elementType, [...path, "element"]);
  if (type.type === "map") return [...invariantsOf(type.keyType, [...path, "key"]), ...invariantsOf(type.valueType, [...path, "value"])];
  return type.fields.flatMap((field) => {
    const inner = [...path, field.name];
    const text = invariantOf(field, inner);
    const own = text === undefined ? [] : [{ name: inner.join("."), text }];
    return [...own, ...invariantsOf(field.type, inner)];
  });
}

function invariantOf({ metadata }: StructField, path: readonly string[]): string | undefined {
  const json = metadata["delta.invariants"];
  if (json === undefined || json === null) return undefined;
  const text = expressionIn(json);
  if (typeof text === "string") return text;
  const name = path.join(".");
  const message = `Cannot check the invariant of the column ${JSON.stringify(name)}: it has no expression; write the table with the engine that made it`;
  throw new EdgewaterError("NotSupported", message, { field: name });
}

function expressionIn(json: unknown): unknown {
  try {
    return (JSON.parse(String(json)) as { readonly expression?: { readonly expression?: unknown } }).expression?.expression;
  } catch {
    return undefined;
  }
}
