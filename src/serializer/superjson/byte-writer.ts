/** Bytes that are kept while nothing is written. */
const keptSize = 16 * 1024;

/** JSON text as UTF-8 bytes, in an array that grows. */
export class ByteWriter {
  readonly #encoder = new TextEncoder();
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(keptSize);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  taken(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Begins anew, and keeps only a little memory. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > keptSize) this.#bytes = new Uint8Array(keptSize);
  }

  /** One character of ASCII, by its code. */
  code(code: number): void {
    this.room(1);
    this.#bytes[this.#length++] = code;
  }

  /** Bytes of text, from an index on. */
  bytes(bytes: Uint8Array, from: number): void {
    const { length } = bytes;
    this.room(length);
    const target = this.#bytes;
    let at = this.#length;
    for (let index = from; index < length; index++) target[at++] = bytes[index] as number;
    this.#length = at;
  }

  raw(text: string): void {
    if (text.length < 64 && this.#ascii(text)) return;
    this.room(text.length + 16);
    for (let rest = text; rest !== ""; ) {
      const { read, written } = this.#encoder.encodeInto(rest, this.#bytes.subarray(this.#length));
      this.#length += written;
      rest = rest.slice(read);
      // What is not ASCII takes up to three bytes.
      if (rest !== "") this.room(rest.length * 3);
    }
  }

  /** Repeats bytes that were written. */
  repeat(start: number, length: number): void {
    this.room(length);
    const bytes = this.#bytes;
    const end = this.#length;
    if (length < 64) for (let at = 0; at < length; at++) bytes[end + at] = bytes[start + at] as number;
    else bytes.copyWithin(end, start, start + length);
    this.#length += length;
  }

  string(text: string): void {
    if (text.length >= 64 || !this.#simple(text)) this.raw(JSON.stringify(text));
  }

  /** Writes a short string if it is ASCII and needs no escape. */
  #simple(text: string): boolean {
    const { length } = text;
    this.room(length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = quotation;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 126 || code < 32 || code === quotation || code === 92) return false;
      bytes[at++] = code;
    }
    bytes[at++] = quotation;
    this.#length = at;
    return true;
  }

  /** A finite number that is not -0. */
  number(number: number): void {
    const whole = Math.trunc(number);
    const hundredths = Math.round((number - whole) * 100);
    // Fifteen digits are enough to tell any two numbers apart, so that no shorter text is this number.
    if (!(number >= 0 && number < 1e9 && (whole === number || (100 * whole + hundredths) / 100 === number))) {
      this.raw(String(number));
      return;
    }
    let count = 1;
    for (let power = 10; power <= number; power *= 10) count++;
    this.room(count + 3);
    this.#digits(whole, count);
    if (whole === number) return;
    this.#bytes[this.#length++] = 46;
    if (hundredths % 10 === 0) this.#digits(hundredths / 10, 1);
    else this.#digits(hundredths, 2);
  }

  /** A date as `JSON.stringify` has it. */
  date(date: Date): void {
    const time = date.getTime();
    // Years of more than four digits, and invalid dates.
    if (!(time >= -62135596800000 && time < 253402300800000)) {
      this.raw(JSON.stringify(date));
      return;
    }
    // The civil calendar in whole days since 1 March of the year 0, so that a leap day ends its year.
    const day = Math.floor(time / 864e5);
    // Whole numbers are divided faster than others.
    const days = (day + 719468) | 0;
    const century = ((4 * days + 3) / 146097) | 0;
    const ofCentury = days - ((146097 * century) >> 2);
    const year = ((4 * ofCentury + 3) / 1461) | 0;
    const ofYear = ofCentury - ((1461 * year) >> 2);
    const month = ((5 * ofYear + 2) / 153) | 0;
    // January and February are of the next year.
    const next = month > 9 ? 1 : 0;
    const fullYear = 100 * century + year + next;
    const ofDay = (time - day * 864e5) | 0;
    this.room(26);
    const bytes = this.#bytes;
    const at = this.#length;
    bytes[at] = quotation;
    // The next pair takes the place of what comes after this one.
    writePair(bytes, at + 1, (fullYear / 100) | 0, 0);
    writePair(bytes, at + 3, fullYear % 100, 45);
    writePair(bytes, at + 6, month + 3 - 12 * next, 45);
    writePair(bytes, at + 9, ofYear - (((153 * month + 2) / 5) | 0) + 1, 84);
    writePair(bytes, at + 12, (ofDay / 36e5) | 0, 58);
    writePair(bytes, at + 15, ((ofDay / 6e4) | 0) % 60, 58);
    writePair(bytes, at + 18, ((ofDay / 1000) | 0) % 60, 46);
    writePair(bytes, at + 21, ((ofDay / 10) | 0) % 100, 48 + (ofDay % 10));
    bytes[at + 24] = 90;
    bytes[at + 25] = quotation;
    this.#length = at + 26;
  }

  #digits(number: number, count: number): void {
    let rest = number;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      this.#bytes[at] = 48 + rest - next * 10;
      rest = next;
    }
    this.#length += count;
  }

  /** Writes a short text if it is ASCII. */
  #ascii(text: string): boolean {
    const { length } = text;
    this.room(length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 126) return false;
      bytes[start + index] = code;
    }
    this.#length = start + length;
    return true;
  }

  /** Makes room for a number of bytes. */
  room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }
}

const quotation = 34;

/** Two digits and what comes after them. */
function writePair(bytes: Uint8Array, at: number, number: number, after: number): void {
  const tens = (number / 10) | 0;
  bytes[at] = 48 + tens;
  bytes[at + 1] = 48 + number - 10 * tens;
  bytes[at + 2] = after;
}
