import { EdgewaterError } from "../../errors.ts";
import type { Batch } from "../batch.ts";
import { type Bound, columnsRead, joinedBounds } from "../expression/bound.ts";
import type { Cursor, Evaluate } from "../expression/evaluate.ts";
import { printLiteral } from "../expression/literal.ts";
import { type Clause, Decisions, type MovingCursor, type RowEdit } from "../rewrite/row-edit.ts";
import type { RowFacts } from "../statistics/facts.ts";
import { matchesAll, mayMatch } from "../statistics/skip.ts";
import type { BoundClauses } from "./bound-clauses.ts";
import { KeyIndex } from "./key-index.ts";
import { type MatchCondition, mayMatchSource, targetTable } from "./match-condition.ts";

/** What a merge does to the rows of a table. */
export interface MergeEditOptions {
  readonly condition: MatchCondition;
  readonly clauses: BoundClauses;
  /** Rows of the table for which it does not hold take no part. Bound to the table alone. */
  readonly scope: { readonly bound: Bound; readonly holds: Evaluate } | undefined;
  readonly source: Batch;
  /** The cursors that conditions and values are computed from. */
  readonly sourceRow: Cursor;
  readonly targetRow: MovingCursor;
}

/** Comparing so many pairs of rows takes about ten seconds. */
const mostPairs = 100_000_000;

/** Decides what a merge does to each row of a table, and notes which rows of the source are matched. */
export class MergeEdit implements RowEdit {
  readonly mayChange: Bound;
  readonly decidedBy: ReadonlySet<number> | undefined;
  readonly clauses: readonly Clause[];
  /** 1 for each row of the source that matches a row of the table. */
  readonly matched: Uint8Array;
  readonly #options: MergeEditOptions;
  readonly #pair: readonly [source: Cursor, target: MovingCursor];
  readonly #target: readonly [MovingCursor];
  readonly #index: KeyIndex;
  /** Rows of the table that may be matched, and those that may change without a match. */
  readonly #mayMatch: Bound;
  readonly #isMatchNeeded: boolean;
  readonly #allowsSeveral: boolean;
  #pairs = 0;

