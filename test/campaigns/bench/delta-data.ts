/** What the rows of Delta tables are measured on: made here, the same in every run. */
import type { Batch } from "../../../src/delta/batch.ts";
import type { StructType } from "../../../src/delta/schema/types.ts";

/** A million rows of the columns that most tables are made of. */
export const rowSchema: StructType = {
  type: "struct",
  fields: [
    { name: "id", type: "long", nullable: true, metadata: {} },
    { name: "amount", type: "double", nullable: true, metadata: {} },
    { name: "count", type: "integer", nullable: true, metadata: {} },
    { name: "kind", type: "string", nullable: true, metadata: {} },
    { name: "name", type: "string", nullable: true, metadata: {} },
  ],
};

const kinds = ["created", "changed", "moved", "sold", "returned", "deleted", "archived"];

/** Rows from a number on: ids that rise, prices, counts, a text of few values and one of many. */
export function rowsFrom(first: number, rowCount: number): Batch {
  const id = new BigInt64Array(rowCount);
  const amount = new Float64Array(rowCount);
  const count = new Int32Array(rowCount);
  const kind = new Array<string>(rowCount);
  const name = new Array<string>(rowCount);
  for (let index = 0; index < rowCount; index++) {
    const row = first + index;
    // A multiplication scatters the numbers, which then compress as badly as real ones.
    const scattered = Math.imul(row, 2_654_435_761) >>> 0;
    id[index] = BigInt(row);
    amount[index] = scattered / 1000;
    count[index] = scattered % 100_000;
    kind[index] = kinds[scattered % kinds.length] as string;
    name[index] = `customer-${scattered.toString(36)}`;
  }
  return { schema: rowSchema, rowCount, columns: [id, amount, count, kind, name] };
}

/** The last rows of a table of so many, changed, and as many new ones. */
export function changedRows(rowCount: number, count: number): Batch {
  return rowsFrom(rowCount - count / 2, count);
}

const filesOfLog = 300_000;
const logColumns = 100;

/** The lines of a log of 300,000 files of a partitioned table with a hundred columns: 46 MB, in three large commits. */
export function largeLog(): string[] {
  const fields = Array.from({ length: logColumns }, (_, index) => ({
    name: `column_${index}`,
    type: "string",
    nullable: true,
    metadata: {},
  }));
  const schemaString = JSON.stringify({ type: "struct", fields: [...fields, { ...fields[0], name: "part" }] });
  const metaData = {
    id: "3e5ef8c1",
    format: { provider: "parquet", options: {} },
    schemaString,
    partitionColumns: ["part"],
    configuration: {},
  };
  const first = [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }]
    .map((action) => `${JSON.stringify(action)}\n`)
    .join("");
  const perCommit = filesOfLog / 3;
  return [first, ...[0, 1, 2].map((commit) => filesFrom(commit * perCommit, perCommit))];
}

function filesFrom(first: number, count: number): string {
  let text = "";
  for (let index = first; index < first + count; index++) {
    const part = `part_${index % 3}`;
    const file = {
      path: `part=${part}/file_${index}.parquet`,
      partitionValues: { part },
      size: 1024 + index,
      modificationTime: 1_700_000_000_000 + index,
    };
    text += `${JSON.stringify({ add: { ...file, dataChange: true } })}\n`;
  }
  return text;
}
