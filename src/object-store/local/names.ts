/**
 * File names for the segments of keys. All keys stay apart on every disk: on one that ignores case or composes accents,
 * and on one that knows `CON`, drops trailing dots or refuses `:`. What every disk takes as it is stays as it is:
 * `v1/quakes.superjson` is `v1/quakes.superjson`.
 *
 * | in a segment | in the file's name |
 * |-|-|
 * | a capital letter of ASCII, `Q` | `!q` |
 * | `! ~ < > : " \ | ? *`, and letters that another disk may fold, compose or ignore | `~` and two hexadecimal digits, for each byte of UTF-8 |
 * | a dot or a space at the end; the first letter of a device's name such as `nul.txt` | the same |
 * | a name of more than 240 bytes | folders of 240 bytes whose names end with `~`, and the rest |
 *
 * No name ends with a tilde but those of such folders, so the shorter ones are free for what is no object.
 */

/** Most file systems take 255 bytes, and a folder's name gets one more. */
const pieceBytes = 240;

const ordinary = /^(?!con|prn|aux|nul|com|lpt|clock)[a-z0-9 _.%=+,;@#$&'(){}[\]^`-]{0,239}[a-z0-9_%=-]$/;

const device = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/;

/** The names of a segment: one, or some folders and the file's. */
export function toFileNames(segment: string): string[] {
  if (ordinary.test(segment)) return [segment];
  // What NFC changes can meet its composed twin on some disks: then nothing but ASCII is left as it is.
  const isComposed = segment.normalize("NFC") === segment;
  const units = Array.from(segment, (character) => {
    if (/[A-Z]/.test(character)) return `!${character.toLowerCase()}`;
    const isSafe = character < "\u0080" ? !/[!~<>:"\\|?*]/.test(character) : isComposed && isStable(character);
    return isSafe ? character : escaped(character);
  });
  const last = units.at(-1);
  if (last === "." || last === " ") units[units.length - 1] = escaped(last);
  return split(units).map((piece, index, all) => {
    const name = device.test(piece) ? escaped(piece.slice(0, 1)) + piece.slice(1) : piece;
    return index < all.length - 1 ? `${name}~` : name;
  });
}

/** The segment of the names, or undefined when no segment has them: somebody else's file. */
export function fromFileNames(names: readonly string[]): string | undefined {
  // Some disks give names back decomposed; ours were composed.
  const composed = names.map((name) => name.normalize("NFC"));
  const text = composed.map((name, index) => (index < names.length - 1 ? name.slice(0, -1) : name)).join("");
  if (!/[!~]/.test(text)) return isCanonical(text, composed) ? text : undefined;
  try {
    const segment = text
      .replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase())
      .replace(/(?:~[0-9a-f]{2})+/g, (bytes) => decodeURIComponent(bytes.replaceAll("~", "%")));
    return isCanonical(segment, composed) ? segment : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a folder's name is a piece of a longer name. */
export function isPiece(name: string): boolean {
  return name.endsWith("~") && name.length > pieceBytes / 4;
}

/** Whether these are the very names that the segment gets. */
function isCanonical(segment: string, names: readonly string[]): boolean {
  const expected = toFileNames(segment);
  return expected.length === names.length && expected.every((name, index) => name === names[index]);
}

/** Whether a disk that folds case, composes accents or skips what is not seen leaves the character alone. */
function isStable(character: string): boolean {
  return (
    character.toLowerCase() === character &&
    character.toUpperCase().toLowerCase() === character &&
    !/\p{Default_Ignorable_Code_Point}/u.test(character)
  );
}

function escaped(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => `~${byte.toString(16).padStart(2, "0")}`).join("");
}

function split(units: readonly string[]): string[] {
  const encoder = new TextEncoder();
  const pieces: string[] = [""];
  let bytes = 0;
  for (const unit of units) {
    const size = encoder.encode(unit).length;
    if (bytes + size > pieceBytes) {
      pieces.push("");
      bytes = 0;
    }
    pieces[pieces.length - 1] += unit;
    bytes += size;
  }
  return pieces;
}
