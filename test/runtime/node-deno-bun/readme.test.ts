/** The code of the README runs as it is. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root, run } from "../../support/spawn.ts";

it("runs the first pipeline of the README", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(code).toContain("Repository.open");
  const folder = await mkdtemp(join(tmpdir(), "edgewater-readme-"));
  // Beside package.json, so that the package can import itself by name.
  const file = join(root, `.readme-${process.pid}.ts`);
  try {
    await writeFile(file, code.replace('"data"', JSON.stringify(folder)));
    expect(await run(process.execPath, ["--conditions=edgewater-source", file])).toMatch(/^2018 sha256:[0-9a-f]{64}\n$/);
    expect(await readFile(join(folder, "v1/strong.superjson"), "utf8")).toContain('"place":"Jarm, Afghanistan"');
  } finally {
    await rm(file, { force: true });
    await rm(folder, { recursive: true });
  }
});
