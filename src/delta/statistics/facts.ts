import { orderOf } from "../expression/compare.ts";
import { isFloating } from "../expression/convert.ts";
import type { DeltaType, StructField } from "../schema/types.ts";

/** What is known of the values of a column in some rows, or of any expression over them. */
export interface ValueFacts {
  /** No value is smaller, nulls and NaN aside. Undefined: not known. */
  readonly min: unknown;
  /** No value is larger, nulls and NaN aside. Undefined: not known. */
  readonly max: unknown;
  readonly mayBeNull: boolean;
  /** Whether a row may have a value that is not null. */
  readonly mayHaveValue: boolean;
  readonly mayBeNaN: boolean;
}

/** What is known of the rows of a file, or of a part of it, without reading it. */
export interface RowFacts {
  /**
   * The facts of a column of the schema, or of a field inside it; undefined if nothing is known.
   *
   * @param column the index of the column in the schema
   * @param fields the names of the fields inside it
   */
  readonly of: (column: number, fields: readonly string[]) => ValueFacts | undefined;
}

/** The facts of a value of which nothing is known. */
export const unknownValue: ValueFacts = { min: undefined, max: undefined, mayBeNull: true, mayHaveValue: true, mayBeNaN: true };

/** The facts of the same value in every row. */
export function constantFacts(value: unknown): ValueFacts {
  if (value === null) return { min: undefined, max: undefined, mayBeNull: true, mayHaveValue: false, mayBeNaN: false };
  if (Number.isNaN(value)) return { ...unknownValue, mayBeNull: false };
  return { min: value, max: value, mayBeNull: false, mayHaveValue: true, mayBeNaN: false };
}

/** The statistics of a column as a file has them; what is undefined is not known. */
export interface ColumnStatistics {
  readonly min: unknown;
  readonly max: unknown;
  readonly nullCount: number | undefined;
  readonly rowCount: number | undefined;
}

/** The facts that follow from statistics. Bounds and counts that contradict each other say nothing. */
export function statedFacts(type: DeltaType, { min, max, nullCount, rowCount }: ColumnStatistics): ValueFacts {
  const order = orderOf(type);
  const areBounds = order !== undefined && (min === undefined || max === undefined || order(min, max) <= 0);
  const isCount = nullCount !== undefined && (rowCount === undefined || nullCount <= rowCount);
  return {
    min: areBounds ? min : undefined,
    max: areBounds ? max : undefined,
    mayBeNull: !isCount || nullCount > 0,
    mayHaveValue: !isCount || nullCount !== rowCount,
    // Many writers leave NaN out of the bounds.
    mayBeNaN: isFloating(type),
  };
}

/** The type of a column, or of a field inside it; undefined if it does not exist. */
export function typeAt(column: StructField, fields: readonly string[]): DeltaType | undefined {
  return pathOf(column, fields)?.at(-1)?.type;
}

/** A column and the fields inside it with these names; undefined if one does not exist. */
export function pathOf(column: StructField, fields: readonly string[]): readonly StructField[] | undefined {
  const path = [column];
  for (const name of fields) {
    const type = path.at(-1)?.type;
    const field = typeof type === "object" && type.type === "struct" ? type.fields.find((each) => each.name === name) : undefined;
    if (field === undefined) return undefined;
    path.push(field);
  }
  return path;
}
