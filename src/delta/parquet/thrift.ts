import { Damage } from "./failure.ts";

/** A struct of Thrift's compact protocol: its values by field id. */
export type ThriftStruct = readonly ThriftValue[];
export type ThriftValue = undefined | boolean | number | Uint8Array | readonly ThriftValue[];

/** The largest field id that is kept; Parquet has none above 20. */
const largestId = 63;
const deepest = 32;

/**
 * Reads structs of Thrift's compact protocol, as Parquet has them in footers and page headers. Sizes are checked against the bytes
 * that are left, so that hostile bytes cost no more memory than honest ones. Integers above 2^53 lose digits: who needs one exactly
 * checks that it is safe.
 */
export class ThriftReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  struct(depth = 0): ThriftStruct {
    if (depth > deepest) throw new Damage(`its metadata is nested more than ${deepest} levels deep`);
    const fields: ThriftValue[] = [];
    let id = 0;
    for (;;) {
      const header = this.#byte();
      const type = header & 15;
      if (type === 0) return fields;
      const step = header >> 4;
      id = step === 0 ? this.#integer() : id + step;
      const value = type === 1 ? true : type === 2 ? false : this.#value(type, depth);
      if (id >= 0 && id <= largestId) fields[id] = value;
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        // In a list; as a field the type is the value.
        return this.#byte() === 1;
      case 3:
        return (this.#byte() << 24) >> 24;
      case 4:
      case 5:
      case 6:
        return this.#integer();
      case 7:
        this.position += 8;
        return this.#view.getFloat64(this.position - 8, true);
      case 8: {
        const length = this.#size(1);
        this.position += length;
        return this.#bytes.subarray(this.position - length, this.position);
      }
      case 9:
      case 10:
        return this.#list(depth + 1);
      case 12:
        return this.struct(depth + 1);
      default:
        throw new Damage(`its metadata has a value of the unknown type ${type}`);
    }
  }

  #list(depth: number): ThriftValue[] {
    if (depth > deepest) throw new Damage(`its metadata is nested more than ${deepest} levels deep`);
    const header = this.#byte();
    const size = header >> 4 === 15 ? this.#size(1) : header >> 4;
    const values: ThriftValue[] = [];
    for (let index = 0; index < size; index++) values.push(this.#value(header & 15, depth));
    return values;
  }

  /** A count of things that take at least so many bytes each. */
  #size(least: number): number {
    const size = this.#varint();
    if (size * least > this.#bytes.length - this.position) throw new Damage(`its metadata announces ${size} values and ends before them`);
    return size;
  }

  #byte(): number {
    if (this.position >= this.#bytes.length) throw new Damage("its metadata ends early");
    return this.#bytes[this.position++] as number;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      value = shift < 28 ? value | ((byte & 127) << shift) : value + (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new Damage("its metadata has a number of more than 64 bits");
  }

  /** A number in zigzag form: even ones are positive. */
  #integer(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
