import { ifMissing, toEntryName } from "./names.ts";
import { readTrailer } from "./trailer.ts";

/**
 * Where an object lies: its folder and its name there, under which it has one of two files.
 *
 * A new object gets the name that is free, and then the file that it replaces is removed. No file ever takes the place of
 * another: Chromium refuses that while the other is in use, and Firefox, killed in the middle of it, may lose both. A
 * crash between leaves two files, of which always the same one counts, and which the next write tidies up. Neither was
 * acknowledged to be gone, or to be there, so either will do.
 */
export interface Place {
  readonly directory: FileSystemDirectoryHandle;
  readonly name: string;
}

type Slot = 0 | 1;

/** TypeScript's library does not know `move`. */
export type MovableFile = FileSystemFileHandle & { move?(folder: FileSystemDirectoryHandle, name: string): Promise<void> };

/** The file that counts; undefined when there is no object. */
export async function currentFile(place: Place): Promise<File | undefined> {
  return (await look(place)).current;
}

/** Puts a new file in the place of what is there, if the check allows it. To be done alone. */
export async function publish(file: MovableFile, place: Place, check: (current: File | undefined) => Promise<void>): Promise<void> {
  const { files, current } = await look(place);
  await check(current);
  const free = files[0] !== undefined && files[0] === current ? 1 : 0;
  const other = free === 0 ? 1 : 0;
  if (files[free]) await remove(place, free);
  await file.move?.(place.directory, nameOf(place.name, free));
  if (files[other]) await remove(place, other);
}

/** Removes an object, if there is one. To be done alone. What does not count goes first, so that it does not come to count. */
export async function unpublish(place: Place): Promise<void> {
  const { files, current } = await look(place);
  const order: readonly Slot[] = files[0] === current ? [1, 0] : [0, 1];
  for (const slot of order) if (files[slot]) await remove(place, slot);
}

/** The segment that a file's name stands for; undefined for a file of something else. */
export function withoutSlot(name: string): string | undefined {
  return /~[01]$/.test(name) ? name.slice(0, -2) : undefined;
}

interface Look {
  readonly files: readonly [File | undefined, File | undefined];
  readonly current: File | undefined;
}

async function look({ directory, name }: Place): Promise<Look> {
  const open = async (slot: Slot): Promise<File | undefined> =>
    (await directory.getFileHandle(nameOf(name, slot)).catch(ifMissing))?.getFile().catch(ifMissing);
  const files = await Promise.all([open(0), open(1)]);
  // Firefox, killed while it removes a file, leaves it empty. No file of an object is.
  const [first, second] = files.map((file) => (file?.size === 0 ? undefined : file));
  const counts = first && second && (await readTrailer(first)) === undefined ? second : first;
  return { files, current: counts ?? second };
}

function remove({ directory, name }: Place, slot: Slot): Promise<void> {
  return directory.removeEntry(nameOf(name, slot));
}

function nameOf(name: string, slot: Slot): string {
  return `${toEntryName(name)}~${slot}`;
}
