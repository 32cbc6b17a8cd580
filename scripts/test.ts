/**
 * `npm test`: runs every test that this machine can run, then lists what was skipped and why. With `CI` set, a skipped test
 * is a failure. Arguments are passed to Vitest; the end-to-end tests are then left out.
 *
 * Vitest runs one browser after the other, and most of their time they wait. So a second Vitest runs them, beside the other tests.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browsers } from "./browsers.ts";
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

/** Runs a program, and returns whether it succeeded. What it prints goes to the terminal, or into a file. */
async function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  output?: string,
): Promise<boolean> {
  const file = output === undefined ? "inherit" : openSync(output, "w");
  const env = { ...process.env, ...environment };
  const child = spawn(join(root, "node_modules/.bin", program), args, { cwd: root, stdio: ["inherit", file, file], env });
  const [status] = (await once(child, "exit")) as [number | null];
  if (typeof file === "number") closeSync(file);
  return status === 0;
}

function read<Report>(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return undefined;
  }
}

// In a log file, colour codes make the output of dots ten times as long.
const plain = process.stdout.isTTY ? {} : { NO_COLOR: "1" };

/** Runs the tests that the arguments choose, counts them, and notes what was skipped. */
async function runVitest(name: string, args: readonly string[], output?: string): Promise<void> {
  const file = join(reports, `${name}.json`);
  const ok = await run("vitest", ["run", "--reporter", "dot", "--reporter", "json", "--outputFile.json", file, ...args], plain, output);
  const report = read<VitestReport>(file);
  passed += report?.numPassedTests ?? 0;
  failed += report?.numFailedTests ?? 0;
  // A test file that cannot be loaded fails without a failed test.
  if (!ok && (report === undefined || report.numFailedTests === 0)) failed++;
  for (const { assertionResults } of report?.testResults ?? []) {
    for (const { status, fullName } of assertionResults)
      if (status !== "passed" && status !== "failed") skipped.push(`${fullName}: skipped here`);
  }
}

const inBrowsers = [...browsers.map(({ name }) => name), ...(components.webkit.path ? ["webkit", "webkit in private"] : [])];
if (filters.length > 0 || inBrowsers.length === 0) await runVitest("all", filters);
else {
  const output = join(reports, "browsers.log");
  await Promise.all([
    runVitest(
      "others",
      inBrowsers.map((name) => `--project=!${name}`),
    ),
    runVitest(
      "browsers",
      inBrowsers.map((name) => `--project=${name}`),
      output,
    ),
  ]);
  console.log(readFileSync(output, "utf8"));
}

if (filters.length === 0 && (components.chromium.path || components.firefox.path)) {
  const file = join(reports, "playwright.json");
  const ok = await run("playwright", ["test", "--reporter", "list,json"], { ...plain, PLAYWRIGHT_JSON_OUTPUT_FILE: file });
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
