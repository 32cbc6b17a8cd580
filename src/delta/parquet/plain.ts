import { describe } from "../../options.ts";
import type { Values } from "./convert.ts";
import { UnfitValue } from "./failure.ts";
import type { WrittenColumn } from "./written-schema.ts";

const encoder = new TextEncoder();

interface NumberForm {
  readonly fits: (value: unknown) => boolean;
  readonly pack: (values: Iterable<never>) => ArrayBufferView<ArrayBuffer>;
  readonly width: number;
}

const isNumber = (value: unknown): boolean => typeof value === "number";
const numbers: Readonly<Record<string, NumberForm>> = {
  INT32: { fits: (value) => (Number(value) | 0) === value, pack: (values) => Int32Array.from(values), width: 4 },
  INT64: { fits: (value) => isWhole(value, 8), pack: (values) => BigInt64Array.from(values), width: 8 },
  FLOAT: { fits: isNumber, pack: (values) => Float32Array.from(values), width: 4 },
  DOUBLE: { fits: isNumber, pack: (values) => Float64Array.from(values), width: 8 },
};

/**
 * Encodes values that are there one after another, as Parquet stores them plainly.
 *
 * @throws `UnfitValue` for a value of another type
 */
export function encodePlain(column: WrittenColumn, values: Values): Uint8Array {
  const { type, physicalType, width } = column;
  const form = numbers[physicalType];
  if (form !== undefined) {
    // Decimals of few digits are numbers.
    const isDecimal = physicalType === "INT32" && typeof type === "object";
    if (isDecimal) expectWhole(values as readonly unknown[], form.width, column);
    else if (Array.isArray(values)) expectAll(values, form.fits, column);
    const { buffer, byteOffset, byteLength } = form.pack((isDecimal ? Array.from(values as ArrayLike<bigint>, Number) : values) as never);
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  if (physicalType === "BOOLEAN") return encodeBooleans(values as readonly unknown[], column);
  if (physicalType === "FIXED_LEN_BYTE_ARRAY") {
    expectWhole(values as readonly unknown[], width, column);
    return encodeWhole(values as readonly bigint[], width);
  }
  if (type === "string") return encodeTexts(values as readonly string[], column);
  expectAll(values as readonly unknown[], (value) => value instanceof Uint8Array, column);
  return encodeByteArrays(values as readonly Uint8Array[]);
}

/** Returns what tells how many bytes a value takes, roughly. */
export function sizer({ physicalType, width }: WrittenColumn): (value: unknown) => number {
  if (physicalType === "BYTE_ARRAY") return (value) => 4 + (value as string | Uint8Array).length;
  const size = physicalType === "BOOLEAN" ? 1 / 8 : (numbers[physicalType]?.width ?? width);
  return () => size;
}

function expectAll(values: readonly unknown[], fits: (value: unknown) => boolean, { path, type }: WrittenColumn): void {
  const wrong = values.findIndex((value) => !fits(value));
  if (wrong < 0) return;
  const wanted = typeof type === "string" ? type : type.type;
  throw new UnfitValue(path.join("."), `${describe(values[wrong])} does not fit the type ${wanted}; give values of this type`);
}

function expectWhole(values: readonly unknown[], width: number, column: WrittenColumn): void {
  expectAll(values, (value) => isWhole(value, width), column);
}

/** Whether a value is a whole number of so many bytes. */
function isWhole(value: unknown, width: number): boolean {
  return typeof value === "bigint" && BigInt.asIntN(8 * width, value) === value;
}

function encodeBooleans(values: readonly unknown[], column: WrittenColumn): Uint8Array {
  expectAll(values, (value) => typeof value === "boolean", column);
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  for (const [index, value] of values.entries()) if (value === true) (bytes[index >> 3] as number) |= 1 << (index & 7);
  return bytes;
}

/** Whole numbers in two's complement, the highest byte first. */
function encodeWhole(values: readonly bigint[], width: number): Uint8Array {
  const bytes = new Uint8Array(values.length * width);
  for (const [index, value] of values.entries()) {
    let rest = value;
    for (let at = (index + 1) * width; at > index * width; rest >>= 8n) bytes[--at] = Number(rest & 255n);
  }
  return bytes;
}

/** Texts of ASCII, which most are, are cut from the bytes of all of them: a call of the encoder for each takes much longer. */
function encodeTexts(values: readonly string[], column: WrittenColumn): Uint8Array {
  expectAll(values, (value) => typeof value === "string", column);
  const text = values.join("");
  const joined = encoder.encode(text);
  if (joined.length !== text.length) return encodeByteArrays(values.map((value) => encoder.encode(value)));
  const bytes = new Uint8Array(joined.length + 4 * values.length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let from = 0;
  for (const { length } of values) {
    view.setUint32(at, length, true);
    at += 4;
    for (const end = from + length; from < end; from++) bytes[at++] = joined[from] as number;
  }
  return bytes;
}

/** Each with its length before it. */
function encodeByteArrays(values: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const value of values) {
    view.setUint32(at, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}
