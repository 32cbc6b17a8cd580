import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../../../src/delta/batch.ts";
import type { StructType } from "../../../../src/delta/schema/types.ts";
import { aBatch, aSchema } from "../../../support/delta/arbitrary.ts";
import { columnsOf, parquetOf } from "../../../support/delta/parquet.ts";

const aTable = aSchema(2).chain((schema) =>
  fc.tuple(fc.array(aBatch(schema, 12), { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 20 })),
);

const joined = (batches: readonly Batch[]): unknown[][] =>
  (batches[0]?.schema.fields ?? []).map((_, index) => batches.flatMap(({ columns }) => Array.from(columns[index] ?? [])));

// Values are compared as text, which tells -0 from 0 and shows fields such as `constructor` and `__proto__`.
describe("a Parquet file", () => {
  it("gives back the rows of every schema", async () => {
    await fc.assert(
      fc.asyncProperty(aTable, async ([batches, rowGroupRows]) => {
        const schema = batches[0]?.schema as StructType;
        const bytes = parquetOf(batches, { schema, rowGroupRows });
        expect(fc.stringify(await columnsOf(bytes, { schema }))).toBe(fc.stringify(joined(batches)));
      }),
      { numRuns: 150, seed: 17 },
    );
  });

  it("gives back any range of its rows", async () => {
    const range = fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 }));
    await fc.assert(
      fc.asyncProperty(aTable, range, async ([batches, rowGroupRows], [rowStart, length]) => {
        const schema = batches[0]?.schema as StructType;
        const bytes = parquetOf(batches, { schema, rowGroupRows });
        const rowEnd = rowStart + length;
        const expected = joined(batches).map((column) => column.slice(rowStart, rowEnd));
        expect(fc.stringify(await columnsOf(bytes, { schema, rowStart, rowEnd }))).toBe(fc.stringify(expected));
      }),
      { numRuns: 50, seed: 18 },
    );
  });
});
