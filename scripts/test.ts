/**
 * `npm test`: runs every test that this machine can run, then lists what was skipped and why. With `CI` set, a skipped test
 * is a failure. Arguments are passed to Vitest; the end-to-end tests are then left out.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { components, missing } from "./components.ts";

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly { readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[];
}

interface PlaywrightReport {
  readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number; readonly skipped: number };
}

const root = join(import.meta.dirname, "..");
const reports = mkdtempSync(join(tmpdir(), "edgewater-reports-"));
const filters = process.argv.slice(2);
const skipped = missing.map(
  ({ name, tests, debian, npm }) => `${tests}: ${name} was not found${debian || npm ? "; npm run setup installs it" : ""}`,
);
let passed = 0;
let failed = 0;

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): boolean {
  const env = { ...process.env, ...environment };
  return spawnSync(join(root, "node_modules/.bin", program), args, { cwd: root, stdio: "inherit", env }).status === 0;
}

function read<Report>(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return undefined;
  }
}

const vitestReport = join(reports, "vitest.json");
// In a log file, colour codes make the output of dots ten times as long.
const plain = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
const vitestOk = run("vitest", ["run", "--reporter", "dot", "--reporter", "json", "--outputFile.json", vitestReport, ...filters], plain);
const vitest = read<VitestReport>(vitestReport);
passed += vitest?.numPassedTests ?? 0;
failed += vitest?.numFailedTests ?? 0;
// A test file that cannot be loaded fails without a failed test.
if (!vitestOk && (vitest === undefined || vitest.numFailedTests === 0)) failed++;
for (const { assertionResults } of vitest?.testResults ?? []) {
  for (const { status, fullName } of assertionResults)
    if (status !== "passed" && status !== "failed") skipped.push(`${fullName}: skipped here`);
}

if (filters.length === 0 && (components.chromium.path || components.firefox.path)) {
  const file = join(reports, "playwright.json");
  const ok = run("playwright", ["test", "--reporter", "list,json"], { ...plain, PLAYWRIGHT_JSON_OUTPUT_FILE: file });
  const stats = read<PlaywrightReport>(file)?.stats;
  passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0);
  failed += stats?.unexpected ?? 0;
  if (!ok && !stats?.unexpected) failed++;
  if (stats?.skipped) skipped.push(`${stats.skipped} end-to-end tests: skipped here`);
}
rmSync(reports, { recursive: true });

console.log(skipped.length === 0 ? "\nNothing was skipped." : `\nSkipped:\n${skipped.map((line) => `  - ${line}`).join("\n")}`);
const isStrict = process.env["CI"] !== undefined && skipped.length > 0;
if (isStrict) console.log("In CI a skip is a failure.");
console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(failed > 0 || isStrict ? 1 : 0);
