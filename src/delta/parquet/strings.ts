import type { ByteValues } from "./encodings.ts";
import { Damage } from "./failure.ts";

/** A byte order mark is a character of a value as any other. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes values of UTF-8. */
export function decodeStrings({ bytes, starts, ends }: ByteValues): string[] {
  const output = new Array<string>(starts.length);
  for (let index = 0; index < output.length; index++) output[index] = decodeString(bytes, starts[index] as number, ends[index] as number);
  return output;
}

/** Short texts of ASCII, which most are, are made faster than the decoder is called. */
function decodeString(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= 24) {
    let text = "";
    let position = start;
    for (; position < end; position++) {
      const byte = bytes[position] as number;
      if (byte > 127) break;
      text += String.fromCharCode(byte);
    }
    if (position === end) return text;
  }
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    throw new Damage("a text is not UTF-8");
  }
}
