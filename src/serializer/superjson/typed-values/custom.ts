import type { Registry } from "../registry.ts";
import type { Type } from "./encoded-form.ts";

/** What a custom transformer of the user writes in the place of a value. */
export interface Custom {
  readonly type: Type;
  readonly output: unknown;
  /** Whether superjson also looks at the parts of what was written. */
  readonly isDeep: boolean;
}

/** superjson asks classes and symbols first, then the custom transformers. */
export function customOf(value: unknown, registry: Registry): Custom | undefined {
  if (typeof value === "symbol" && registry.nameOfSymbol(value) !== undefined) return undefined;
  const isObject = typeof value === "object" && value !== null;
  const prototype = isObject ? (Object.getPrototypeOf(value) as object | null) : null;
  if (prototype !== null && registry.classOf(prototype) !== undefined) return undefined;
  const transformer = registry.customOf(value);
  if (transformer === undefined) return undefined;
  const output = transformer.serialize(value);
  const isDeep = isObject && typeof output === "object" && output !== null && hasParts(value, prototype);
  return { type: JSON.stringify(["custom", transformer.name]), output, isDeep };
}

/** Whether superjson looks at the parts of a value. */
function hasParts(value: object, prototype: object | null): boolean {
  return (
    prototype === null ||
    prototype === Object.prototype ||
    Array.isArray(value) ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Error
  );
}
