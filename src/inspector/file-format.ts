/**
 * The file of an export: lines of JSON. One of the records alone is what `storage.export` writes. One with values begins with a
 * header and the objects, each with its bytes, then has all lines of the records, and ends with the number of lines.
 */
import { EdgewaterError } from "../errors.ts";

/** The version of the format. */
export const fileVersion = 1;
/** The bytes of one line. */
export const bytesPerLine: number = 192 * 1024;

/** An object of a store. Lines with its bytes follow. */
export interface ObjectLine {
  readonly asset: string;
  /** The display form of the partition's key; left out without partitions. */
  readonly partition?: string;
  /** The key in its store when it was exported. */
  readonly key: string;
  readonly size: number;
  /** Whether it is a version of a handler with history, which has its own key. */
  readonly isVersion?: true;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A line of a file with values, before its records. */
export type FileLine =
  | { readonly edgewater: "inspection"; readonly version: number }
  | { readonly value: ObjectLine }
  | { readonly bytes: string }
  | { readonly end: { readonly lines: number; readonly values: number; readonly bytes: number } };

/** Text as a stream of UTF-8. */
export function streamOf(lines: AsyncGenerator<string, void, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        controller.error(error);
      }
    },
    async cancel() {
      await lines.return();
    },
  });
}

/** The longest line that is read, in characters. */
const longestLine = 64 * 1024 * 1024;

/** The lines of a stream of UTF-8. @throws `Integrity` for bytes that are not UTF-8, and for a line that is too long */
export async function* linesIn(file: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const reader = file.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest: string[] = [];
  let length = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      const lines = decoded(decoder, value, done).split("\n");
      for (const [index, line] of lines.entries()) {
        rest.push(line);
        length += line.length;
        if (length > longestLine) throw damagedFile(`it has a line of more than ${longestLine.toLocaleString("en-US")} characters`);
        if (index === lines.length - 1 && !done) break;
        const whole = rest.join("");
        [rest, length] = [[], 0];
        if (whole !== "") yield whole;
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function decoded(decoder: TextDecoder, bytes: Uint8Array | undefined, isLast: boolean): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: !isLast });
  } catch (cause) {
    throw damagedFile("it is not UTF-8", cause);
  }
}

/** The error of a file that is not an export, or not a whole one. Nothing of it is kept. */
export function damagedFile(reason: string, cause?: unknown): EdgewaterError<"Integrity"> {
  return new EdgewaterError("Integrity", `Cannot import the file: ${reason}; nothing was imported; export it again`, { cause });
}
