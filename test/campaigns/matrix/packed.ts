/** Everything that the matrix runs imports the packed library, also where a test names a file of the sources. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Plugin } from "vite";

const root = join(import.meta.dirname, "../../..");

/** The folder into which the packed library is installed. It is below the root, because servers of tests serve nothing else. */
export const folder: string = join(root, ".cache/matrix");

const packed = join(folder, "node_modules/edgewater");

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>;
}

/** Resolves `edgewater/…` as its package.json says, and `src/….ts` to the file of the package that was made from it. */
export function packedLibrary(): Plugin {
  const { exports } = JSON.parse(readFileSync(join(packed, "package.json"), "utf8")) as Manifest;
  return {
    name: "packed-library",
    enforce: "pre",
    resolveId(source, importer) {
      if (/^edgewater(\/|$)/.test(source)) {
        const entry = exports[`.${source.slice("edgewater".length)}`];
        return typeof entry === "object" ? join(packed, entry.default) : undefined;
      }
      if (importer === undefined || !source.startsWith(".")) return undefined;
      const imported = join(dirname(importer), source);
      // A file of the package has one name, so that it is one module.
      if (imported.startsWith(packed)) return imported;
      const path = relative(join(root, "src"), imported);
      const file = join(packed, "dist", path.replace(/\.ts$/, ".js"));
      return path.startsWith("..") || !path.endsWith(".ts") || !existsSync(file) ? undefined : file;
    },
  };
}
