/** The package's public subpaths and their source files, read from package.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Entry {
  readonly "edgewater-source": string;
  readonly default: string;
}

const root = join(import.meta.dirname, "..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: Record<string, Entry | string> };

/** From a subpath, such as `edgewater/s3`, to the absolute path of its source. */
export const sources: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(exports).flatMap(([subpath, entry]) =>
    typeof entry === "string" ? [] : [[`edgewater${subpath.slice(1)}`, join(root, entry["edgewater-source"])]],
  ),
);
