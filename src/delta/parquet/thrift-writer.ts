import type { ByteWriter } from "./hyparquet.ts";

/** A struct of Thrift's compact protocol: its values by field id. */
export type WrittenStruct = { readonly [id: number]: WrittenValue | undefined };
/** A number is one of 32 bits, a bigint one of 64, a text is written as UTF-8. The values of a list are of one type. */
export type WrittenValue = boolean | number | bigint | string | Uint8Array | readonly WrittenValue[] | WrittenStruct;

const encoder = new TextEncoder();

/** Writes a struct as Parquet has them in footers and page headers. Fields that are undefined are left out. */
export function writeStruct(writer: ByteWriter, struct: WrittenStruct): void {
  let last = 0;
  // Keys that are whole numbers come in their order. Parquet has no ids that are more than 15 apart.
  for (const [key, value] of Object.entries(struct)) {
    if (value === undefined) continue;
    writer.appendUint8(((Number(key) - last) << 4) | typeOf(value));
    writeValue(writer, value);
    last = Number(key);
  }
  writer.appendUint8(0);
}

function writeValue(writer: ByteWriter, value: WrittenValue): void {
  // The type of a boolean is its value.
  if (typeof value === "boolean") return;
  if (typeof value === "number" || typeof value === "bigint") writer.appendZigZag(value);
  else if (typeof value === "string") writeValue(writer, encoder.encode(value));
  else if (value instanceof Uint8Array) {
    writer.appendVarInt(value.length);
    writer.appendBytes(value);
  } else if (isList(value)) {
    const type = typeOf(value[0] ?? {});
    if (value.length < 15) writer.appendUint8((value.length << 4) | type);
    else {
      writer.appendUint8(0xf0 | type);
      writer.appendVarInt(value.length);
    }
    for (const each of value) writeValue(writer, each);
  } else writeStruct(writer, value);
}

function typeOf(value: WrittenValue): number {
  if (typeof value === "boolean") return value ? 1 : 2;
  if (typeof value === "number") return 5;
  if (typeof value === "bigint") return 6;
  if (typeof value === "string" || value instanceof Uint8Array) return 8;
  return isList(value) ? 9 : 12;
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: WrittenStruct | readonly WrittenValue[]): value is readonly WrittenValue[] {
  return Array.isArray(value);
}
