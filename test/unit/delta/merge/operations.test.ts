import { expect, it } from "vitest";
import type { TableStore } from "../../../../src/delta/store.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { isEdgewaterError } from "../../../../src/errors.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { applyOperation, type ModelOperation, type ModelRow, OperationDealer } from "../../../support/delta/row-model.ts";
import { field, struct } from "../../../support/delta/schema.ts";

const schema = struct(field("id", "long"), field("region", "string"), field("n", "integer"));

/** Runs an operation; false if it was refused. */
async function run(table: DeltaTable<TableStore>, operation: ModelOperation): Promise<boolean> {
  try {
    if (operation.kind === "append") await table.write(operation.rows as readonly (ModelRow & Record<string, unknown>)[]);
    else if (operation.kind === "delete") await table.delete(operation.where.text);
    else if (operation.kind === "update") await table.update({ n: operation.n.text }, { where: operation.where.text });
    else await table.merge(operation.source as readonly (ModelRow & Record<string, unknown>)[], operation.options);
    return true;
  } catch (error) {
    if (!isEdgewaterError(error, "ValidationError")) throw error;
    return false;
  }
}

function sorted(rows: readonly object[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
  "random deletes, updates and merges leave the rows of a model, at every version (seed %i)",
  async (seed) => {
    const dealer = new OperationDealer(seed);
    const store = new MemoryStore();
    const partitionBy = seed % 3 === 0 ? [] : ["region"];
    let table: DeltaTable<TableStore> = await DeltaTable.create(store, "t", { schema, partitionBy });
    const versions: (readonly ModelRow[])[] = [[]];
    for (let step = 0; step < 14; step++) {
      const operation = dealer.next();
      const before = versions.at(-1) as readonly ModelRow[];
      const expected = applyOperation(before, operation);
      const shown = JSON.stringify(operation);
      expect(await run(table, operation), shown).toBe(expected !== "refused");
      table = await table.refresh();
      const after = expected === "refused" ? before : expected;
      expect(sorted(await table.toRows()), shown).toEqual(sorted(after));
      if (table.version === versions.length) versions.push(after);
    }
    for (const [version, rows] of versions.entries()) {
      const earlier = await DeltaTable.open(store, "t", { version });
      expect(sorted(await earlier.toRows())).toEqual(sorted(rows));
    }
  },
);
