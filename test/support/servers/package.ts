/** Packs the library and installs it, once for all tests that use it as people do who have it from npm. */
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { TestProject } from "vitest/node";
import { pack } from "../../../scripts/pack.ts";
import { root, run } from "../spawn.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder with the library in its `node_modules`, and the examples in `examples`. */
    installed: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-package-"));
  await install(folder);
  project.provide("installed", folder);
  return () => rm(folder, { recursive: true, force: true });
}

/** Installs the packed library and its dependencies into a folder, and copies the examples there. */
export async function install(folder: string, options: Parameters<typeof pack>[1] = {}): Promise<void> {
  const tarball = await pack(folder, options);
  const modules = join(folder, "node_modules");
  await mkdir(modules, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", modules, "--transform", "s/^package/edgewater/"]);
  // The dependencies come from the project, so that no test needs a network. Optional peers are not installed.
  const { dependencies } = JSON.parse(await readFile(join(modules, "edgewater/package.json"), "utf8")) as { dependencies: object };
  for (const name of Object.keys(dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
  const isOwn = (path: string): boolean => !["node_modules", ".wrangler", "dist"].includes(basename(path));
  await cp(join(root, "examples"), join(folder, "examples"), { recursive: true, filter: isOwn });
}
