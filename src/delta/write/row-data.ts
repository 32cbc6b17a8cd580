import type { Batch } from "../batch.ts";
import { extendSchema } from "../schema/extend.ts";
import { inferSchema, type Row } from "../schema/infer.ts";
import type { StructType } from "../schema/types.ts";
import { batchFromRows } from "../values/from-rows.ts";
import type { Items, KnownSchema, OpenedData } from "./data.ts";

/** So many rows are put into a batch. */
const batchRows = 10_000;

/** Rows that are written. */
export class RowData implements OpenedData {
  readonly #first: readonly Row[];
  readonly #items: Items;

  /**
   * @param first rows that tell the schema
   * @param items all rows
   */
  constructor(first: readonly Row[], items: Items) {
    this.#first = first;
    this.#items = items;
  }

  get isRepeatable(): boolean {
    return Array.isArray(this.#items);
  }

  schema({ table, declared, mayAdd }: KnownSchema): StructType {
    const known = declared ?? table;
    if (known === undefined) return inferSchema(this.#first);
    return mayAdd && declared === undefined ? extendSchema(known, this.#first) : known;
  }

  async *batches(schema: StructType): AsyncGenerator<Batch, void, void> {
    let rows: Row[] = [];
    let count = 0;
    for await (const row of this.#items as AsyncIterable<unknown>) {
      rows.push(row as Row);
      if (rows.length < batchRows) continue;
      yield batchFromRows(rows, schema, count);
      count += rows.length;
      rows = [];
    }
    if (rows.length > 0) yield batchFromRows(rows, schema, count);
  }
}
