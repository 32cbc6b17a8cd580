import { EdgewaterError } from "../../errors.ts";
import type { Batch, ColumnValues } from "../batch.ts";
import { bindCondition } from "../expression/bind.ts";
import { compile, type Evaluate } from "../expression/evaluate.ts";
import { rowObjects } from "../row-objects.ts";
import type { Expression } from "../expression/expression.ts";
import { parseExpression } from "../expression/parse.ts";
import type { DeltaType, StructType } from "../schema/types.ts";
import { nameOf, type TableLocation } from "../store.ts";
import { constraintsOf } from "./constraints.ts";
import type { WriteTarget } from "./target.ts";

/** A condition that every written row must meet, besides those of the table. */
export interface RowCondition {
  readonly expression: Expression;
  /** What a row that does not meet it lacks, for the message: `it does not meet replaceWhere`. */
  readonly problem: string;
}

interface CompiledCondition {
  readonly field: string;
  readonly problem: string;
  readonly evaluate: Evaluate;
}

/** Checks rows before they are written: columns that are not nullable, invariants, CHECK constraints. */
export class RowChecks {
  readonly #table: TableLocation;
  readonly #nulls: readonly { readonly column: number; readonly name: string; readonly find: FindNull }[];
  readonly #conditions: readonly CompiledCondition[];
  #rowCount = 0;

  /** @throws `NotSupported` for a constraint of the table that this library cannot evaluate */
  constructor({ table, schema, metadata }: Pick<WriteTarget, "table" | "schema" | "metadata">, condition?: RowCondition) {
    this.#table = table;
    this.#nulls = schema.fields.flatMap(({ name, type, nullable }, column) => {
      const find = nullFinder(type, nullable);
      return find === undefined ? [] : [{ column, name, find }];
    });
    const constraints = constraintsOf(metadata, schema).map(({ name, text }): CompiledCondition => {
      const problem = `it does not meet the constraint ${JSON.stringify(name)} (${text}); correct the row`;
      return { field: name, problem, evaluate: this.#compile(schema, name, text) };
    });
    const others =
      condition === undefined ? [] : [{ field: "where", problem: condition.problem, evaluate: compiled(condition.expression, schema) }];
    this.#conditions = [...constraints, ...others];
  }

  /** @throws `ValidationError` that names the row, and the column or the constraint */
  check(batch: Batch): void {
    for (const { column, name, find } of this.#nulls) this.#checkNulls(batch, { column, name, find });
    const cursor = { columns: batch.columns, row: 0 };
    const rows = [cursor];
    for (const { evaluate, field, problem } of this.#conditions) {
      for (cursor.row = 0; cursor.row < batch.rowCount; cursor.row++) {
        // Also null is no row that meets it: the protocol asks for true.
        if (evaluate(rows) !== true) throw this.#refusal(cursor.row, field, problem);
      }
    }
    this.#rowCount += batch.rowCount;
  }

  #checkNulls(
    { columns, rowCount }: Batch,
    { column, name, find }: { readonly column: number; readonly name: string; readonly find: FindNull },
  ): void {
    const values = columns[column] as ColumnValues;
    for (let row = 0; row < rowCount; row++) {
      const path = find(values[row]);
      if (path === undefined) continue;
      const field = [name, ...path].join(".");
      throw this.#refusal(row, field, `the column ${JSON.stringify(field)} is null, and it is not nullable; give every row a value`);
    }
  }

  #compile(schema: StructType, name: string, text: string): Evaluate {
    try {
      return compiled(parseExpression(text), schema);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `Cannot write to ${nameOf(this.#table)}: its constraint ${JSON.stringify(name)} (${text}) cannot be checked here: ${reason}`;
      throw new EdgewaterError("NotSupported", message, { store: this.#table.store.name, field: name, cause });
    }
  }

  #refusal(row: number, field: string, problem: string): EdgewaterError {
    const message = `Cannot write row ${this.#rowCount + row} to ${nameOf(this.#table)}: ${problem}`;
    return new EdgewaterError("ValidationError", message, { store: this.#table.store.name, field });
  }
}

function compiled(expression: Expression, schema: StructType): Evaluate {
  return compile(bindCondition(expression, schema), rowObjects(schema));
}

/** Finds a null where there may be none: the path to it inside the value, or undefined. */
type FindNull = (value: unknown) => readonly string[] | undefined;

/** Undefined for a type that may be null everywhere. */
function nullFinder(type: DeltaType, isNullable: boolean): FindNull | undefined {
  const inside = typeof type === "string" ? undefined : insideFinder(type);
  if (isNullable) return inside && ((value) => (isNull(value) ? undefined : inside(value)));
  return (value) => (isNull(value) ? [] : inside?.(value));
}

function insideFinder(type: Exclude<DeltaType, string>): FindNull | undefined {
  switch (type.type) {
    case "decimal":
      return undefined;
    case "array": {
      const find = nullFinder(type.elementType, type.containsNull);
      return find && ((value) => firstIn(value as readonly unknown[], "element", find));
    }
    case "map": {
      const [key, value] = [nullFinder(type.keyType, false) as FindNull, nullFinder(type.valueType, type.valueContainsNull)];
      return (entries) => {
        const pairs = entries as readonly (readonly [unknown, unknown])[];
        for (const pair of pairs) {
          const inKey = key(pair[0]);
          if (inKey !== undefined) return ["key", ...inKey];
          const inValue = value?.(pair[1]);
          if (inValue !== undefined) return ["value", ...inValue];
        }
        return undefined;
      };
    }
    case "struct": {
      const fields = type.fields.flatMap(({ name, type, nullable }) => {
        const find = nullFinder(type, nullable);
        return find === undefined ? [] : [{ name, find }];
      });
      if (fields.length === 0) return undefined;
      return (value) => {
        for (const { name, find } of fields) {
          const path = find((value as Readonly<Record<string, unknown>>)[name]);
          if (path !== undefined) return [name, ...path];
        }
        return undefined;
      };
    }
  }
}

function firstIn(values: readonly unknown[], name: string, find: FindNull): readonly string[] | undefined {
  for (const value of values) {
    const path = find(value);
    if (path !== undefined) return [name, ...path];
  }
  return undefined;
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}
