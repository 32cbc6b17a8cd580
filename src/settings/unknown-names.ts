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

/** Returns the most similar known name; `undefined` when more than a third of its letters differ. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const ranked = known
    .map((each) => ({ each, steps: distance(plain(name), plain(each)) }))
    .filter(({ each, steps }) => steps <= Math.max(1, Math.floor(each.length / 3)) && steps < each.length)
    .sort((left, right) => left.steps - right.steps);
  return ranked[0]?.each;
}

/** Returns the number of insertions, deletions, replacements and swaps of neighbours between two texts. */
function distance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 10) return Number.POSITIVE_INFINITY;
  let [before, row]: number[][] = [[], Array.from({ length: right.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      const swapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      const steps = [(row?.[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row?.[j - 1] ?? 0) + (same ? 0 : 1)];
      next.push(Math.min(...steps, swapped ? (before?.[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY));
    }
    [before, row] = [row, next];
  }
  return row?.at(-1) ?? 0;
}
