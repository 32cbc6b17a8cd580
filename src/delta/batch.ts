import type { StructType } from "./schema/types.ts";

/**
 * The values of a column in rows of a table. A null is `null`.
 *
 * | type | value |
 * |-|-|
 * | `boolean`, `string`, `binary` | `boolean`, `string`, `Uint8Array` |
 * | `byte`, `short`, `integer`, `float`, `double` | `number` |
 * | `long` | `bigint` |
 * | `decimal` | `bigint`: the number without its point |
 * | `date` | `number`: days since 1970-01-01 |
 * | `timestamp`, `timestamp_ntz` | `bigint`: microseconds since 1970-01-01T00:00:00, in UTC or on a wall clock |
 * | `array` | an array of values |
 * | `map` | an array of pairs of key and value, in the order of the file |
 * | `struct` | an object with every field of the type |
 *
 * A column of numbers without nulls may be a typed array: `Int32Array` (also of `date`, `short` and `byte`), `Float32Array`,
 * `Float64Array`, or `BigInt64Array` (also of timestamps).
 */
export type ColumnValues = readonly unknown[] | Int32Array | Float32Array | Float64Array | BigInt64Array;

/** Some rows of a table, by column. */
export interface Batch {
  /** The columns. */
  readonly schema: StructType;
  /** The number of rows. */
  readonly rowCount: number;
  /** One for each field of the schema, in its order. */
  readonly columns: readonly ColumnValues[];
}
