import { coerceMetadata } from "../asset/metadata-value.ts";
import { checkName } from "../asset/name.ts";
import { EdgewaterError } from "../errors.ts";
import { type BaseIOHandler, checkIOHandler } from "../io-handler/base.ts";
import type { Definition, DefinitionOptions, Inputs } from "./types.ts";

const brand = Symbol.for("edgewater/definition");

/** Checks what `asset` and `task` are given and freezes it into a definition. */
export function define<Kind extends "asset" | "task">(
  kind: Kind,
  options: DefinitionOptions<string, Inputs, BaseIOHandler>,
  compute: unknown,
): Definition & { readonly kind: Kind } {
  const { name, inputs = {}, ioHandler, metadata = {} } = options;
  checkName(name, kind);
  const owner = `${kind} ${JSON.stringify(name)}`;
  if (typeof compute !== "function")
    throw new EdgewaterError("DefinitionError", `The ${owner} needs a function that makes it`, { asset: name });
  checkIOHandler(ioHandler, owner);
  for (const [input, source] of Object.entries(inputs)) {
    if (!isDefinition(source)) {
      throw new EdgewaterError("DefinitionError", `The input ${JSON.stringify(input)} of the ${owner} is not an asset or a task`, {
        asset: name,
        field: input,
      });
    }
  }
  const definition = {
    kind,
    name,
    inputs: Object.freeze({ ...inputs }),
    ioHandler,
    metadata: Object.freeze(coerceMetadata(metadata)),
    compute: compute as Definition["compute"],
  };
  return Object.freeze(Object.defineProperty(definition, brand, { value: true }));
}

/** Tells whether `value` was made by `asset` or `task`, also across bundles. */
export function isDefinition(value: unknown): value is Definition {
  return typeof value === "object" && value !== null && brand in value;
}
