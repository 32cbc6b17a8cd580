import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

const files = 200;
const patienceMinutes = 7;

/** Folders in different parts of the disk. */
const candidates = [tmpdir(), "/var/tmp", join(import.meta.dirname, "../../../node_modules")];

/**
 * Returns a new folder in which the file system creates files at full speed, and waits until there is one.
 *
 * ext4 does not reuse the inode number of a deleted file for one minute, or for six until the deletion is on disk. After
 * thousands of deletions by any process it skips all these numbers for every new file in that part of the disk: after
 * 12,000 deletions, a new file takes 0.45 ms instead of 0.015 ms. Writing a new file and renaming it then cannot be
 * compared with writing in place.
 */
export async function calmFolder(): Promise<string> {
  for (let minute = 0; ; minute += 0.5) {
    const all: string[] = [];
    for (const parent of candidates.filter(existsSync)) {
      const folder = mkdtempSync(join(parent, "edgewater-bench-"));
      const [create, overwrite] = times(join(folder, "calm"));
      if (create * 4 <= overwrite) return folder;
      rmSync(folder, { recursive: true });
      all.push(`${create.toFixed(3)} ms in ${parent} (overwriting takes ${overwrite.toFixed(3)} ms)`);
    }
    console.log(`Creating a file takes ${all.join("; ")}`);
    if (minute >= patienceMinutes) throw new Error("No folder creates files at full speed; wait until other processes stop deleting files");
    await setTimeout(30_000);
  }
}

/** The time to create an empty file, and to overwrite a small one for the third time, in milliseconds. */
function times(folder: string): [create: number, overwrite: number] {
  mkdirSync(folder);
  const each = (work: (file: string) => void): number => {
    const start = performance.now();
    for (let index = 0; index < files; index++) work(join(folder, `${index}`));
    return (performance.now() - start) / files;
  };
  const create = each((file) => closeSync(openSync(file, "wx")));
  const write = (): number => each((file) => writeFileSync(file, "small"));
  write();
  write();
  const overwrite = write();
  rmSync(folder, { recursive: true });
  return [create, overwrite];
}
