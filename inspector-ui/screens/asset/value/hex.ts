/** A line of bytes: where it begins, the bytes in hexadecimal, and the printable ones as text. */
export interface HexLine {
  readonly offset: string;
  readonly hex: string;
  readonly text: string;
}

const perLine = 16;

/** Lines of 16 bytes. */
export function hexLines(bytes: Uint8Array): readonly HexLine[] {
  const lines: HexLine[] = [];
  for (let start = 0; start < bytes.length; start += perLine) {
    const line = [...bytes.subarray(start, start + perLine)];
    lines.push({
      offset: start.toString(16).padStart(8, "0"),
      hex: line
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join(" ")
        .padEnd(perLine * 3 - 1),
      text: line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join(""),
    });
  }
  return lines;
}

export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  return Uint8Array.from(binary, (unit) => unit.charCodeAt(0));
}
