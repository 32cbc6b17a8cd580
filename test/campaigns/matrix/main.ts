/**
 * `npm run matrix`: packs the library, installs it, runs the suite for every store and the core on every runtime over it, and writes
 * docs/support-matrix.md from what ran. Arguments choose the runtimes, such as `Node Firefox`; then the page is printed instead.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { components } from "../../../scripts/components.ts";
import { install } from "../../support/servers/package.ts";
import { runCore } from "./core.ts";
import { folder as installed } from "./packed.ts";
import { type Runtime, runtimes, stores } from "./stores.ts";

interface Result {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  readonly duration?: number;
}

/** The results of one store on one runtime, by capability. */
type Cell = Map<string, { passed: number; failed: string[]; milliseconds: number }>;

const root = join(import.meta.dirname, "../../..");
const bin = join(root, "node_modules/.bin");
const vitest = "node_modules/vitest/vitest.mjs";
const config = ["run", "--config", "test/campaigns/matrix/vitest.config.ts", "--reporter", "dot", "--reporter", "json"];

const commands: Readonly<Record<Runtime, readonly [program: string, ...args: string[]]>> = {
  Node: [process.execPath, vitest, ...config, "--project", "node"],
  Deno: [join(bin, "deno"), "run", "-A", "--no-remote", vitest, ...config, "--project", "node"],
  Bun: [join(bin, "bun"), "--bun", vitest, ...config, "--project", "node", "--pool=threads"],
  workerd: [process.execPath, vitest, ...config, "--project", "workerd"],
  Chromium: [process.execPath, vitest, ...config, "--project", "chromium"],
  Firefox: [process.execPath, vitest, ...config, "--project", "firefox"],
  WebKitGTK: [process.execPath, vitest, ...config, "--project", "webkit"],
};

const first = (program: string | undefined, ...args: string[]): string => {
  const { stdout } = spawnSync(program ?? "", args, { encoding: "utf8" });
  return /\d[\w.+~-]*/.exec(stdout ?? "")?.[0] ?? "unknown";
};

const versions = (): Readonly<Record<string, string>> => ({
  Node: process.versions.node,
  Deno: first(components.deno.path, "--version"),
  Bun: first(components.bun.path, "--version"),
  workerd: first(components.workerd.path, "--version"),
  Chromium: first(components.chromium.path, "--version"),
  Firefox: first(components.firefox.path, "--version"),
  WebKitGTK: first("dpkg-query", "--show", ["--showformat=$", "{Version}"].join(""), "libwebkit2gtk-4.1-0"),
  "Ceph RADOS Gateway": first("radosgw", "--version"),
  Azurite: /[\d.]+$/.exec(components.azurite.npm)?.[0] ?? "unknown",
  Redis: first(components.redis.path, "--version"),
});

rmSync(installed, { recursive: true, force: true });
await install(installed);

const wanted = process.argv.slice(2).length > 0 ? runtimes.filter((runtime) => process.argv.includes(runtime)) : runtimes;
const folder = mkdtempSync(join(tmpdir(), "edgewater-matrix-report-"));
const cells = new Map<string, Cell>();
let failed = 0;

for (const runtime of wanted) {
  const file = join(folder, `${runtime}.json`);
  const [program, ...args] = commands[runtime];
  console.log(`\n── ${runtime}`);
  spawnSync(program, [...args, "--outputFile.json", file], { cwd: root, stdio: "inherit", env: { ...process.env, NO_COLOR: "1" } });
  for (const { ancestorTitles, title, status, duration = 0 } of resultsIn(file)) {
    const [where, store = "", capability = ""] = ancestorTitles;
    if (where !== runtime) throw new Error(`A test of ${runtime} ran on ${where}`);
    const cell: Cell = cells.get(`${store}\n${runtime}`) ?? new Map();
    cells.set(`${store}\n${runtime}`, cell);
    const entry = cell.get(capability) ?? { passed: 0, failed: [], milliseconds: 0 };
    cell.set(capability, entry);
    entry.milliseconds += duration;
    if (status === "passed") entry.passed++;
    else entry.failed.push(title);
  }
}
rmSync(folder, { recursive: true });

