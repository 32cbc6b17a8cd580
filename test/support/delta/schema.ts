import type { DeltaType, StructField, StructType } from "../../../src/delta/schema/types.ts";

/** A nullable field. */
export function field(name: string, type: DeltaType, metadata: StructField["metadata"] = {}): StructField {
  return { name, type, nullable: true, metadata };
}

/** A field that is not nullable. */
export function requiredField(name: string, type: DeltaType): StructField {
  return { name, type, nullable: false, metadata: {} };
}

export function struct(...fields: readonly StructField[]): StructType {
  return { type: "struct", fields };
}

export function array(elementType: DeltaType): DeltaType {
  return { type: "array", elementType, containsNull: true };
}

export function map(keyType: DeltaType, valueType: DeltaType): DeltaType {
  return { type: "map", keyType, valueType, valueContainsNull: true };
}

export function decimal(precision: number, scale: number): DeltaType {
  return { type: "decimal", precision, scale };
}
