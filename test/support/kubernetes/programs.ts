/** The programs of pods and of orchestrators, bundled so that each process starts fast. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { sources } from "../../../scripts/exports.ts";
import { root } from "../spawn.ts";

/** Bundled programs. */
export interface Programs extends AsyncDisposable {
  /** The file of the program of a pod. */
  readonly pod: string;
  /** The file of the program of an orchestrator. */
  readonly orchestrator: string;
}

/** Bundles the programs. */
export async function bundlePrograms(): Promise<Programs> {
  await mkdir(join(root, ".cache"), { recursive: true });
  const outDir = await mkdtemp(join(root, ".cache/kubernetes-"));
  const alias = Object.entries(sources).map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement }));
  await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "error",
    resolve: { alias },
    ssr: { noExternal: true, resolve: { conditions: ["edgewater-source", "node", "module", "import"] } },
    build: {
      ssr: true,
      outDir,
      target: "es2024",
      minify: false,
      rolldownOptions: { input: ["child", "orchestrator"].map((name) => join(import.meta.dirname, `${name}.ts`)) },
    },
  });
  return {
    pod: join(outDir, "child.js"),
    orchestrator: join(outDir, "orchestrator.js"),
    [Symbol.asyncDispose]: () => rm(outDir, { recursive: true, force: true }),
  };
}
