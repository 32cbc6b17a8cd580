/**
 * `npm run bench`: measures the budgets on this machine and writes docs/benchmarks.md.
 * `npm run bench -- serializer sizes` measures these sections only, and writes nothing.
 */
import { rm, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { components } from "../../../scripts/components.ts";
import { root } from "../../support/spawn.ts";
import { browserRows } from "./browser.ts";
import { calmFolder } from "./calm.ts";
import { cloudflareRows } from "./cloudflare.ts";
import { deltaRows } from "./delta.ts";
import { engineRows } from "./engines.ts";
import { executorRows } from "./executors.ts";
import type { Row } from "./harness.ts";
import { inspectorRows } from "./inspector.ts";
import { localRows } from "./local.ts";
import { runRows } from "./runs.ts";
import { s3Rows } from "./s3.ts";
import { comparison, serializerRows } from "./serializer.ts";
import { sizeRows } from "./sizes.ts";
import { storageRows } from "./storage.ts";
import { typeRows } from "./types.ts";

const rows: Row[] = [];
const add = (row: Row): void => {
  rows.push(row);
  console.log(`${row.isWithin ? "✓" : "✗"} ${row.what}: ${row.measured}, budget ${row.budget}, anchor ${row.anchor}`);
};

const inFolder = async (measure: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await calmFolder();
  await measure(folder);
  await rm(folder, { recursive: true });
};

/** In the order of the page. */
const sections: Readonly<Record<string, () => Promise<void>>> = {
  local: () => inFolder((folder) => localRows(add, folder)),
  runs: () => runRows(add),
  executors: () => inFolder((folder) => executorRows(add, folder)),
  engines: async () => {
    await cloudflareRows(add);
    await inFolder((folder) => engineRows(add, folder));
  },
  browser: () => browserRows(add),
  inspector: () => inspectorRows(add),
  storage: () => inFolder((folder) => storageRows(add, folder)),
  serializer: () => serializerRows(add),
  delta: () => deltaRows(add),
  s3: async () => {
    if (components.ceph.path) await s3Rows(add);
  },
  sizes: () => sizeRows(add),
  types: () => inFolder((folder) => typeRows(add, folder)),
};

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !Object.hasOwn(sections, name));
if (unknown !== undefined) throw new Error(`Unknown section ${JSON.stringify(unknown)}; expected ${Object.keys(sections).join(", ")}`);
for (const [name, measure] of Object.entries(sections)) if (chosen.length === 0 || chosen.includes(name)) await measure();
if (chosen.length === 0) await writePage(await comparison());
process.exitCode = rows.every(({ isWithin }) => isWithin) ? 0 : 1;

async function writePage(compared: readonly string[]): Promise<void> {
  const table = rows.map(
    ({ what, measured, budget, isWithin, anchor }) => `| ${what} | ${measured} | ${budget} | ${isWithin ? "yes" : "no"} | ${anchor} |`,
  );
  const page = [
    "# Benchmarks",
    "",
    "Written by `npm run bench`. A ratio is the median of 15 interleaved rounds in one process; its middle half is in brackets, with the median time.",
    "",
    `Node ${process.versions.node}, ${cpus().length} cores.`,
    "",
    "| what | measured | budget | within | anchor |",
    "|-|-|-|-|-|",
    ...table,
    "",
    "## Serializers",
    "",
    "Medians of 15 interleaved rounds; Python runs in a process of its own. A dash means that the serializer loses or refuses part of the value.",
    "",
    ...compared,
    "",
  ].join("\n");
  await writeFile(join(root, "docs/benchmarks.md"), page);
}
