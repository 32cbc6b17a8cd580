import { EdgewaterError } from "../errors.ts";
import type { Fields } from "./shape.ts";

/** `basePath` → `BASE_PATH`, `accessKeyID` → `ACCESS_KEY_ID`, `base-path` → `BASE_PATH`. */
export function variableOf(field: string): string {
  return field
    .replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, "_")
    .replace(/[^\p{L}\p{N}_]/gu, "_")
    .toUpperCase();
}

/** The variable of a setting: `JSON_IO_` and `["retry", "maxTimes"]` → `JSON_IO_RETRY__MAX_TIMES`. */
export function variableAt(prefix: string, path: readonly string[]): string {
  return prefix + path.map(variableOf).join("__");
}

/**
 * Checks that a prefix is one and that every setting has a variable of its own.
 *
 * @throws `DefinitionError` for a prefix that is not UPPER_CASE with `_` at its end, for two settings with one
 *   variable, and for a setting whose name every object has already
 */
export function checkVariables(prefix: unknown, fields: Fields): asserts prefix is string {
  if (typeof prefix !== "string" || prefix === "") {
    throw new EdgewaterError("DefinitionError", "Settings need an envPrefix, so that no bare variable name configures a handler");
  }
  if (!/^[A-Z][A-Z0-9_]*_$/.test(prefix)) {
    throw new EdgewaterError(
      "DefinitionError",
      `The envPrefix ${JSON.stringify(prefix)} is not UPPER_CASE with "_" at its end, as JSON_IO_ is`,
    );
  }
  const paths = new Map<string, string>();
  const visit = (inside: Fields, above: readonly string[]): void => {
    for (const [name, shape] of inside) {
      const path = [...above, name];
      const field = path.join(".");
      if (name === "" || name in Object.prototype) {
        throw new EdgewaterError("DefinitionError", `No setting can have the name ${JSON.stringify(field)}`, { field });
      }
      const variable = variableAt(prefix, path);
      const other = paths.get(variable);
      if (other !== undefined) {
        throw new EdgewaterError("DefinitionError", `The settings ${other} and ${field} would both be read from ${variable}`, { field });
      }
      paths.set(variable, field);
      if (shape.fields) visit(shape.fields, path);
    }
  };
  visit(fields, []);
}
