/** Where a part of a FlatBuffer is: bytes from its end. */
export type FlatOffset = number & { readonly "~flat": true };

/** A field of a table: a number of this many bytes, or what was written before. */
export type FlatField = { readonly bytes: 1 | 2 | 4 | 8; readonly value: number } | { readonly at: FlatOffset } | undefined;

/**
 * Writes a FlatBuffer, from its end: first the parts, then the tables that refer to them.
 *
 * @see https://flatbuffers.dev/internals/
 */
export class FlatBufferWriter {
  #bytes = new Uint8Array(1024);
  #used = 0;

  /** Writes a text. */
  text(value: string): FlatOffset {
    const bytes = new TextEncoder().encode(value);
    this.#align(4, bytes.length + 1);
    this.#number(1, 0);
    this.#reserve(bytes.length).set(bytes);
    this.#number(4, bytes.length);
    return this.#used as FlatOffset;
  }

  /** Writes a list of tables. */
  list(offsets: readonly FlatOffset[]): FlatOffset {
    this.#align(4, 4 * offsets.length);
    for (const offset of offsets.toReversed()) this.#reference(offset);
    this.#number(4, offsets.length);
    return this.#used as FlatOffset;
  }

  /** Writes a table. Its fields are in the order of the schema; undefined is left out. */
  table(fields: readonly FlatField[]): FlatOffset {
    const end = this.#used;
    const places = fields.map((field) => {
      if (field === undefined) return undefined;
      const size = "at" in field ? 4 : field.bytes;
      this.#align(size, 0);
      if ("at" in field) this.#reference(field.at);
      else this.#number(size, field.value);
      return this.#used;
    });
    this.#align(4, 0);
    this.#number(4, 0);
    const table = this.#used;
    for (const place of places.toReversed()) this.#number(2, place === undefined ? 0 : table - place);
    this.#number(2, table - end);
    this.#number(2, 2 * (fields.length + 2));
    this.#view(table, 4).setInt32(0, this.#used - table, true);
    return table as FlatOffset;
  }

  /** Ends the buffer with the table that it is of. */
  finish(root: FlatOffset): Uint8Array {
    this.#align(8, 4);
    this.#reference(root);
    return this.#bytes.slice(this.#bytes.length - this.#used);
  }

  #reference(offset: FlatOffset): void {
    this.#number(4, this.#used + 4 - offset);
  }

  #number(size: 1 | 2 | 4 | 8, value: number): void {
    this.#reserve(size);
    const view = this.#view(this.#used, size);
    if (size === 1) view.setUint8(0, value);
    else if (size === 2) view.setInt16(0, value, true);
    else if (size === 4) view.setInt32(0, value, true);
    else view.setBigInt64(0, BigInt(value), true);
  }

  #view(used: number, size: number): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.length - used, size);
  }

  /** Fills up so that what has this size, after so many other bytes, is aligned to it. */
  #align(size: number, others: number): void {
    this.#reserve((size - ((this.#used + others) % size)) % size);
  }

  /** The bytes before those that are used; they are 0. */
  #reserve(count: number): Uint8Array {
    while (this.#used + count > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes, this.#bytes.length);
      this.#bytes = larger;
    }
    this.#used += count;
    const start = this.#bytes.length - this.#used;
    return this.#bytes.subarray(start, start + count);
  }
}
