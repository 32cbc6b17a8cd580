/** The core of the suite over the packed library on every runtime, Node 20 and 22 among them. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { components, folderOf } from "../../../scripts/components.ts";

const root = join(import.meta.dirname, "../../..");
const vitest = [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--config",
  "test/campaigns/matrix/core.config.ts",
  "--reporter=dot",
  "--reporter=json",
];

/** Programs that run the core, and the project of `core.config.ts` that they run. */
const runtimes: Readonly<Record<string, readonly [project: string, program: () => string, ...args: string[]]>> = {
  "Node 20": ["node", () => nodeOf("node@20.20.2")],
  "Node 22": ["node", () => nodeOf("node@22.23.3")],
  "Node 24": ["node", () => process.execPath],
  Deno: ["node", () => components.deno.path ?? "deno", "run", "-A", "--no-remote"],
  Bun: ["node", () => components.bun.path ?? "bun", "--bun"],
  workerd: ["core in workerd", () => process.execPath],
  Chromium: ["core in chromium", () => process.execPath],
  Firefox: ["core in firefox", () => process.execPath],
  WebKitGTK: ["core in webkit", () => process.execPath],
};

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** What the core has shown: the lines of a table, and how many tests failed or did not run. */
export interface CoreResult {
  readonly table: readonly string[];
  readonly failed: number;
}

/** @param wanted the first words of the runtimes to run; all unless given */
export function runCore(wanted: readonly string[]): CoreResult {
  const names = Object.keys(runtimes).filter((name) => wanted.length === 0 || wanted.includes(name.split(" ")[0] ?? ""));
  const parts = new Map<string, string[]>();
  let failed = 0;
  for (const [column, name] of names.entries()) {
    console.log(`\n── the core on ${name}`);
    const results = resultsOf(name);
    const failures = [...results.values()].flatMap(({ broken }) => broken);
    for (const failure of failures) console.error(failure);
    failed += results.size === 0 ? 1 : failures.length;
    for (const [part, { passed, broken }] of results) {
      const row = parts.get(part) ?? names.map(() => "✗ did not run");
      row[column] = broken.length === 0 ? `✓ ${passed}` : `✗ ${broken.length} of ${passed + broken.length}`;
      parts.set(part, row);
    }
  }
  const rows = [...parts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([part, row]) => `| ${part} | ${row.join(" | ")} |`);
  return { table: [`| tests | ${names.join(" | ")} |`, `|-|${"-|".repeat(names.length)}`, ...rows], failed };
}

/** The results of a runtime, by the folder of `test/unit`. */
function resultsOf(name: string): ReadonlyMap<string, { passed: number; readonly broken: string[] }> {
  const [project, program, ...args] = runtimes[name] as (typeof runtimes)[string];
  const folder = mkdtempSync(join(tmpdir(), "edgewater-matrix-core-"));
  const file = join(folder, "report.json");
  const pool = name === "Bun" ? ["--pool=threads"] : [];
  const env = { ...process.env, NO_COLOR: "1" };
  spawnSync(program(), [...args, ...vitest, "--outputFile.json", file, "--project", project, ...pool], {
    cwd: root,
    stdio: "inherit",
    env,
  });
  const results = new Map<string, { passed: number; readonly broken: string[] }>();
  const report: Report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { testResults: [] };
  rmSync(folder, { recursive: true });
  for (const { name: path, message, assertionResults } of report.testResults) {
    const [part = ""] = relative(join(root, "test/unit"), path).split("/");
    const result = results.get(part) ?? { passed: 0, broken: [] };
    results.set(part, result);
    if (assertionResults.length === 0) result.broken.push(`${path} did not run: ${message}`);
    for (const { fullName, status } of assertionResults) {
      if (status === "passed") result.passed++;
      else if (status === "failed") result.broken.push(`${path}: ${fullName}`);
    }
  }
  return results;
}

/** A Node from npm, which is installed into the cache when it is not there. */
function nodeOf(npm: string): string {
  const folder = folderOf(npm);
  const program = join(folder, "node_modules/node/bin/node");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const options = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  spawnSync("npm", ["install", ...options, "--prefix", folder, npm], { stdio: "inherit" });
  return program;
}
