/** Runs the first sample of the page on remote records as it is printed. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { freePort } from "../../support/servers/free-port.ts";
import { root, run } from "../../support/spawn.ts";

it("docs/remote.md serves a Storage and opens it", async () => {
  const page = await readFile(join(root, "docs/remote.md"), "utf8");
  const [, sample = ""] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];
  // Below the root, so that `edgewater` is this package.
  await mkdir(join(root, ".cache"), { recursive: true });
  const folder = await mkdtemp(join(root, ".cache/sample-"));
  try {
    const file = join(folder, "sample.ts");
    await writeFile(file, sample.replaceAll("8787", `${await freePort()}`));
    expect(await run(process.execPath, ["--conditions=edgewater-source", file])).toBe("hello\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});
