import type { Batch } from "../batch.ts";
import { bindCondition } from "../expression/bind.ts";
import { type Bound, columnsRead, constantCondition } from "../expression/bound.ts";
import { compile, type Evaluate, type ToObject } from "../expression/evaluate.ts";
import type { Expression } from "../expression/expression.ts";
import type { StructType } from "../schema/types.ts";
import type { RowFacts } from "../statistics/facts.ts";
import { matchesAll } from "../statistics/skip.ts";
import { type Clause, Decisions, type MovingCursor, type RowEdit } from "./row-edit.ts";

/** Does the same to all rows for which a condition holds. */
export class WhereEdit implements RowEdit {
  readonly mayChange: Bound;
  readonly decidedBy: ReadonlySet<number> | undefined;
  readonly clauses: readonly [Clause];
  readonly #holds: Evaluate;
  readonly #row: MovingCursor;

  /** @param row the cursor that the values of the clause are computed from */
  constructor(clause: Clause, where: Expression | undefined, row: MovingCursor, schema: StructType, toObject: ToObject) {
    this.mayChange = where === undefined ? constantCondition(true) : bindCondition(where, schema);
    this.decidedBy = columnsRead([this.mayChange], 0);
    this.clauses = [clause];
    this.#holds = compile(this.mayChange, toObject);
    this.#row = row;
  }

  decide(batch: Batch, isProbe: boolean): Decisions {
    const decisions = new Decisions();
    const rows = [this.#row];
    this.#row.columns = batch.columns;
    for (let row = 0; row < batch.rowCount; row++) {
      this.#row.row = row;
      if (this.#holds(rows) !== true) continue;
      decisions.add(row, 0);
      if (isProbe) break;
    }
    return decisions;
  }

  moveTo(row: number): void {
    this.#row.row = row;
  }

  deletesAll(facts: RowFacts): boolean {
    return this.clauses[0].kind === "delete" && matchesAll(this.mayChange, facts);
  }
}
