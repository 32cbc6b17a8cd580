/** The public entries of the package and their sources, read from package.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Entry {
  readonly "edgewater-source": string;
  readonly default: string;
}

const root = join(import.meta.dirname, "..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: Record<string, Entry | string> };

/** `edgewater/s3` → the absolute path of its source. */
export const sources: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(exports).flatMap(([subpath, entry]) =>
    typeof entry === "string" ? [] : [[`edgewater${subpath.slice(1)}`, join(root, entry["edgewater-source"])]],
  ),
);
