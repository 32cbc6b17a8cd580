/** `npm run example:<name>`: packs the library, installs it into the folder of an example, and starts the example. */
import { spawnSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pack } from "./pack.ts";

const root = join(import.meta.dirname, "..");
const [name = ""] = process.argv.slice(2);
const example = join(root, "examples", name);

console.log("Packing the library …");
const folder = join(root, ".cache/package");
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const tarball = await pack(folder, { withPages: true });

run("install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", tarball);
run("start");

function run(...args: readonly string[]): void {
  const { status } = spawnSync("npm", args, { cwd: example, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
