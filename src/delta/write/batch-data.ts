import { EdgewaterError } from "../../errors.ts";
import { describe } from "../../options.ts";
import type { Batch } from "../batch.ts";
import { evolveSchema } from "../schema/evolve.ts";
import type { StructType } from "../schema/types.ts";
import { conformer } from "../values/conform.ts";
import type { Items, KnownSchema, OpenedData } from "./data.ts";

/** Batches that are written. They have one schema, or what the first one has lacks nothing of the others. */
export class BatchData implements OpenedData {
  readonly #first: Batch | undefined;
  readonly #items: Items;

  constructor(first: readonly Batch[], items: Items) {
    this.#first = first[0];
    this.#items = items;
  }

  get isRepeatable(): boolean {
    return Array.isArray(this.#items);
  }

  schema({ declared }: KnownSchema): StructType {
    const [own] = [this.#first?.schema];
    if (own === undefined) throw problem("it is missing");
    return declared === undefined ? own : evolveSchema(declared, own, undefined);
  }

  async *batches(schema: StructType): AsyncGenerator<Batch, void, void> {
    let from: StructType | undefined;
    let conform = conformer(schema, schema);
    for await (const batch of this.#items as AsyncIterable<unknown>) {
      if (!isBatch(batch)) throw problem(`one is ${describe(batch)}`);
      if (batch.columns.length !== batch.schema.fields.length || batch.columns.some(({ length }) => length !== batch.rowCount)) {
        throw problem("one has not a column of as many values as it has rows for every field of its schema");
      }
      if (batch.schema !== from) {
        from = batch.schema;
        evolveSchema(schema, from, undefined);
        conform = conformer(from, schema);
      }
      yield conform(batch);
    }
  }
}

/** Whether a value is a batch, and no row that has columns of such names. */
export function isBatch(value: unknown): value is Batch {
  const { schema, rowCount, columns } = (value ?? {}) as Partial<Batch>;
  return Array.isArray(schema?.fields) && typeof rowCount === "number" && Array.isArray(columns);
}

function problem(reason: string): EdgewaterError<"ValidationError"> {
  return new EdgewaterError("ValidationError", `Cannot write batches to a table: ${reason}; give batches of columns with their schema`);
}
