import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

const files = 200;
const patienceMinutes = 7;

/** Folders on the disk, which lie in different parts of it. */
const candidates = [tmpdir(), "/var/tmp", join(import.meta.dirname, "../../../node_modules")];

/**
 * A new folder where the file system makes new files as fast as it can; waits for one.
 *
 * ext4 does not use the number of a deleted file again for a minute, and for six while it has not written it down. After
 * some thousand deletions, by whomever, it passes over all of those for every new file in that part of the disk: 12,000
 * of them make each take 0.45 ms instead of 0.015. Nothing that writes to a new file and renames it can be compared with
 * writing in place then.
 */
export async function calmFolder(): Promise<string> {
  for (let minute = 0; ; minute += 0.5) {
    const all: string[] = [];
    for (const place of candidates.filter(existsSync)) {
      const folder = mkdtempSync(join(place, "edgewater-bench-"));
      const [make, overwrite] = times(join(folder, "calm"));
      if (make * 4 <= overwrite) return folder;
      rmSync(folder, { recursive: true });
      all.push(`${make.toFixed(3)} ms in ${place}, overwritten ones ${overwrite.toFixed(3)} ms`);
    }
    console.log(`New files take ${all.join("; ")}`);
    if (minute >= patienceMinutes) throw new Error("No place to measure files: others are deleting too many");
    await setTimeout(30_000);
  }
}

/** Milliseconds for a new empty file, and for the third time that a small one is overwritten. */
function times(folder: string): [make: number, overwrite: number] {
  mkdirSync(folder);
  const each = (work: (file: string) => void): number => {
    const start = performance.now();
    for (let index = 0; index < files; index++) work(join(folder, `${index}`));
    return (performance.now() - start) / files;
  };
  const make = each((file) => closeSync(openSync(file, "wx")));
  const write = (): number => each((file) => writeFileSync(file, "small"));
  write();
  write();
  const overwrite = write();
  rmSync(folder, { recursive: true });
  return [make, overwrite];
}
