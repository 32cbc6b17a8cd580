/** The tables of other engines that lie beside the project; they are missing in a copy of the project alone. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a table is, and what must come of it. */
export interface TableOfOther {
  readonly table: string;
  readonly must: "rows" | "log" | "refuse";
  readonly version?: number;
  readonly adds?: number;
  readonly rows?: number;
  readonly expected?: string;
  readonly partitionColumns?: readonly string[];
}

export const folder = join(import.meta.dirname, "../../../../shared/fixtures/delta");

const file = join(folder, "MANIFEST.json");
export const isThere = existsSync(file);
if (!isThere) console.warn(`THE TABLES OF OTHER ENGINES ARE NOT TESTED: there is no ${file}`);

export const tables = isThere ? (JSON.parse(readFileSync(file, "utf8")) as readonly TableOfOther[]) : [];
