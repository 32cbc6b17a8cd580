/**
 * Escapes the segments of keys as file names. Different keys get different files on every file system: also on one that
 * ignores case or normalizes accents, and on one that reserves `CON`, drops trailing dots or forbids `:`. A name that is
 * valid everywhere stays as it is: `v1/quakes.superjson` is the file `v1/quakes.superjson`.
 *
 * | in a segment | in the file name |
 * |-|-|
 * | an ASCII capital letter, `Q` | `!q` |
 * | `! ~ < > : " \ | ? *` and all non-ASCII characters | `~` and two hexadecimal digits for each byte of UTF-8 |
 * | a dot or a space at the end; the first letter of a device name such as `nul.txt` | the same |
 * | a name of more than 240 bytes | folders of 240 bytes whose names end with `~`, then the rest |
 *
 * Only the names of such folders end with a tilde, so shorter names with a tilde are free for files that are not objects.
 *
 * @module
 */
import { bytesOf } from "../body.ts";

/** Most file systems allow 255 bytes. Escaping a device name adds two, and a folder name ends with a tilde. */
const pieces = /.{1,240}/g;

const device = /^(con|prn|aux|nul|(clock|conin|conout)\$|(com|lpt)\d) *(\.|$)/;

/** The file name of a segment, preceded by folder names if it is too long for one. */
export function toFileNames(segment: string): string[] {
  const text = segment.replace(/[^a-z0-9 _.%=+,;@#$&'(){}[\]^`-]|[. ]$/gu, (unit) =>
    /[A-Z]/.test(unit) ? `!${unit.toLowerCase()}` : escaped(unit),
  );
  return (text.match(pieces) ?? []).map((piece, index, all) => {
    const name = device.test(piece) ? escaped(piece.slice(0, 1)) + piece.slice(1) : piece;
    return index < all.length - 1 ? `${name}~` : name;
  });
}

/** The segment with these file names; undefined if no segment has them, because another program wrote the file. */
export function fromFileNames(names: readonly string[]): string | undefined {
  const text = names.map((name, index) => (index < names.length - 1 ? name.slice(0, -1) : name)).join("");
  try {
    const segment = text.replace(/!([a-z])|(?:~[0-9a-f]{2})+/g, (code, letter?: string) =>
      letter === undefined ? decodeURIComponent(code.replaceAll("~", "%")) : letter.toUpperCase(),
    );
    // A segment has exactly one file name, and contains no slash.
    return toFileNames(segment).join("/") === names.join("/") && !segment.includes("/") ? segment : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether a folder name is a piece of a longer name. */
export function isPiece(name: string): boolean {
  return name.endsWith("~") && name.length > 240;
}

function escaped(text: string): string {
  return Array.from(bytesOf(text), (byte) => `~${byte.toString(16).padStart(2, "0")}`).join("");
}
