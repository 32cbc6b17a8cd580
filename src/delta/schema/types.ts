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
  readonly type: "decimal";
  /** 1 to 38. */
  readonly precision: number;
  /** 0 to `precision`. */
  readonly scale: number;
}

export interface ArrayType {
  readonly type: "array";
  readonly elementType: DeltaType;
  readonly containsNull: boolean;
}

export interface MapType {
  readonly type: "map";
  readonly keyType: DeltaType;
  readonly valueType: DeltaType;
  readonly valueContainsNull: boolean;
}

export interface StructType {
  readonly type: "struct";
  readonly fields: readonly StructField[];
}

export interface StructField {
  readonly name: string;
  readonly type: DeltaType;
  readonly nullable: boolean;
  /** What else the log has of this field, such as the physical name of a mapped column. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export type DeltaType = PrimitiveType | DecimalType | ArrayType | MapType | StructType;
