/** The public entries of the package, the targets of its conditional imports, and their sources, read from package.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Entry {
  readonly "edgewater-source": string;
  readonly default: string;
}

const root = join(import.meta.dirname, "..");
const { exports, imports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, Entry | string>;
  imports: Record<string, { readonly "edgewater-source": Readonly<Record<string, string>> }>;
};

/** From a subpath, such as `edgewater/s3`, to the absolute path of its source. */
export const sources: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(exports).flatMap(([subpath, entry]) =>
    typeof entry === "string" ? [] : [[`edgewater${subpath.slice(1)}`, join(root, entry["edgewater-source"])]],
  ),
);

/** The absolute paths of the sources that a conditional import such as `#embedded` can lead to. */
export const importTargets: readonly string[] = Object.values(imports).flatMap((target) =>
  Object.values(target["edgewater-source"]).map((path) => join(root, path)),
);
