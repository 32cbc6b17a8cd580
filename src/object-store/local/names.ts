/**
 * File names for the segments of keys. All keys stay apart on every disk: on one that ignores case or composes accents,
 * and on one that knows `CON`, drops trailing dots or refuses `:`. What every disk takes as it is stays as it is:
 * `v1/quakes.superjson` is `v1/quakes.superjson`.
 *
 * | in a segment | in the file's name |
 * |-|-|
 * | a capital letter of ASCII, `Q` | `!q` |
 * | `! ~ < > : " \ | ? *`, and what is not ASCII, which some disks fold, compose or ignore | `~` and two hexadecimal digits, for each byte of UTF-8 |
 * | a dot or a space at the end; the first letter of a device's name such as `nul.txt` | the same |
 * | a name of more than 240 bytes | folders of 240 bytes whose names end with `~`, and the rest |
 *
 * No name ends with a tilde but those of such folders, so the shorter ones are free for what is no object.
 */
import { bytesOf } from "../body.ts";

/** Most file systems take 255 bytes; a device's name may get two more and a folder's one. */
const pieces = /.{1,240}/g;

const device = /^(con|prn|aux|nul|(clock|conin|conout)\$|(com|lpt)\d) *(\.|$)/;

/** The names of a segment: one, or some folders and the file's. */
export function toFileNames(segment: string): string[] {
  const text = segment.replace(/[^a-z0-9 _.%=+,;@#$&'(){}[\]^`-]|[. ]$/gu, (unit) =>
    /[A-Z]/.test(unit) ? `!${unit.toLowerCase()}` : escaped(unit),
  );
  return (text.match(pieces) ?? []).map((piece, index, all) => {
    const name = device.test(piece) ? escaped(piece.slice(0, 1)) + piece.slice(1) : piece;
    return index < all.length - 1 ? `${name}~` : name;
  });
}

/** The segment of the names, or undefined when no segment has them: somebody else's file. */
export function fromFileNames(names: readonly string[]): string | undefined {
  const text = names.map((name, index) => (index < names.length - 1 ? name.slice(0, -1) : name)).join("");
  try {
    const segment = text.replace(/!([a-z])|(?:~[0-9a-f]{2})+/g, (code, letter?: string) =>
      letter === undefined ? decodeURIComponent(code.replaceAll("~", "%")) : letter.toUpperCase(),
    );
    // Only the very names that the segment gets are its own.
    return toFileNames(segment).join("/") === names.join("/") ? segment : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a folder's name is a piece of a longer name. */
export function isPiece(name: string): boolean {
  return name.endsWith("~") && name.length > 240;
}

function escaped(text: string): string {
  return Array.from(bytesOf(text), (byte) => `~${byte.toString(16).padStart(2, "0")}`).join("");
}
