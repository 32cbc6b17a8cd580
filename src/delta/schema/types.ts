/**
 * The types of a Delta table, as its log has them.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format
 */

/** A type without parts. `void` is that of a column that is always null. */
export type PrimitiveType =
  | "string"
  | "long"
  | "integer"
  | "short"
  | "byte"
  | "float"
  | "double"
  | "boolean"
  | "binary"
  | "date"
  | "timestamp"
  | "timestamp_ntz"
  | "void";

/** A number with as many digits as `precision` says, `scale` of them after the point. */
export interface DecimalType {
  /** What it is. */
  readonly type: "decimal";
  /** 1 to 38. */
  readonly precision: number;
  /** 0 to `precision`. */
  readonly scale: number;
}

/** An array. */
export interface ArrayType {
  /** What it is. */
  readonly type: "array";
  /** The type of its elements. */
  readonly elementType: DeltaType;
  /** Whether an element may be null. */
  readonly containsNull: boolean;
}

/** A map. */
export interface MapType {
  /** What it is. */
  readonly type: "map";
  /** The type of its keys. */
  readonly keyType: DeltaType;
  /** The type of its values. */
  readonly valueType: DeltaType;
  /** Whether a value may be null. */
  readonly valueContainsNull: boolean;
}

/** Named fields: a row of a table, or a part of one. */
export interface StructType {
  /** What it is. */
  readonly type: "struct";
  /** The fields, in their order. */
  readonly fields: readonly StructField[];
}

/** A column of a table, or a field of a struct. */
export interface StructField {
  /** The name. */
  readonly name: string;
  /** The type of its values. */
  readonly type: DeltaType;
  /** Whether it may be null. */
  readonly nullable: boolean;
  /** What else the log has of this field, such as the physical name of a mapped column. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The type of a value in a table. */
export type DeltaType = PrimitiveType | DecimalType | ArrayType | MapType | StructType;
