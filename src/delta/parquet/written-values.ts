import { type ColumnMappingMode, physicalName } from "../schema/column-mapping.ts";
import type { DeltaType } from "../schema/types.ts";
import { writtenFields } from "./elements.ts";

/** Returns what gives the fields of structs their physical names; undefined if they have them. */
export function renamer(type: DeltaType, mapping: ColumnMappingMode): ((value: unknown) => unknown) | undefined {
  if (typeof type === "string" || type.type === "decimal" || mapping === "none") return undefined;
  if (type.type === "array") {
    const rename = renamer(type.elementType, mapping);
    return rename && unlessNull((list) => (list as readonly unknown[]).map(rename));
  }
  if (type.type === "map") {
    const [key, value] = [renamer(type.keyType, mapping) ?? same, renamer(type.valueType, mapping) ?? same];
    if (key === same && value === same) return undefined;
    return unlessNull((map) => (map as readonly (readonly [unknown, unknown])[]).map((entry) => [key(entry[0]), value(entry[1])]));
  }
  const fields = writtenFields(type).map((field) => ({
    name: field.name,
    physical: physicalName(field, mapping),
    rename: renamer(field.type, mapping) ?? same,
  }));
  if (fields.every(({ name, physical, rename }) => name === physical && rename === same)) return undefined;
  return unlessNull((struct) =>
    Object.fromEntries(fields.map(({ name, physical, rename }) => [physical, rename((struct as Readonly<Record<string, unknown>>)[name])])),
  );
}

const same = (value: unknown): unknown => value;

function unlessNull(change: (value: unknown) => unknown): (value: unknown) => unknown {
  return (value) => (value === null || value === undefined ? null : change(value));
}

/** Whether a type has numbers that can be -0. */
export function hasFloats(type: DeltaType): boolean {
  if (typeof type === "string") return type === "double" || type === "float";
  if (type.type === "decimal") return false;
  if (type.type === "array") return hasFloats(type.elementType);
  if (type.type === "map") return hasFloats(type.keyType) || hasFloats(type.valueType);
  return type.fields.some((field) => hasFloats(field.type));
}

/** Whether there is a -0 in a value, or in one of many. */
export function hasNegativeZero(value: unknown): boolean {
  if (typeof value === "number") return value === 0 && 1 / value < 0;
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Float64Array || value instanceof Float32Array) return value.some((each) => each === 0 && 1 / each < 0);
  if (Array.isArray(value)) return value.some(hasNegativeZero);
  return !ArrayBuffer.isView(value) && Object.values(value).some(hasNegativeZero);
}

/** The bytes of a value, roughly. */
export function roughSize(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (value instanceof Uint8Array) return value.byteLength;
  return Object.values(value).reduce<number>((sum, each) => sum + roughSize(each), 8);
}
