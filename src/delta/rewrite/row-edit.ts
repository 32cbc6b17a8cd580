import type { Batch, ColumnValues } from "../batch.ts";
import type { Bound } from "../expression/bound.ts";
import type { Cursor } from "../expression/evaluate.ts";
import { takeRows } from "../rows.ts";
import type { RowFacts } from "../statistics/facts.ts";
import type { Assignment } from "./assignments.ts";

/** What an operation does with the rows of a table: some are updated, some deleted, and the others stay as they are. */
export interface RowEdit {
  /** Rows for which it cannot be true stay as they are. It is bound to the schema of the table. */
  readonly mayChange: Bound;
  /** The numbers of the columns by which it is decided what happens to a row; undefined: all. */
  readonly decidedBy: ReadonlySet<number> | undefined;
  /** What can happen to a row. */
  readonly clauses: readonly Clause[];
  /**
   * Decides which rows of a batch change.
   *
   * @param batch has the columns of the table; those that decide nothing may be without values
   * @param isProbe whether it is enough to know one of them
   */
  readonly decide: (batch: Batch, isProbe: boolean) => Decisions;
  /** Moves the cursors that values are computed from to a decision. */
  readonly moveTo: (row: number, source: number) => void;
  /** Whether every row with these facts is surely deleted. */
  readonly deletesAll: (facts: RowFacts) => boolean;
  /** Refuses rows that have been updated. */
  readonly checkUpdated?: ((batch: Batch, rows: readonly number[]) => void) | undefined;
}

/** What happens to the rows for which a clause is the first that holds: they are deleted, or columns get values. */
export type Clause = { readonly kind: "delete" } | Update;

export interface Update {
  readonly kind: "update";
  readonly assignments: readonly Assignment[];
}

/** The rows of a batch that change, in their order. */
export class Decisions {
  readonly rows: number[] = [];
  /** The number of the clause for each of the rows. */
  readonly clauses: number[] = [];
  /** The number of the row of the source that each of the rows is matched with; -1 for none. */
  readonly sources: number[] = [];

  add(row: number, clause: number, source = -1): void {
    this.rows.push(row);
    this.clauses.push(clause);
    this.sources.push(source);
  }
}

/** A batch after its decisions. */
export interface Edited {
  readonly batch: Batch;
  readonly updated: number;
  readonly deleted: number;
}

/** Makes the rows that come of a batch. */
export function applyDecisions(batch: Batch, decisions: Decisions, edit: RowEdit): Edited {
  const deleted = new Set<number>();
  const updated: number[] = [];
  decisions.rows.forEach((row, index) => {
    if (edit.clauses[decisions.clauses[index] as number]?.kind === "delete") deleted.add(row);
    else updated.push(row);
  });
  const columns = batch.columns.map((values, column) => assigned(values, column, decisions, edit));
  const whole: Batch = { ...batch, columns };
  edit.checkUpdated?.(whole, updated);
  const left = deleted.size === 0 ? whole : takeRows(whole, rowsWithout(batch.rowCount, deleted));
  return { batch: left, updated: updated.length, deleted: deleted.size };
}

function assigned(values: ColumnValues, column: number, { rows, clauses, sources }: Decisions, edit: RowEdit): ColumnValues {
  const ofClause = edit.clauses.map((clause) =>
    clause.kind === "update" ? clause.assignments.find((assignment) => assignment.column === column) : undefined,
  );
  if (ofClause.every((assignment) => assignment === undefined)) return values;
  const changed: [number, unknown][] = [];
  rows.forEach((row, index) => {
    const assignment = ofClause[clauses[index] as number];
    if (assignment === undefined) return;
    edit.moveTo(row, sources[index] as number);
    changed.push([row, assignment.value(assignment.rows)]);
  });
  // Typed arrays hold no nulls.
  const isTyped = !Array.isArray(values) && changed.every(([, value]) => value !== null);
  const copy = (isTyped ? values.slice() : Array.from(values as ArrayLike<unknown>)) as unknown[];
  for (const [row, value] of changed) copy[row] = value;
  return copy;
}

function rowsWithout(count: number, without: ReadonlySet<number>): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (!without.has(row)) rows.push(row);
  return rows;
}

/** A cursor that is moved from batch to batch. */
export interface MovingCursor extends Cursor {
  columns: Cursor["columns"];
}
