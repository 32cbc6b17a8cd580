import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import { vi } from "vitest";
import { root, type Sample } from "./pages.ts";
import { prelude } from "./prelude.ts";

/**
 * Runs a sample in this process, in a folder of its own with nothing but a file `.env`, and returns what it has printed with
 * `console.log`. The lines of an error are those of the page.
 */
export async function run({ page, line, code }: Pick<Sample, "page" | "line" | "code">): Promise<string> {
  const before = process.cwd();
  // Below the root, so that `edgewater` is this package.
  await mkdir(join(root, ".cache"), { recursive: true });
  const modules = await mkdtemp(join(root, ".cache/sample-"));
  const folder = await mkdtemp(join(tmpdir(), "edgewater-sample-"));
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values) => void lines.push(`${format(...values)}\n`));
  try {
    const file = join(modules, `${page.replaceAll("/", "+")}+${line}.ts`);
    await writeFile(file, `${"\n".repeat(line - 1)}${code}\nexport {};\n`);
    await writeFile(join(folder, ".env"), "JSON_IO_BASE_PATH=/data\n");
    process.chdir(folder);
    await using _ = await prelude(code);
    await import(file);
    return lines.join("");
  } finally {
    process.chdir(before);
    log.mockRestore();
    await Promise.all([modules, folder].map((each) => rm(each, { recursive: true })));
  }
}
