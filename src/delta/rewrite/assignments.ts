import { EdgewaterError } from "../../errors.ts";
import { nearest } from "../../options.ts";
import { bindExpression, type Relation } from "../expression/bind.ts";
import { type Bound, converted } from "../expression/bound.ts";
import { isFloating, isNumeric, isWhole } from "../expression/convert.ts";
import { type Cursor, compile, type Evaluate, type ToObject } from "../expression/evaluate.ts";
import type { Callback } from "../expression/expression.ts";
import { parseExpression } from "../expression/parse.ts";
import type { DeltaType, StructField, StructType } from "../schema/types.ts";
import { fitsInto, typeText } from "../schema/widening.ts";
import { valueOfRow } from "../values/from-rows.ts";

/**
 * New values by column: an expression such as `"price * 2"`, in which a text is in quotes (`"'sold'"`), or a function of the row, which
 * returns a value as rows have it.
 */
export type Updates = Readonly<Record<string, string | Callback>>;

/** The value that a column gets. */
export interface Assignment {
  /** The number of the column in the table. */
  readonly column: number;
  readonly value: Evaluate;
  /** The rows that the value is computed from. */
  readonly rows: readonly Cursor[];
}

/** The tables whose columns new values are computed from. */
export interface Scope {
  readonly relations: readonly Relation[];
  /** A row of each. */
  readonly rows: readonly Cursor[];
  readonly toObject: ToObject;
}

/**
 * Resolves new values. They have the type of their column, or one whose values it holds; a number may be of any type of numbers, and
 * each value is checked: one beyond the range of the column fails, and so does a fraction for a column of whole numbers. A decimal is
 * rounded to the digits of its column.
 *
 * @throws `ValidationError` that names the column
 */
export function bindAssignments(updates: Updates, target: StructType, scope: Scope): readonly Assignment[] {
  const assigned = new Map<number, Assignment>();
  for (const [name, update] of Object.entries(updates)) {
    const column = columnNamed(target, name);
    const field = target.fields[column] as StructField;
    if (assigned.has(column)) throw invalid(field.name, "it is given two values; give it one");
    assigned.set(column, { column, value: valueFor(update, field, scope), rows: scope.rows });
  }
  return [...assigned.values()];
}

/**
 * The number of a column, in any case where that is one column only.
 *
 * @throws `ValidationError` with the nearest name
 */
export function columnNamed({ fields }: StructType, name: string): number {
  const exact = fields.findIndex((field) => field.name === name);
  const found = exact >= 0 ? exact : fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
  if (found >= 0) return found;
  const names = fields.map((field) => field.name);
  const near = nearest(name, names);
  const hint = near === undefined ? `its columns are ${names.join(", ")}` : `did you mean ${JSON.stringify(near)}?`;
  throw invalid(name, `the table has no such column; ${hint}`);
}

function valueFor(update: string | Callback, field: StructField, { relations, toObject }: Scope): Evaluate {
  if (typeof update === "function") {
    const convert = valueOfRow(field);
    return (rows) => convert(update(...rows.map(toObject)));
  }
  return compile(storedAs(bindExpression(parseExpression(update), relations), field), toObject);
}

/** The value in the type of its column. */
function storedAs(value: Bound, { name, type: to }: StructField): Bound {
  const { type: from } = value;
  if (typeText(from) === typeText(to)) return value;
  const isText = value.kind === "literal" && from === "string";
  const isChecked = isNumeric(from) && isNumeric(to);
  const stored = isText || isChecked || fitsInto(from, to) ? convertedFor(name, value, to) : undefined;
  if (stored !== undefined) return stored;
  throw invalid(name, `the value is of the type ${typeText(from)}, and the column of ${typeText(to)}; use CAST where that is meant`);
}

function convertedFor(name: string, value: Bound, to: DeltaType): Bound | undefined {
  try {
    return converted(isFloating(value.type) && isWhole(to) ? wholly(value) : value, to);
  } catch (error) {
    // A literal is converted at once.
    throw invalid(name, error instanceof Error ? error.message : String(error));
  }
}

/** The same number; it fails for one with a fraction. */
function wholly(value: Bound): Bound {
  const call = (number: number): number => {
    if (Number.isInteger(number)) return number;
    const message = `Cannot store ${number} as a whole number: it has a fraction or is not a number; round it, or use CAST`;
    throw new EdgewaterError("ValidationError", message);
  };
  return { kind: "apply", type: value.type, operands: [value], call: call as (value: never) => unknown, isMonotone: true };
}

function invalid(name: string, reason: string): EdgewaterError<"ValidationError"> {
  return new EdgewaterError("ValidationError", `Cannot set the column ${JSON.stringify(name)}: ${reason}`, { field: name });
}
