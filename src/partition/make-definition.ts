import { partitionKeyOf } from "./partition-key.ts";
import { type PartitionsDefinition, shapeOf } from "./partitions-definition.ts";

const brand = Symbol.for("edgewater/partitions-definition");

/** Freezes and marks a definition, and lets it read keys in its shape. Every factory of definitions ends here. */
export function makeDefinition<Definition extends PartitionsDefinition>(rules: Omit<Definition, "read">): Definition {
  const read: Definition["read"] = (key) => partitionKeyOf(key, shapeOf(definition));
  const definition = { ...rules, read } as Definition;
  return Object.freeze(Object.defineProperty(definition, brand, { value: true }));
}
