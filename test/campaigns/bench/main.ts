/** `npm run bench`: the budgets, measured on this machine and written to docs/benchmarks.md. */
import { execFileSync, spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { type Asset, asset, MemoryStore, Repository, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { components } from "../../../scripts/components.ts";
import { graphOf } from "../../../src/run/graph.ts";
import { planOf } from "../../../src/run/plan.ts";
import { browserRows } from "./browser.ts";
import { calmFolder } from "./calm.ts";
import { absolute, type Row, ratio } from "./harness.ts";
import { recordsRows } from "./records.ts";
import { s3Rows } from "./s3.ts";
import { comparison, serializerRows } from "./serializer.ts";

const root = join(import.meta.dirname, "../../..");
const folder = await calmFolder();
const rows: Row[] = [];
const add = (row: Row): void => {
  rows.push(row);
  console.log(`${row.isWithin ? "✓" : "✗"} ${row.what}: ${row.measured}, budget ${row.budget}, anchor ${row.anchor}`);
};

const store = new LocalStore(join(folder, "store"));
for (const [label, size, count, budget] of [
  ["1 KB", 1000, 200, 1.15],
  ["1 MB", 1_000_000, 20, 1.3],
] as const) {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
  const body = Uint8Array.from({ length: size }, (_, index) => bytes[index % bytes.length] ?? 0);
  const many = async (put: (name: string) => Promise<unknown>): Promise<void> => {
    for (let index = 0; index < count; index++) await put(`object-${index}`);
  };
  const ours = { name: "LocalStore", run: () => many((name) => store.put(name, body)) };
  const plain = { name: "bare writeFile", run: () => many((name) => writeFile(join(folder, name), body)) };
  add(await ratio(`local atomic put, ${label}`, ours, plain, budget));
}

const trivial = (ioHandler: SuperJsonIOHandler): Promise<Repository> =>
  Repository.open({ assets: Array.from({ length: 1000 }, (_, index) => asset({ name: `asset-${index}` }, () => index)), ioHandler });
const repository = await trivial(new SuperJsonIOHandler({ store: new MemoryStore() }));
const materialize = async (): Promise<void> => void (await repository.materialize());
add(await absolute("materialize 1,000 trivial assets into memory, each", { name: "materialize", run: materialize }, 0.3, 1000));

/** A layered graph: every node takes three of the hundred before it. */
const nodes: Asset<number>[] = [];
for (let index = 0; index < 10_000; index++) {
  const inputs = Object.fromEntries(
    [7, 31, 100].filter((back) => back <= index).map((back) => [`input${back}`, nodes[index - back] as Asset<number>]),
  );
  nodes.push(asset({ name: `node-${index}`, inputs }, () => index));
}
const loadingContext = { now: new Date(0), dynamicKeys: () => [] };
const graph = graphOf(nodes);
const plan = (): void => {
  const steps = planOf(graph, {}, loadingContext);
  if (steps.length !== nodes.length) throw new Error(`The plan has ${steps.length} steps`);
};
add(await absolute("plan a graph of 10,000 nodes", { name: "plan", run: plan }, 60));

await browserRows(add);
await recordsRows(add, folder);
await serializerRows(add);
const compared = await comparison();

if (components.ceph.path) await s3Rows(add);

execFileSync("npm", ["run", "--silent", "build"], { cwd: root });
// What is over its limit is a row as any other.
const { stdout } = spawnSync(join(root, "node_modules/.bin/size-limit"), ["--json"], { cwd: root, encoding: "utf8" });
const sizes = JSON.parse(stdout) as {
  readonly name: string;
  readonly size: number;
  readonly sizeLimit: number;
}[];
const kB = (bytes: number): string => `${(bytes / 1000).toFixed(2)} kB`;
const { size: rootSize = Number.NaN, sizeLimit: rootLimit = Number.NaN } = sizes[0] ?? {};
for (const { name, size, sizeLimit } of sizes) {
  // The budget of a store is what it adds; only for the largest does that differ from what it is alone.
  const isAdded = name.startsWith("root and ");
  const [own, budget] = isAdded ? [size - rootSize, sizeLimit - rootLimit] : [size, sizeLimit];
  const what = isAdded ? `${name.slice("root and ".length)}, what it adds to the root` : name;
  add({ what: `${what}, minified and gzipped`, measured: kB(own), budget: `≤ ${kB(budget)}`, isWithin: own <= budget, anchor: "—" });
}

const table = rows.map(
  ({ what, measured, budget, isWithin, anchor }) => `| ${what} | ${measured} | ${budget} | ${isWithin ? "yes" : "no"} | ${anchor} |`,
);
const page = [
  "# Benchmarks",
  "",
  "Written by `npm run bench`: ratios are medians of 15 interleaved rounds in one process, with the middle half of them in brackets.",
  "",
  `Node ${process.versions.node}, ${cpus().length} cores.`,
  "",
  "| what | measured | budget | within | anchor |",
  "|-|-|-|-|-|",
  ...table,
  "",
  "## Serializers",
  "",
  "Medians of 15 interleaved rounds, Python's in a process beside this one. A dash: it loses or refuses some of the value.",
  "",
  ...compared,
  "",
].join("\n");
await writeFile(join(root, "docs/benchmarks.md"), page);
await rm(folder, { recursive: true });
process.exitCode = rows.every(({ isWithin }) => isWithin) ? 0 : 1;
