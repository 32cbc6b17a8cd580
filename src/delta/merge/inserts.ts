import type { Batch } from "../batch.ts";
import type { Cursor } from "../expression/evaluate.ts";
import type { StructType } from "../schema/types.ts";
import type { BoundClause, Insert } from "./bound-clauses.ts";

/** Rows are inserted in batches of so many. */
const batchRows = 100_000;

/** Yields the rows that are inserted for some rows of the source: those for which a clause holds, as the first such clause says. */
export function* insertedRows(
  clauses: readonly BoundClause<Insert>[],
  rows: readonly number[],
  source: Cursor,
  schema: StructType,
): Generator<Batch, void, void> {
  const ofClause = clauses.map((): number[] => []);
  for (const row of rows) {
    source.row = row;
    const clause = clauses.findIndex(({ holds }) => holds([source]) === true);
    ofClause[clause]?.push(row);
  }
  for (const [index, { action }] of clauses.entries()) {
    const inserted = ofClause[index] as number[];
    for (let start = 0; start < inserted.length; start += batchRows) {
      yield batchOf(action, inserted.slice(start, start + batchRows), source, schema);
    }
  }
}

function batchOf(insert: Insert, rows: readonly number[], source: Cursor, schema: StructType): Batch {
  const columns = schema.fields.map((_, column): readonly unknown[] => {
    const assignment = insert.find((each) => each.column === column);
    if (assignment === undefined) return new Array<unknown>(rows.length).fill(null);
    return rows.map((row) => {
      source.row = row;
      return assignment.value(assignment.rows);
    });
  });
  return { schema, rowCount: rows.length, columns };
}
