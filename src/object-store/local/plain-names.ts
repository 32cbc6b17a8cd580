import { EdgewaterError } from "../../errors.ts";
import { bytesOf } from "../body.ts";
import { toFileNames } from "./file-names.ts";

/** File systems allow 255 bytes; the record of an object has a longer name. */
const longestName = 240;

/** Names that the store gives to files of its own. */
const own = /^\.(?:meta|tmp)~$|~\./;

/** What is escaped although Windows has such names: capital letters, and characters that are not ASCII. */
const isFineOnWindows = /^(?:!.|~[89a-f].)$/;

/** Where names are used. */
export interface NamePlace {
  /** The name of the store, for messages. */
  readonly store: string;
  readonly isWindows: boolean;
}

/**
 * The file name of a segment that is written as it is.
 *
 * @throws `NotSupported` for a name that the system, or the store, has for something else
 */
export function toPlainNames(segment: string, { store, isWindows }: NamePlace): string[] {
  const problem = problemOf(segment, isWindows);
  if (problem === undefined) return [segment];
  const message = `Cannot use the name ${JSON.stringify(segment)} in ${store}: ${problem}; rename it, or use a store with names: "escaped"`;
  throw new EdgewaterError("NotSupported", message, { store, key: segment });
}

/** The segment of a plain file name; undefined if no segment has it. */
export function fromPlainNames(names: readonly string[], { isWindows }: NamePlace): string | undefined {
  const [name, ...others] = names;
  return name !== undefined && others.length === 0 && problemOf(name, isWindows) === undefined ? name : undefined;
}

/**
 * The names that a disk has for a file that it finds by others, because it ignores case or changes accents; undefined if they are the
 * same, or the file is elsewhere because of a link.
 *
 * @param names the names of the folders below the root and of the file
 * @param real the names of the whole path that the disk has
 */
export function otherNames(names: readonly string[], real: readonly string[]): readonly string[] | undefined {
  const found = real.slice(-names.length);
  if (found.join("/") === names.join("/")) return undefined;
  return fold(found) === fold(names) ? found : undefined;
}

function fold(names: readonly string[]): string {
  return names.join("/").normalize("NFC").toLowerCase().normalize("NFC");
}

function problemOf(segment: string, isWindows: boolean): string | undefined {
  if (own.test(segment)) return "the store keeps files of its own under such names";
  if (bytesOf(segment).length > longestName) return `it has more than ${longestName} bytes`;
  if (!isWindows) return undefined;
  const escapes =
    toFileNames(segment)
      .join("")
      .match(/!.|~../g) ?? [];
  return escapes.every((code) => isFineOnWindows.test(code)) ? undefined : "Windows allows no such file name";
}
