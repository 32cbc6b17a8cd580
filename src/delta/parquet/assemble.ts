import type { Column } from "./column.ts";
import type { Values } from "./convert.ts";
import { Damage } from "./failure.ts";
import type { Plan } from "./plan.ts";

/** Where values are looked for: in rows, or in the elements of a list. */
interface Place {
  /** The number of lists and maps around it. */
  readonly repetition: number;
  /** The definition level from which on there is a place for a value; 0 in rows. */
  readonly definition: number;
  /** The number of places. */
  readonly count: number;
}

type List = Extract<Plan, { readonly kind: "list" | "map" }>;

/**
 * Puts the values of columns where their levels say: into rows, structs, lists and maps. A value that is null, and a list that is
 * null, are null; a list that is empty is empty.
 *
 * Every column below a place has an entry for the start of each of its values: that with a repetition level up to the one of the
 * place, and a definition level from the one of the place on.
 *
 * @param columns by their position in the file
 */
export function assemble(plan: Plan, columns: ReadonlyMap<number, Column>, place: Place): Values {
  if (plan.kind === "missing") return new Array(place.count).fill(null);
  const column = columns.get(plan.column.column) as Column;
  switch (plan.kind) {
    case "column":
      return assembleColumn(column, plan.column.definitionLevel, place);
    case "struct": {
      const fields = plan.fields.map(({ name, plan }) => ({ name, values: assemble(plan, columns, place) }));
      return assembleStructs(fields, column, plan.node.definitionLevel, place);
    }
    case "list": {
      const { lengths, within } = lengthsOf(plan, column, place);
      return listsOf(lengths, assemble(plan.element, columns, within));
    }
    case "map": {
      const { lengths, within } = lengthsOf(plan, column, place);
      const keys = assemble(plan.key, columns, within);
      const values = assemble(plan.value, columns, within);
      return listsOf(
        lengths,
        Array.from(keys as ArrayLike<unknown>, (key, index) => [key, values[index]]),
      );
    }
  }
}

function assembleColumn({ values, definitions, count }: Column, present: number, place: Place): Values {
  if (definitions === undefined) {
    if (values.length !== place.count) throw disagreement(values.length, place.count);
    return values;
  }
  const output = new Array<unknown>(place.count);
  let at = 0;
  let next = 0;
  for (let index = 0; index < count; index++) {
    const level = definitions[index] as number;
    if (level < place.definition) continue;
    output[at++] = level === present ? values[next++] : null;
  }
  if (at !== place.count) throw disagreement(at, place.count);
  return output;
}

interface FieldValues {
  readonly name: string;
  readonly values: Values;
}

function assembleStructs(fields: readonly FieldValues[], column: Column, present: number, place: Place): unknown[] {
  const output = new Array<unknown>(place.count);
  // A field of this name would change the prototype if it were assigned.
  const isSafe = fields.every(({ name }) => name !== "__proto__");
  let at = 0;
  forEachPlace(column, place, (level) => {
    output[at] =
      level < present ? null : isSafe ? structAt(fields, at) : Object.fromEntries(fields.map(({ name, values }) => [name, values[at]]));
    at++;
  });
  if (at !== place.count) throw disagreement(at, place.count);
  return output;
}

function structAt(fields: readonly FieldValues[], at: number): Record<string, unknown> {
  const struct: Record<string, unknown> = {};
  for (const { name, values } of fields) struct[name] = values[at];
  return struct;
}

/** The length of each list, -1 for null, and the place of their elements. */
function lengthsOf({ repeated }: List, column: Column, place: Place): { readonly lengths: Int32Array; readonly within: Place } {
  const { definitionLevel: filled, repetitionLevel: repetition } = repeated;
  const { definitions, repetitions, count } = column;
  if (definitions === undefined || repetitions === undefined) throw new Damage("a list has no levels");
  const lengths = new Int32Array(place.count);
  let at = -1;
  let elements = 0;
  for (let index = 0; index < count; index++) {
    const level = definitions[index] as number;
    const repeats = repetitions[index] as number;
    if (level < place.definition || repeats > repetition) continue;
    if (repeats < repetition) lengths[++at] = level < filled - 1 ? -1 : 0;
    if (level < filled) continue;
    if (at < 0) throw new Damage("a list starts with a later element of another one");
    (lengths[at] as number)++;
    elements++;
  }
  if (at + 1 !== place.count) throw disagreement(at + 1, place.count);
  return { lengths, within: { repetition, definition: filled, count: elements } };
}

function listsOf(lengths: Int32Array, elements: Values): unknown[] {
  const output = new Array<unknown>(lengths.length);
  let start = 0;
  for (let index = 0; index < lengths.length; index++) {
    const length = lengths[index] as number;
    if (length < 0) output[index] = null;
    else {
      output[index] = Array.from(elements.slice(start, start + length) as ArrayLike<unknown>);
      start += length;
    }
  }
  return output;
}

/** Calls with the definition level at the start of each value of a place. */
function forEachPlace({ definitions, repetitions, count }: Column, { repetition, definition }: Place, call: (level: number) => void): void {
  for (let index = 0; index < count; index++) {
    if (repetitions !== undefined && (repetitions[index] as number) > repetition) continue;
    const level = definitions === undefined ? 255 : (definitions[index] as number);
    if (level >= definition) call(level);
  }
}

function disagreement(actual: number, expected: number): Damage {
  return new Damage(`its columns disagree: one has ${actual} values where there should be ${expected}`);
}
