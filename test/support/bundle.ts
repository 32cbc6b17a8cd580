/** Bundles the programs of processes that tests start many of, so that each starts fast. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { sources } from "../../scripts/exports.ts";
import { root } from "./spawn.ts";

/** Bundled programs. */
export interface Bundle extends AsyncDisposable {
  /** The file of a program, by its name. */
  readonly fileOf: (name: string) => string;
}

/** Bundles programs of a folder, by their names without `.ts`. Packages that cannot be bundled are external. */
export async function bundle(folder: string, names: readonly string[], external: readonly string[] = []): Promise<Bundle> {
  await mkdir(join(root, ".cache"), { recursive: true });
  const outDir = await mkdtemp(join(root, ".cache/programs-"));
  const alias = Object.entries(sources).map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement }));
  await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    resolve: { alias },
    ssr: {
      noExternal: true,
      external: [...external],
      resolve: { conditions: ["edgewater-source", "node", "module", "import"] },
    },
    build: {
      ssr: true,
      outDir,
      target: "es2024",
      minify: false,
      rolldownOptions: { input: names.map((name) => join(folder, `${name}.ts`)) },
    },
  });
  return {
    fileOf: (name) => join(outDir, `${name}.js`),
    [Symbol.asyncDispose]: () => rm(outDir, { recursive: true, force: true }),
  };
}
