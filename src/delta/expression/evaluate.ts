import type { Batch, ColumnValues } from "../batch.ts";
import type { StructType } from "../schema/types.ts";
import { rowsFromBatch } from "../values/to-rows.ts";
import type { Bound } from "./bound.ts";
import { keyOf } from "./compare.ts";
import type { Comparison } from "./expression.ts";
import { likePattern } from "./like.ts";

/** A row of a table: its columns, and the number of the row. */
export interface Cursor {
  readonly columns: readonly ColumnValues[];
  row: number;
}

/** The value of an expression for a row of each table, in the order in which they were bound; null if it is not known. */
export type Evaluate = (rows: readonly Cursor[]) => unknown;

/** Makes the object that a callback gets for a row. */
export type ToObject = (row: Cursor, table: number) => Readonly<Record<string, unknown>>;

/** The objects that callbacks get for rows of tables with these schemas: those of a batch are made together. */
export function rowObjects(...schemas: readonly StructType[]): ToObject {
  const made = schemas.map((schema) => ({ schema, columns: [] as Cursor["columns"], rows: [] as ReturnType<typeof rowsFromBatch> }));
  return ({ columns, row }, table) => {
    const batch = made[table];
    if (batch === undefined) return {};
    if (columns !== batch.columns) {
      batch.columns = columns;
      batch.rows = rowsFromBatch({ schema: batch.schema, rowCount: columns[0]?.length ?? 0, columns });
    }
    return batch.rows[row] ?? {};
  };
}

/**
 * Compiles an expression. Logic has three values: a comparison with null is null, AND is false if an operand is, OR is true if an
 * operand is, and a condition that is null holds for no row. Operands are evaluated from left to right, and not after the result is
 * known.
 *
 * @param toObject needed for callbacks
 */
export function compile(bound: Bound, toObject: ToObject = noObjects): Evaluate {
  const compiled = (part: Bound): Evaluate => compile(part, toObject);
  switch (bound.kind) {
    case "literal": {
      const { value } = bound;
      return () => value;
    }
    case "column":
      return compileColumn(bound);
    case "compare":
      return compileComparison(bound, compiled(bound.left), compiled(bound.right));
    case "and":
      return compileLogic(bound.operands.map(compiled), false);
    case "or":
      return compileLogic(bound.operands.map(compiled), true);
    case "not": {
      const operand = compiled(bound.operand);
      return (rows) => {
        const value = operand(rows);
        return value === null ? null : !value;
      };
    }
    case "isNull": {
      const operand = compiled(bound.operand);
      return (rows) => operand(rows) === null;
    }
    case "in":
      return compileIn(bound, compiled(bound.operand), bound.items.map(compiled));
    case "like": {
      const [operand, pattern] = [compiled(bound.operand), compiled(bound.pattern)];
      const { literal } = bound;
      return (rows) => {
        const [text, like] = [operand(rows), pattern(rows)];
        if (text === null || like === null) return null;
        return (literal ?? likePattern(like as string)).matches(text as string);
      };
    }
    case "case": {
      const branches = bound.branches.map(({ condition, result }) => [compiled(condition), compiled(result)] as const);
      const otherwise = compiled(bound.otherwise);
      return (rows) => {
        for (const [condition, result] of branches) if (condition(rows) === true) return result(rows);
        return otherwise(rows);
      };
    }
    case "apply":
      return compileApplied(bound.call, bound.operands.map(compiled));
    case "callback": {
      const { call } = bound;
      return (rows) => call(...rows.map(toObject)) ?? null;
    }
  }
}

/** The numbers of the rows of a batch for which a condition over one table holds, in order. */
export function matchingRows(condition: Evaluate, batch: Batch): readonly number[] {
  const cursor: Cursor = { columns: batch.columns, row: 0 };
  const rows = [cursor];
  const matching: number[] = [];
  for (; cursor.row < batch.rowCount; cursor.row++) if (condition(rows) === true) matching.push(cursor.row);
  return matching;
}

/** The values of an expression over one table for every row of a batch. */
export function evaluateColumn(expression: Evaluate, batch: Batch): readonly unknown[] {
  const cursor: Cursor = { columns: batch.columns, row: 0 };
  const rows = [cursor];
  const values = new Array<unknown>(batch.rowCount);
  for (; cursor.row < batch.rowCount; cursor.row++) values[cursor.row] = expression(rows);
  return values;
}

function compileColumn({ table, column, fields }: Bound & { readonly kind: "column" }): Evaluate {
  const ofColumn: Evaluate = (rows) => {
    const cursor = rows[table] as Cursor;
    return (cursor.columns[column] as ColumnValues)[cursor.row] ?? null;
  };
  if (fields.length === 0) return ofColumn;
  return (rows) => {
    let value = ofColumn(rows);
    for (const name of fields) {
      if (value === null) return null;
      value = (value as Readonly<Record<string, unknown>>)[name] ?? null;
    }
    return value;
  };
}

const holds: Readonly<Record<Exclude<Comparison, "<=>">, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function compileComparison({ operator, order }: Bound & { readonly kind: "compare" }, left: Evaluate, right: Evaluate): Evaluate {
  if (operator === "<=>") {
    return (rows) => {
      const [a, b] = [left(rows), right(rows)];
      return a === null || b === null ? a === b : order(a, b) === 0;
    };
  }
  const isTrue = holds[operator];
  return (rows) => {
    const a = left(rows);
    if (a === null) return null;
    const b = right(rows);
    return b === null ? null : isTrue(order(a, b));
  };
}

/** AND ends at the first false, OR at the first true. */
function compileLogic(operands: readonly Evaluate[], end: boolean): Evaluate {
  return (rows) => {
    let result: boolean | null = !end;
    for (const operand of operands) {
      const value = operand(rows);
      if (value === end) return end;
      if (value === null) result = null;
    }
    return result;
  };
}

function compileIn(
  { order, keys, items: bound }: Bound & { readonly kind: "in" },
  operand: Evaluate,
  items: readonly Evaluate[],
): Evaluate {
  if (keys !== undefined) {
    const ifMissing = bound.length > 0 && bound.some((item) => item.kind === "literal" && item.value === null) ? null : false;
    return (rows) => {
      const value = operand(rows);
      return value === null ? null : keys.has(keyOf(value)) || ifMissing;
    };
  }
  return (rows) => {
    const value = operand(rows);
    if (value === null) return null;
    let result: boolean | null = false;
    for (const item of items) {
      const other = item(rows);
      if (other === null) result = null;
      else if (order(value, other) === 0) return true;
    }
    return result;
  };
}

function compileApplied(call: (...values: readonly never[]) => unknown, operands: readonly Evaluate[]): Evaluate {
  const apply = call as (...values: readonly unknown[]) => unknown;
  const [first, second, ...others] = operands;
  if (first !== undefined && second === undefined) {
    return (rows) => {
      const value = first(rows);
      return value === null ? null : apply(value);
    };
  }
  if (first !== undefined && second !== undefined && others.length === 0) {
    return (rows) => {
      const [a, b] = [first(rows), second(rows)];
      return a === null || b === null ? null : apply(a, b);
    };
  }
  return (rows) => {
    const values = operands.map((operand) => operand(rows));
    return values.includes(null) ? null : apply(...values);
  };
}

const noObjects: ToObject = () => {
  throw new TypeError("a condition in JavaScript needs rows as objects");
};
