/**
 * `npm run delta:kernel`: writes tables of every kind, and reads them with the Delta kernel of the npm package chdb: rows must be
 * equal, with and without skipping of files, at every version. Takes a number of random tables and a seed.
 *
 * chdb has 543 MB, so it is no dependency: `npm install --prefix /tmp/chdb chdb@3.4.0`, then `CHDB=/tmp/chdb npm run delta:kernel`.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MemoryStore } from "edgewater";
import { DeltaTable } from "edgewater/delta";
import { Kernel, textInKernel, textOf } from "./kernel.ts";
import { randomTable, type TableCase, tableCases } from "./tables.ts";

const installed = process.env["CHDB"];
if (installed === undefined) {
  throw new Error("Set CHDB to the folder of chdb: npm install --prefix /tmp/chdb chdb@3.4.0 && CHDB=/tmp/chdb npm run delta:kernel");
}
const [count, seed] = [Number(process.argv[2] ?? 50), Number(process.argv[3] ?? 1)];
const kernel = Kernel.load(installed);
const folder = await mkdtemp(join(tmpdir(), "edgewater-kernel-"));
const cases = [...tableCases, ...Array.from({ length: count }, (_, index) => randomTable(seed + index))];
let failed = 0;
let compared = 0;
try {
  for (const [index, each] of cases.entries()) {
    const problems = await problemsOf(each, join(folder, String(index)));
    failed += problems.length > 0 ? 1 : 0;
    for (const problem of problems) console.log(`✗ ${each.name}: ${problem}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
console.log(`${cases.length} tables, ${compared} comparisons with the kernel of ClickHouse ${kernel.version}: ${failed} tables differ`);
process.exitCode = failed === 0 ? 0 : 1;

async function problemsOf({ name, make, conditions }: TableCase, target: string): Promise<string[]> {
  const store = new MemoryStore();
  await make(store, "table");
  // A folder has the names of the table as they are.
  for await (const { key } of store.list()) {
    const file = join(target, key);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await (await store.get(key)).bytes());
  }
  const problems: string[] = [];
  const { version: newest } = await DeltaTable.open(store, "table");
  for (let version = 0; version <= newest; version++) {
    const table = await DeltaTable.open(store, "table", { version });
    for (const where of version === newest ? [undefined, ...conditions] : [undefined]) {
      const ours = await rowsOf(table, where);
      for (const skips of [true, false]) {
        const theirs = rowsInKernel(table, join(target, "table"), { skips, where, version: version === newest ? undefined : version });
        compared++;
        if (theirs !== ours)
          problems.push(`${where ?? "all rows"} at ${version}, ${skips ? "with" : "without"} skipping: ${theirs} instead of ${ours}`);
      }
    }
  }
  console.log(`${problems.length === 0 ? "✓" : "✗"} ${name}`);
  return problems;
}

async function rowsOf(table: DeltaTable, where: string | undefined): Promise<string> {
  const rows: (string | null)[][] = [];
  for await (const { columns, rowCount, schema } of table.batches({ where })) {
    for (let row = 0; row < rowCount; row++) rows.push(schema.fields.map(({ type }, index) => textOf(columns[index]?.[row], type)));
  }
  return sorted(rows);
}

function rowsInKernel({ schema }: DeltaTable, path: string, options: Parameters<Kernel["read"]>[2]): string {
  try {
    return sorted(
      kernel.read(
        path,
        schema.fields.map(({ name, type }) => textInKernel(name, type)),
        options,
      ),
    );
  } catch (error) {
    return String(error);
  }
}

function sorted(rows: readonly (readonly (string | null)[])[]): string {
  return JSON.stringify(rows.map((row) => JSON.stringify(row)).sort());
}