function resultsIn(file: string): Result[] {
  const report = JSON.parse(readFileSync(file, "utf8")) as { testResults: { assertionResults: Result[] }[] };
  return report.testResults.flatMap(({ assertionResults }) => assertionResults);
}

const notes: string[] = [];

/** The number of a footnote; the same for the same text. */
function note(text: string): string {
  if (!notes.includes(text)) notes.push(text);
  return `[${notes.indexOf(text) + 1}]`;
}

function show(passed: number, broken: readonly string[]): string {
  failed += broken.length;
  return broken.length === 0 ? `✓ ${passed}` : `✗ ${broken.length} of ${passed + broken.length}: ${broken.join("; ")}`;
}

function overview({ name, on, elsewhere, durability }: (typeof stores)[number]): string {
  const columns = wanted.map((runtime) => {
    if (!on.includes(runtime)) return `— ${note(elsewhere)}`;
    const cell = [...(cells.get(`${name}\n${runtime}`)?.values() ?? [])];
    if (cell.length === 0) {
      failed++;
      return "✗ did not run";
    }
    const passed = cell.reduce((sum, entry) => sum + entry.passed, 0);
    const seconds = cell.reduce((sum, entry) => sum + entry.milliseconds, 0) / 1000;
    return `${show(
      passed,
      cell.flatMap((entry) => entry.failed),
    )}, ${seconds.toFixed(1)} s`;
  });
  return `| ${name} | ${columns.join(" | ")} | ${durability} |`;
}

function details({ name, on }: (typeof stores)[number]): string[] {
  const here = wanted.filter((runtime) => on.includes(runtime));
  const capabilities = [...new Set(here.flatMap((runtime) => [...(cells.get(`${name}\n${runtime}`)?.keys() ?? [])]))];
  const cellOf = (capability: string) => (runtime: Runtime) => {
    const entry = cells.get(`${name}\n${runtime}`)?.get(capability);
    return entry === undefined ? "✗ did not run" : entry.failed.length > 0 ? `✗ ${entry.failed.length}` : `✓ ${entry.passed}`;
  };
  const rows = capabilities.map((capability) => `| ${capability} | ${here.map(cellOf(capability)).join(" | ")} |`);
  return [`### ${name}`, "", `| capability | ${here.join(" | ")} |`, `|-|${"-|".repeat(here.length)}`, ...rows, ""];
}

const table = stores.map(overview);
const core = runCore(wanted === runtimes ? [] : wanted);
failed += core.failed;
const page = [
  "# Support matrix",
  "",
  "Written by `npm run matrix`. Everything ran over the packed library, as it comes from npm. Every cell is the result of the same suite, `certify` of `edgewater/testing`: the number of cases that passed, and the seconds that they took on a machine with two cores. A dash means that the store cannot run there, for the reason below.",
  "",
  `| store | ${wanted.join(" | ")} | a write that has resolved survives |`,
  `|-|${"-|".repeat(wanted.length + 1)}`,
  ...table,
  "",
  ...notes.map((text, index) => `${index + 1}. ${text}`),
  "",
  "## The core",
  "",
  "The tests of what depends on no store, over the packed library: how many passed.",
  "",
  ...core.table,
  "",
  "## Versions",
  "",
  Object.entries(versions())
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")
    .concat("."),
  "",
  "## Capabilities",
  "",
  ...stores.flatMap(details),
].join("\n");

if (wanted === runtimes) writeFileSync(join(root, "docs/support-matrix.md"), page);
else console.log(page);
console.log(failed === 0 ? "\nEvery case passed." : `\n${failed} cases failed or did not run.`);
process.exitCode = failed === 0 ? 0 : 1;