  constructor(options: MergeEditOptions) {
    const { condition, clauses, scope, source, sourceRow, targetRow } = options;
    const { matched, notMatched, notMatchedBySource } = clauses;
    this.#options = options;
    this.#pair = [sourceRow, targetRow];
    this.#target = [targetRow];
    this.clauses = [...matched, ...notMatchedBySource].map(({ action }) => action);
    this.matched = new Uint8Array(source.rowCount);
    const candidates = candidatesOf(condition, source, sourceRow);
    this.#index = new KeyIndex(condition.keys, source.rowCount);
    // In reverse, so that each group is in the order of the source.
    for (const row of candidates.toReversed()) {
      sourceRow.row = row;
      this.#index.add(row, this.#pair);
    }
    this.#isMatchNeeded = matched.length + notMatched.length > 0;
    // A row that is only deleted, or stays, may be matched by several.
    this.#allowsSeveral = matched.every(({ action, predicate }) => action.kind === "delete" && predicate.kind === "literal");
    this.#mayMatch = mayMatchSource(condition, { cursor: sourceRow, rows: candidates });
    const bySource = notMatchedBySource.map(({ predicate }) => predicate);
    const changed = joinedBounds("or", [...(this.#isMatchNeeded ? [this.#mayMatch] : []), ...bySource]);
    this.mayChange = scope === undefined ? changed : joinedBounds("and", [scope.bound, changed]);
    this.decidedBy = decidedBy(options);
  }

  decide(batch: Batch, isProbe: boolean): Decisions {
    const { condition, clauses, scope, targetRow } = this.#options;
    const { matched, notMatchedBySource } = clauses;
    const decisions = new Decisions();
    if (condition.keys.length === 0) this.#count(batch.rowCount * this.#options.source.rowCount);
    targetRow.columns = batch.columns;
    for (let row = 0; row < batch.rowCount; row++) {
      targetRow.row = row;
      if (scope !== undefined && scope.holds(this.#target) !== true) continue;
      const source = this.#matchOf();
      if (source >= 0) {
        this.#options.sourceRow.row = source;
        const clause = matched.findIndex(({ holds }) => holds(this.#pair) === true);
        if (clause >= 0) decisions.add(row, clause, source);
      } else {
        const clause = notMatchedBySource.findIndex(({ holds }) => holds(this.#target) === true);
        if (clause >= 0) decisions.add(row, matched.length + clause);
      }
      if (isProbe && decisions.rows.length > 0) break;
    }
    return decisions;
  }

  moveTo(row: number, source: number): void {
    this.#options.targetRow.row = row;
    this.#options.sourceRow.row = source;
  }

  deletesAll(facts: RowFacts): boolean {
    const { clauses, scope } = this.#options;
    const first = clauses.notMatchedBySource[0];
    if (first?.action.kind !== "delete" || !matchesAll(first.predicate, facts)) return false;
    return !mayMatch(this.#mayMatch, facts) && (scope === undefined || matchesAll(scope.bound, facts));
  }

  /** Refuses rows that an update has moved out of the scope. */
  checkUpdated(batch: Batch, rows: readonly number[]): void {
    this.checkWritten(batch, rows, "an updated row");
  }

  /**
   * Refuses rows that are out of the scope.
   *
   * @param what the kind of row, for the message
   */
  checkWritten({ columns }: Batch, rows: Iterable<number>, what: string): void {
    const { scope, targetRow } = this.#options;
    if (scope === undefined) return;
    targetRow.columns = columns;
    for (const row of rows) {
      targetRow.row = row;
      if (scope.holds(this.#target) !== true) throw outOfScope(what);
    }
  }

  /** The row of the source that matches the row of the table; -1 for none. */
  #matchOf(): number {
    const { condition, sourceRow } = this.#options;
    const pair = this.#pair;
    for (const holds of condition.ofTarget) if (holds(pair) !== true) return -1;
    let found = -1;
    for (let row = this.#index.find(pair); row >= 0; row = this.#index.after(row)) {
      if (condition.keys.length > 0) this.#count(1);
      sourceRow.row = row;
      if (!condition.residual.every((holds) => holds(pair) === true)) continue;
      this.matched[row] = 1;
      if (found >= 0 && !this.#allowsSeveral) throw this.#matchedTwice(found, row);
      if (found < 0) found = row;
    }
    return found;
  }

  #count(pairs: number): void {
    this.#pairs += pairs;
    if (this.#pairs <= mostPairs) return;
    const problem = `its condition would compare more than ${mostPairs} pairs of rows`;
    const remedy = 'add columns that are equal in both, such as "s.id = t.id", and that have different values';
    throw new EdgewaterError("ValidationError", `Cannot merge: ${problem}; ${remedy}`, { field: "predicate" });
  }

  #matchedTwice(first: number, second: number): EdgewaterError<"ValidationError"> {
    const values = this.#options.condition.keys.map(
      ({
        target,
        bound: {
          text,
          target: { type },
        },
      }) => {
        const shown = printLiteral(type, target(this.#pair));
        return `${text} = ${shown.length > 100 ? `${shown.slice(0, 100)}…` : shown}`;
      },
    );
    const row = values.length === 0 ? "a row of the table" : `the row of the table with ${values.join(" and ")}`;
    const message = `Cannot merge: the rows ${first} and ${second} of the source match ${row}; remove one of them, or make the condition narrower`;
    return new EdgewaterError("ValidationError", message, { field: "predicate" });
  }
}

/** A row that a merge would write, and that its `where` does not hold for. */
function outOfScope(row: string): EdgewaterError<"ValidationError"> {
  const message = `Cannot merge: ${row} does not meet the condition "where", so it would be out of the rows that are merged; correct the source`;
  return new EdgewaterError("ValidationError", message, { field: "where" });
}

/** The rows of the source that meet the parts of the condition that need nothing else. */
function candidatesOf({ ofSource }: MatchCondition, source: Batch, row: Cursor): readonly number[] {
  const rows: number[] = [];
  for (row.row = 0; row.row < source.rowCount; row.row++) if (ofSource.every((holds) => holds([row]) === true)) rows.push(row.row);
  return rows;
}

function decidedBy({ condition, clauses, scope }: MergeEditOptions): ReadonlySet<number> | undefined {
  const pairs = columnsRead([...condition.bounds, ...clauses.matched.map(({ predicate }) => predicate)], targetTable);
  // These are bound to the table alone.
  const alone = columnsRead(
    [...(scope === undefined ? [] : [scope.bound]), ...clauses.notMatchedBySource.map(({ predicate }) => predicate)],
    0,
  );
  return pairs === undefined || alone === undefined ? undefined : new Set([...pairs, ...alone]);
}
