import type { ByteValues } from "./encodings.ts";
import { Damage } from "./failure.ts";

/** A byte order mark is a character of a value as any other. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** It makes one character of every byte; those of ASCII are the same in UTF-8. */
const byteDecoder = new TextDecoder("windows-1252");

/** Fewer values are decoded one by one. */
const fewValues = 16;

/**
 * Decodes values of UTF-8. Texts of ASCII, which most are, are cut from one text of the whole page: ten times faster than a call of
 * the decoder for each. They keep that text in memory, about as many bytes as the page.
 */
export function decodeStrings({ bytes, starts, ends }: ByteValues): string[] {
  const output = new Array<string>(starts.length);
  const page = output.length < fewValues ? undefined : byteDecoder.decode(bytes);
  for (let index = 0; index < output.length; index++) {
    const [start, end] = [starts[index] as number, ends[index] as number];
    output[index] = page !== undefined && isAscii(bytes, start, end) ? page.slice(start, end) : decodeString(bytes, start, end);
  }
  return output;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let position = start; position < end; position++) if ((bytes[position] as number) > 127) return false;
  return true;
}

function decodeString(bytes: Uint8Array, start: number, end: number): string {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    throw new Damage("a text is not UTF-8");
  }
}
