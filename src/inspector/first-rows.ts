/** The first rows of a value whose bytes are JSON, without the rest of them. */

interface Limits {
  /** At most this many rows. */
  readonly rows: number;
  /** At most this many bytes, after they are decompressed. */
  readonly bytes: number;
}

/** Rows from the beginning of a value. */
export interface FirstRows {
  readonly rows: readonly unknown[];
  /** Whether there are more. */
  readonly isCut: boolean;
}

/**
 * Reads rows from the beginning of JSON that is an array, or of superjson whose value is one, also when it is compressed with gzip.
 * The rest of the stream is not read. Types that superjson notes at the end of its text are not known here: a date is a text.
 *
 * @returns undefined for bytes that do not begin so, and when not even one row is within the limit
 */
export async function readFirstRows(stream: ReadableStream<Uint8Array>, { rows, bytes }: Limits): Promise<FirstRows | undefined> {
  const reader = (await plain(stream)).getReader();
  const scanner = new RowScanner(rows);
  const decoder = new TextDecoder();
  try {
    for (let read = 0; read < bytes && !scanner.isOver; ) {
      const { done, value } = await reader.read();
      if (done) break;
      scanner.add(decoder.decode(value.subarray(0, bytes - read), { stream: true }));
      read += value.byteLength;
    }
  } catch {
    // What was read before the bytes were damaged is shown.
  } finally {
    await reader.cancel().catch(() => {});
  }
  return scanner.rows.length === 0 ? undefined : { rows: scanner.rows, isCut: !scanner.isWhole };
}

/** The stream, decompressed if it begins as gzip does. */
async function plain(stream: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const reader = stream.getReader();
  const head: Uint8Array[] = [];
  for (let size = 0; size < 2; ) {
    const { done, value } = await reader.read();
    if (done) break;
    head.push(value);
    size += value.byteLength;
  }
  const [first, second] = head.flatMap((piece) => [...piece.subarray(0, 2)]);
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      for (const piece of head) controller.enqueue(piece as Uint8Array<ArrayBuffer>);
    },
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return first === 0x1f && second === 0x8b ? whole.pipeThrough(new DecompressionStream("gzip")) : whole;
}

const beginning = /^\s*(?:\{\s*"json"\s*:\s*)?\[/;

/** Finds the elements of an array in a text that comes in pieces. */
class RowScanner {
  readonly rows: unknown[] = [];
  /** Whether the end of the array was seen. */
  isWhole = false;
  readonly #most: number;
  /** What is not yet a whole element, from its first character on. */
  #text = "";
  /** How much of it was looked at. */
  #at = 0;
  #hasBegun = false;
  #isWrong = false;
  #depth = 0;
  #isInString = false;

  constructor(most: number) {
    this.#most = most;
  }

  get isOver(): boolean {
    return this.isWhole || this.#isWrong || this.rows.length >= this.#most;
  }

  add(piece: string): void {
    this.#text += piece;
    if (!this.#hasBegun) {
      const found = beginning.exec(this.#text);
      if (found === null) {
        this.#isWrong = this.#text.length > 100;
        return;
      }
      this.#hasBegun = true;
      this.#text = this.#text.slice(found[0].length);
    }
    let start = 0;
    for (let at = this.#at; at < this.#text.length && !this.isOver; at++) {
      const character = this.#text[at];
      if (this.#isInString) {
        if (character === "\\") at++;
        else if (character === '"') this.#isInString = false;
      } else if (character === '"') this.#isInString = true;
      else if (character === "{" || character === "[") this.#depth++;
      else if (this.#depth > 0 && (character === "}" || character === "]")) this.#depth--;
      else if (this.#depth === 0 && (character === "," || character === "]")) {
        this.#take(this.#text.slice(start, at));
        this.isWhole = character === "]";
        start = at + 1;
      }
      this.#at = at + 1;
    }
    this.#text = this.#text.slice(start);
    this.#at -= start;
  }

  #take(text: string): void {
    if (text.trim() === "") return;
    try {
      this.rows.push(JSON.parse(text));
    } catch {
      this.#isWrong = true;
    }
  }
}
