import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

const files = 200;
const patienceMinutes = 7;

/**
 * Waits until the file system makes new files as fast as it can.
 *
 * ext4 does not use the number of a deleted file again for a minute, and for six while it has not written it down. After
 * some thousand deletions, by whomever, it passes over all of those for every new file: 12,000 of them make each take 0.45
 * ms instead of 0.015. Nothing that writes to a new file and renames it can be compared with writing in place then.
 */
export async function calm(folder: string): Promise<void> {
  for (let minute = 0; ; minute += 0.5) {
    const [make, overwrite] = times(join(folder, "calm"));
    if (make * 4 <= overwrite) return;
    if (minute >= patienceMinutes) throw new Error(`New files take ${make} ms here, overwritten ones ${overwrite} ms: no place to measure`);
    console.log(`New files take ${make.toFixed(3)} ms here after the deletion of others; waiting`);
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
