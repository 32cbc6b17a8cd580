import { EdgewaterError } from "../errors.ts";
import type { Fields } from "./shape.ts";

/** Converts the name of a setting to upper case: `basePath` → `BASE_PATH`, `accessKeyID` → `ACCESS_KEY_ID`, `base-path` → `BASE_PATH`. */
export function variableOf(field: string): string {
  return field
    .replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, "_")
    .replace(/[^\p{L}\p{N}_]/gu, "_")
    .toUpperCase();
}

/** Converts a part of a variable to the name of a setting: `COST_CENTER` → `costCenter`. */
export function fieldOf(part: string): string {
  return part.toLowerCase().replace(/(?<=[^_])_+(?=[^_])([^_])/g, (_, letter: string) => letter.toUpperCase());
}

/** Returns the variable of a setting: `JSON_IO_` and `["retry", "maxTimes"]` → `JSON_IO_RETRY__MAX_TIMES`. */
export function variableAt(prefix: string, path: readonly string[]): string {
  return prefix + path.map(variableOf).join("__");
}

/**
 * Checks the prefix, and that no two settings have the same variable.
 *
 * @throws `DefinitionError` for a prefix that is not upper case with a final `_`, for two settings with the same variable,
 *   and for a setting with the name of a property of every object
 */
export function checkVariables(prefix: unknown, fields: Fields): asserts prefix is string {
  if (typeof prefix !== "string" || prefix === "") {
    throw new EdgewaterError(
      "DefinitionError",
      'Settings need an envPrefix, such as "JSON_IO_"; a variable without a prefix never configures a handler',
    );
  }
  if (!/^[A-Z][A-Z0-9_]*_$/.test(prefix)) {
    throw new EdgewaterError(
      "DefinitionError",
      `Invalid envPrefix ${JSON.stringify(prefix)}; expected upper case with a final "_", such as "JSON_IO_"`,
    );
  }
  const paths = new Map<string, string>();
  const visit = (inside: Fields, above: readonly string[]): void => {
    for (const [name, shape] of inside) {
      const path = [...above, name];
      const field = path.join(".");
      if (name === "" || name in Object.prototype) {
        throw new EdgewaterError(
          "DefinitionError",
          `Invalid name of a setting ${JSON.stringify(field)}: it is empty, or every object has a property with this name`,
          { field },
        );
      }
      const variable = variableAt(prefix, path);
      const other = paths.get(variable);
      if (other !== undefined) {
        throw new EdgewaterError("DefinitionError", `The settings ${other} and ${field} have the same variable ${variable}; rename one`, {
          field,
        });
      }
      paths.set(variable, field);
      if (shape.fields) visit(shape.fields, path);
    }
  };
  visit(fields, []);
}
