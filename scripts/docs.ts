/** `npm run docs`: the API reference as HTML in `docs/api`, generated from the doc comments of every subpath. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sources } from "./exports.ts";

const root = join(import.meta.dirname, "..");
const output = join(root, "docs/api");
mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache/docs-"));

// deno doc names a module after its file, so each subpath gets a file of its own name.
const entries = Object.entries(sources).map(([name, source]) => {
  const file = join(folder, `${name.replace(/^edgewater\/?/, "") || "edgewater"}.ts`);
  const moduleComment = /^\/\*\*[\s\S]*?\*\//.exec(readFileSync(source, "utf8"))?.[0] ?? "";
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${moduleComment}\nexport * from ${JSON.stringify(source)};\n`);
  return file;
});

rmSync(output, { recursive: true, force: true });
const args = ["doc", "--html", "--quiet", "--no-config", "--no-lock", "--name=edgewater", `--output=${output}`, ...entries];
const { status } = spawnSync(join(root, "node_modules/.bin/deno"), args, { cwd: root, stdio: "inherit" });
rmSync(folder, { recursive: true });
if (status === 0) console.log(`Wrote the API reference: ${join(output, "index.html")}`);
process.exit(status ?? 1);
