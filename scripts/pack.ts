/** Packs the library as `npm publish` would, from sources that are compiled into a folder of their own. */
import { execFile } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");

/** What the package is packed from, beside `dist`. */
const packed = ["package.json", "README.md", "LICENSE", "CHANGELOG.md", "docs", "src"];

/**
 * Writes the tarball into a folder.
 *
 * @param withPages whether the page of the inspector is built too; without it, the inspector serves its data only
 * @returns the path of the tarball
 */
export async function pack(folder: string, { withPages = false } = {}): Promise<string> {
  const source = join(folder, "source");
  await mkdir(source, { recursive: true });
  const compile = ["--project", "tsconfig.build.json", "--customConditions", "edgewater-source", "--outDir", join(source, "dist")];
  await run(join(root, "node_modules/.bin/tsc"), compile, root);
  if (withPages) await (await import("./build-inspector.ts")).buildInspector(join(source, "dist"));
  for (const name of packed) await cp(join(root, name), join(source, name), { recursive: true });
  const printed = await run("npm", ["pack", "--json", "--offline", "--ignore-scripts", "--pack-destination", folder], source);
  const [{ filename }] = JSON.parse(printed) as [{ readonly filename: string }];
  await rm(source, { recursive: true });
  return join(folder, filename);
}

/** Runs a program and returns what it printed. @throws with what it printed when it fails */
async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
  }
}
