import type { Batch, ColumnValues } from "../batch.ts";
import { keyOf } from "../expression/compare.ts";
import { takeRows } from "../rows.ts";
import type { StructField, StructType } from "../schema/types.ts";
import { printPartitionValue } from "../values/partition.ts";

/** The rows of a batch that belong to one partition, without the columns of partitions. */
export interface Part {
  /** The same for all rows of the partition. */
  readonly key: string;
  /** The texts of the partition values, in the order of the partition columns. */
  readonly values: readonly (string | null)[];
  readonly batch: Batch;
}

/** Splits batches by the values of partition columns. */
export class Splitter {
  /** The columns that data files have. */
  readonly fileSchema: StructType;
  readonly #partitions: readonly Partition[];
  readonly #fileColumns: readonly number[];

  constructor(schema: StructType, partitionColumns: readonly string[]) {
    this.#partitions = partitionColumns.map((name) => {
      const index = schema.fields.findIndex((field) => field.name === name);
      return new Partition(index, schema.fields[index] as StructField);
    });
    this.#fileColumns = [...schema.fields.keys()].filter((index) => !partitionColumns.includes((schema.fields[index] as StructField).name));
    this.fileSchema = { type: "struct", fields: this.#fileColumns.map((index) => schema.fields[index] as StructField) };
  }

  /** The parts of a batch, in the order in which their first rows come. */
  split(batch: Batch): readonly Part[] {
    const stored = this.#stored(batch);
    if (this.#partitions.length === 0) return [{ key: "", values: [], batch: stored }];
    const rowsByKey = new Map<string, number[]>();
    for (let row = 0; row < batch.rowCount; row++) {
      let key = "";
      for (const partition of this.#partitions) key += `${partition.numberOf(batch, row)},`;
      const rows = rowsByKey.get(key);
      if (rows === undefined) rowsByKey.set(key, [row]);
      else rows.push(row);
    }
    return Array.from(rowsByKey, ([key, rows]) => ({
      key,
      values: this.#partitions.map((partition) => partition.textOf(batch, rows[0] as number)),
      batch: takeRows(stored, rows),
    }));
  }

  #stored({ rowCount, columns }: Batch): Batch {
    return { schema: this.fileSchema, rowCount, columns: this.#fileColumns.map((index) => columns[index] as ColumnValues) };
  }
}

/** A column of partitions, and a number for each text that it had. */
class Partition {
  readonly #index: number;
  readonly #field: StructField;
  readonly #numbers = new Map<string | null, number>();
  /** Of values that are equal only to themselves. Most columns have few values, and printing each is slow. */
  readonly #texts = new Map<unknown, string | null>();

  constructor(index: number, field: StructField) {
    this.#index = index;
    this.#field = field;
  }

  textOf({ columns }: Batch, row: number): string | null {
    const value = columns[this.#index]?.[row] ?? null;
    const { type, name } = this.#field;
    // A Map takes -0 for 0, and bytes only for themselves.
    if (value === 0 || typeof value === "object") return printPartitionValue(value, type, name);
    const key = keyOf(value);
    let text = this.#texts.get(key);
    if (text === undefined) {
      text = printPartitionValue(value, type, name);
      this.#texts.set(key, text);
    }
    return text;
  }

  numberOf(batch: Batch, row: number): number {
    const text = this.textOf(batch, row);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}
