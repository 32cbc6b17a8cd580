import { encodeSegment } from "../../encoding/percent.ts";
import { isEdgewaterError } from "../../errors.ts";
import { readTrailer } from "./trailer.ts";

/**
 * The name of a segment in the file system. Browsers refuse names that some disk does not allow, so every character other
 * than a letter, a digit, `_`, `-` and a dot inside is percent-encoded as UTF-8.
 */
export function toEntryName(segment: string): string {
  return encodeSegment(segment).replace(/~|^\.|\.$/g, (character) => (character === "~" ? "%7E" : "%2E"));
}

/** The segment with this name; undefined if no segment has it. */
export function fromEntryName(name: string): string | undefined {
  try {
    const segment = decodeURIComponent(name);
    return toEntryName(segment) === name && !segment.includes("/") ? segment : undefined;
  } catch {
    return undefined;
  }
}

/** Turns "no such file or folder" into undefined, for `catch`; also if a folder has the name of a file, or the reverse. */
export function ifMissing(error: DOMException): undefined {
  if (!["NotFoundError", "TypeMismatchError"].includes(error.name) && !isEdgewaterError(error, "NotFound")) throw error;
}

/**
 * The location of an object: its folder and its name. An object has one of two files, `<name>~0` and `<name>~1`.
 *
 * A new version is moved to the free one, and then the file of the old version is removed. No file ever replaces another:
 * Chromium refuses that while the other is in use, and Firefox may lose both if it is killed meanwhile. A crash between
 * the two steps leaves both files. Readers then always choose the same one, and the next write removes the other. Either
 * is correct, because the write was not acknowledged.
 */
export interface ObjectLocation {
  readonly directory: FileSystemDirectoryHandle;
  readonly name: string;
}

type Slot = 0 | 1;

/** TypeScript's DOM library lacks `move`. */
export type MovableFile = FileSystemFileHandle & { move?(folder: FileSystemDirectoryHandle, name: string): Promise<void> };

/** The current file of an object; undefined if there is no object. */
export async function currentFile(place: ObjectLocation): Promise<File | undefined> {
  return (await readSlots(place)).current;
}

/** Replaces an object by a new file, if the check allows it. Needs the exclusive lock. */
export async function publish(
  file: MovableFile,
  place: ObjectLocation,
  check: (current: File | undefined) => Promise<void>,
): Promise<void> {
  const { files, current } = await readSlots(place);
  await check(current);
  const free = files[0] !== undefined && files[0] === current ? 1 : 0;
  const other = free === 0 ? 1 : 0;
  if (files[free]) await remove(place, free);
  await file.move?.(place.directory, nameOf(place.name, free));
  if (files[other]) await remove(place, other);
}

/** Removes an object, if there is one. Needs the exclusive lock. Removes the current file last, so that no older one becomes current. */
export async function unpublish(place: ObjectLocation): Promise<void> {
  const { files, current } = await readSlots(place);
  const order: readonly Slot[] = files[0] === current ? [1, 0] : [0, 1];
  for (const slot of order) if (files[slot]) await remove(place, slot);
}

/** The name of the object that a file name belongs to; undefined for the file of another program. */
export function withoutSlot(name: string): string | undefined {
  return /~[01]$/.test(name) ? name.slice(0, -2) : undefined;
}

interface SlotFiles {
  readonly files: readonly [File | undefined, File | undefined];
  readonly current: File | undefined;
}

async function readSlots({ directory, name }: ObjectLocation): Promise<SlotFiles> {
  const open = async (slot: Slot): Promise<File | undefined> =>
    (await directory.getFileHandle(nameOf(name, slot)).catch(ifMissing))?.getFile().catch(ifMissing);
  const files = await Promise.all([open(0), open(1)]);
  // Firefox leaves an empty file if it is killed while it removes it. The file of an object is never empty.
  const [first, second] = files.map((file) => (file?.size === 0 ? undefined : file));
  const current = first && second && (await readTrailer(first)) === undefined ? second : first;
  return { files, current: current ?? second };
}

function remove({ directory, name }: ObjectLocation, slot: Slot): Promise<void> {
  return directory.removeEntry(nameOf(name, slot));
}

function nameOf(name: string, slot: Slot): string {
  return `${toEntryName(name)}~${slot}`;
}
