/** A folder that version 0.1 wrote on Node, Deno and Bun, kept as text in `local-golden.json`. */
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import golden from "./local-golden.json" with { type: "json" };

/** Writes the files with the times that they had, in whole milliseconds. */
export async function writeGoldenFolder(folder: string): Promise<void> {
  for (const { path, text, mtimeNs } of golden.files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    const seconds = (Number(BigInt(mtimeNs) / 1_000_000n) + 0.5) / 1000;
    await utimes(file, seconds, seconds);
  }
}
