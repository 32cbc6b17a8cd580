import { FlatBufferWriter, type FlatField, type FlatOffset } from "../../encoding/flat-buffer.ts";
import type { DeltaType, StructField, StructType } from "../schema/types.ts";

/**
 * A schema as a message of the Arrow IPC format, which readers of Arrow take as a stream without record batches.
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 */
export function arrowSchema(schema: StructType): Uint8Array {
  const writer = new FlatBufferWriter();
  const fields = writer.list(schema.fields.map((field) => fieldOf(writer, field)));
  const header = writer.table([{ bytes: 2, value: littleEndian }, { at: fields }]);
  const message = writer.finish(
    writer.table([{ bytes: 2, value: version5 }, { bytes: 1, value: schemaHeader }, { at: header }, { bytes: 8, value: 0 }]),
  );
  const padded = 8 * Math.ceil(message.length / 8);
  const bytes = new Uint8Array(8 + padded);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, continuation, true);
  view.setUint32(4, padded, true);
  bytes.set(message, 8);
  return bytes;
}

const continuation = 0xff_ff_ff_ff;
const version5 = 4;
const schemaHeader = 1;
const littleEndian = 0;

/** The numbers of the types in their union. */
const typeIds = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  timestamp: 10,
  list: 12,
  struct: 13,
  map: 17,
};

type Part = Pick<StructField, "name" | "type" | "nullable">;

function fieldOf(writer: FlatBufferWriter, { name, type, nullable }: Part): FlatOffset {
  const children = writer.list(childrenOf(type).map((child) => fieldOf(writer, child)));
  const { id, fields = [] } = typeOf(writer, type);
  const body = writer.table(fields);
  const text = writer.text(name);
  return writer.table([
    { at: text },
    { bytes: 1, value: nullable ? 1 : 0 },
    { bytes: 1, value: id },
    { at: body },
    undefined,
    { at: children },
  ]);
}

function childrenOf(type: DeltaType): readonly Part[] {
  if (typeof type === "string" || type.type === "decimal") return [];
  if (type.type === "struct") return type.fields;
  if (type.type === "array") return [{ name: "element", type: type.elementType, nullable: type.containsNull }];
  const key: StructField = { name: "key", type: type.keyType, nullable: false, metadata: {} };
  const value: StructField = { name: "value", type: type.valueType, nullable: type.valueContainsNull, metadata: {} };
  return [{ name: "key_value", type: { type: "struct", fields: [key, value] }, nullable: false }];
}

/** A type of Arrow: its number, and the fields of its table. */
interface ArrowType {
  readonly id: number;
  readonly fields?: readonly FlatField[];
}

const half = (value: number): FlatField => ({ bytes: 2, value });
const whole = (bits: number): ArrowType => ({
  id: typeIds.int,
  fields: [
    { bytes: 4, value: bits },
    { bytes: 1, value: 1 },
  ],
});

function typeOf(writer: FlatBufferWriter, type: DeltaType): ArrowType {
  if (typeof type === "object") {
    switch (type.type) {
      case "decimal": {
        const sizes = [type.precision, type.scale, 128];
        return { id: typeIds.decimal, fields: sizes.map((value): FlatField => ({ bytes: 4, value })) };
      }
      case "array":
        return { id: typeIds.list };
      case "map":
        return { id: typeIds.map, fields: [{ bytes: 1, value: 0 }] };
      case "struct":
        return { id: typeIds.struct };
    }
  }
  switch (type) {
    case "string":
      return { id: typeIds.utf8 };
    case "binary":
      return { id: typeIds.binary };
    case "boolean":
      return { id: typeIds.bool };
    case "long":
      return whole(64);
    case "integer":
      return whole(32);
    case "short":
      return whole(16);
    case "byte":
      return whole(8);
    case "double":
      return { id: typeIds.float, fields: [half(2)] };
    case "float":
      return { id: typeIds.float, fields: [half(1)] };
    case "date":
      return { id: typeIds.date, fields: [half(0)] };
    case "timestamp":
      return { id: typeIds.timestamp, fields: [half(2), { at: writer.text("UTC") }] };
    case "timestamp_ntz":
      return { id: typeIds.timestamp, fields: [half(2)] };
    case "void":
      return { id: typeIds.null };
  }
}
