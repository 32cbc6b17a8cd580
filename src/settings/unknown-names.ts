import { nearest } from "../options.ts";
import { asValues } from "./plain-data.ts";
import type { Fields, Shape } from "./shape.ts";

/**
 * Calls `report` for every name, at any depth, that the shape does not have, and suggests the most similar name. Shapes that
 * allow any name are skipped.
 */
export function findUnknown(
  value: unknown,
  shape: Shape,
  path: readonly string[],
  report: (path: readonly string[], problem: string) => void,
): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const inside = shape.item?.(String(index));
      if (inside) findUnknown(item, inside, [...path, String(index)], report);
    }
    return;
  }
  const { fields = new Map<string, Shape>(), item, isOpen } = shape;
  if (fields.size === 0 && !item && shape.fields === undefined) return;
  for (const [name, one] of Object.entries(asValues(value) ?? {})) {
    const inside = fields.get(name) ?? item?.(name);
    if (inside) findUnknown(one, inside, [...path, name], report);
    else if (!isOpen && shape.fields) report([...path, name], `there is no such setting; ${hint(name, fields)}`);
  }
}

function hint(name: string, fields: Fields): string {
  const names = [...fields.keys()];
  const near = nearest(name, names);
  if (near !== undefined) return `did you mean ${near}?`;
  return names.length === 0 ? "there are none" : `there are ${names.join(", ")}`;
}
