import type { Table } from "@uwdata/flechette";
import { EdgewaterError } from "../../errors.ts";
import { describe } from "../../options.ts";
import { batchesFromArrow, isArrow } from "../arrow/from-arrow.ts";
import type { Batch } from "../batch.ts";
import type { StructType } from "../schema/types.ts";
import type { TableData } from "../write/data.ts";

/** What a handler loads from a table. */
export interface LoadedTable {
  /** The columns that are loaded. */
  readonly schema: StructType;
  /** The rows. They are read when they are iterated, each time anew. */
  readonly batches: AsyncIterable<Batch>;
}

/** What is written to a table, with the schema of the data where they tell it. */
export interface WrittenData {
  readonly data: TableData;
  readonly schema?: StructType | undefined;
}

/**
 * How values of a class are written to tables and loaded from them, for libraries of tables that this one does not know.
 *
 * @example
 * ```ts
 * const frames: DeltaTypeHandler<Frame> = {
 *   type: Frame,
 *   write: (frame) => ({ data: frame.rows() }),
 *   load: async ({ batches }) => Frame.of(await Array.fromAsync(batches)),
 * };
 * new DeltaIOHandler({ store, typeHandlers: [frames] });
 * ```
 */
export interface DeltaTypeHandler<Value = unknown> {
  /** The class. Its instances are written by this handler, and inputs with the class as their type hint are loaded by it. */
  readonly type: abstract new (
    ...args: never
  ) => Value;
  /** Returns the rows, columns or batches of a value. */
  readonly write: (value: Value) => WrittenData | Promise<WrittenData>;
  /** Makes a value of what is loaded. */
  readonly load: (table: LoadedTable) => Value | Promise<Value>;
}

/** Anything that can be written to a table without a handler of its own. */
export type TableValue = TableData | Table | Uint8Array;

/**
 * The data of a value.
 *
 * @throws `SerializationError` for a value that is no table; it lists what is
 */
export async function dataOf(value: unknown, typeHandlers: readonly DeltaTypeHandler[], asset: string): Promise<WrittenData> {
  const own = typeHandlers.find(({ type }) => value instanceof type);
  if (own !== undefined) return own.write(value);
  if (isArrow(value)) {
    const { schema, batches } = await batchesFromArrow(value);
    return { data: batches, schema };
  }
  if (isApacheArrow(value)) throw unknownValue(asset, "a table of apache-arrow", "give tableToIPC(table)");
  if (isTableData(value)) return { data: value };
  const known = [
    "rows",
    "columns",
    "batches",
    "a table of @uwdata/flechette",
    "bytes of Arrow IPC",
    ...typeHandlers.map(({ type }) => type.name),
  ];
  throw unknownValue(asset, describe(value), `return ${known.slice(0, -1).join(", ")} or ${known.at(-1)}`);
}

/** Whether a value has the form of data of a table: rows, columns or batches. */
export function isTableData(value: unknown): value is TableData {
  if (typeof value !== "object" || value === null) return false;
  if (Symbol.iterator in value || Symbol.asyncIterator in value || value instanceof ReadableStream) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isApacheArrow(value: unknown): boolean {
  const { schema, batches, numRows } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof numRows === "number" && Array.isArray(batches) && typeof schema === "object";
}

function unknownValue(asset: string, found: string, remedy: string): EdgewaterError<"SerializationError"> {
  const message = `Cannot write the value of ${JSON.stringify(asset)} to a table: it is ${found}; ${remedy}`;
  return new EdgewaterError("SerializationError", message, { asset });
}
