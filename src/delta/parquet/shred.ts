import type { ColumnValues } from "../batch.ts";
import type { Values } from "./convert.ts";
import { UnfitValue } from "./failure.ts";
import type { WrittenColumn, WrittenNode } from "./written-schema.ts";

/** Definition or repetition levels, one for each value, null and empty list. */
export type Levels = readonly number[] | Uint8Array;

/** The values of a column in a row group, without nulls, and the levels that say where they belong. */
export interface ShreddedColumn {
  readonly values: Values;
  /** One for each value, null and empty list; undefined when every value is there. */
  readonly definitions: Levels | undefined;
  /** One for each value, null and empty list; undefined for a column that is in no list or map. */
  readonly repetitions: Levels | undefined;
}

/** A column that values are put into. */
interface Target {
  readonly values: unknown[];
  readonly definitions: number[];
  readonly repetitions: number[];
}

/**
 * Takes the values of a field apart into columns, the reverse of `assemble`.
 *
 * @param columns those of the node
 * @throws `UnfitValue` for a null that the schema does not allow
 */
export function shred(node: WrittenNode, columns: readonly WrittenColumn[], values: ColumnValues): readonly ShreddedColumn[] {
  if (node.kind === "column") return [flatColumn(node, values)];
  const targets = columns.map((): Target => ({ values: [], definitions: [], repetitions: [] }));
  for (const value of values) put(node, value, 0, 0);
  return targets.map(({ repetitions, ...target }, index) => {
    const isRepeated = (columns[index] as WrittenColumn).repetition > 0;
    return { ...target, repetitions: isRepeated ? repetitions : undefined };
  });

  function put(at: WrittenNode, value: unknown, definition: number, repetition: number): void {
    if (value === null || value === undefined) {
      if (!at.isNullable) throw missing(at);
      putNothing(at, definition, repetition);
      return;
    }
    const here = definition + (at.isNullable ? 1 : 0);
    if (at.kind === "column") {
      const target = targets[at.start - node.start] as Target;
      target.values.push(value);
      target.definitions.push(here);
      target.repetitions.push(repetition);
    } else if (at.kind === "struct") {
      for (const child of at.children) put(child, (value as Readonly<Record<string, unknown>>)[child.name], here, repetition);
    } else {
      const items = value as readonly unknown[];
      if (items.length === 0) putNothing(at, here, repetition);
      for (const [index, item] of items.entries()) {
        for (const [part, child] of at.children.entries()) {
          const inner = at.kind === "list" ? item : (item as readonly unknown[])[part];
          put(child, inner, here + 1, index === 0 ? repetition : at.repetition + 1);
        }
      }
    }
  }

  /** There is no value in any column of a node. */
  function putNothing(at: WrittenNode, definition: number, repetition: number): void {
    for (let column = at.start; column < at.end; column++) {
      const target = targets[column - node.start] as Target;
      target.definitions.push(definition);
      target.repetitions.push(repetition);
    }
  }
}

function flatColumn(node: WrittenNode, values: ColumnValues): ShreddedColumn {
  if (!Array.isArray(values)) return { values: values as Values, definitions: undefined, repetitions: undefined };
  const present: readonly unknown[] = values.filter((value) => value !== null && value !== undefined);
  if (present.length === values.length) return { values, definitions: undefined, repetitions: undefined };
  if (!node.isNullable) throw missing(node);
  const definitions = Uint8Array.from(values, (value) => (value === null || value === undefined ? 0 : 1));
  return { values: present as unknown[], definitions, repetitions: undefined };
}

function missing({ name }: WrittenNode): UnfitValue {
  return new UnfitValue(name, "it has a null and is not nullable; give every row a value");
}
