/**
 * `npm test`: runs each test once that this machine can run, then lists what was skipped and why, and the slowest files. With `CI` set,
 * a skipped test is a failure. Arguments are passed to Vitest; the end-to-end tests are then left out.
 *
 * `npm run test:all` (`--all`) runs the breadth, too: the projects "core in …", the tests with the tag `breadth`, every end-to-end test
 * in every browser, and random tests with the many rounds of `test/support/breadth.ts`.
 *
 * Vitest runs one browser after the other, and most of their time they wait. So a second Vitest runs them, and then Playwright, beside
 * the other tests. What they print is shown when the others have ended.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { breadth } from "../test/support/breadth.ts";
import { browsers } from "./browsers.ts";
import { components, missing } from "./components.ts";
import { runToEnd } from "./run-to-end.ts";
import type { Report, TestedFile } from "./vitest-report.ts";

interface PlaywrightSuite {
  readonly specs: readonly { readonly file: string; readonly tests: readonly PlaywrightTest[] }[];
  readonly suites?: readonly PlaywrightSuite[];
}

interface PlaywrightTest {
  readonly projectName: string;
  readonly results: readonly { readonly duration: number }[];
}

interface PlaywrightReport {
  readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number; readonly skipped: number };
  readonly suites: readonly PlaywrightSuite[];
}

const root = join(import.meta.dirname, "..");
const reports = mkdtempSync(join(tmpdir(), "edgewater-reports-"));
const isAll = process.argv[2] === "--all";
const filters = process.argv.slice(isAll ? 3 : 2);
const skipped = missing.map(
  ({ name, tests, debian, npm }) => `${tests}: ${name} was not found${debian || npm ? "; npm run setup installs it" : ""}`,
);
const files: TestedFile[] = [];
const unended: string[] = [];
let passed = 0;
let failed = 0;

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

// In a log file, colour codes make the output of dots ten times as long.
const colours: Readonly<Record<string, string>> = process.stdout.isTTY ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" };
const toTerminal = (text: string): void => void process.stdout.write(text);

/** Runs a program that writes a report, and returns the report and whether it succeeded. One that had to be ended has failed. */
async function run<Result>(
  program: string,
  args: readonly string[],
  variable: string,
  file: string,
  print: (text: string) => void,
): Promise<{ readonly ok: boolean; readonly report: Result | undefined }> {
  const { status, messages } = await runToEnd(join(root, "node_modules/.bin", program), args, {
    cwd: root,
    env: { ...process.env, ...colours, [variable]: file },
    print,
    isDone: () => existsSync(file),
  });
  unended.push(...messages);
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Result) : undefined;
  return { ok: status === 0 && report !== undefined, report };
}

/** Runs the tests that the arguments choose, counts them, and notes what was skipped. */
async function runVitest(name: string, args: readonly string[], print = toTerminal): Promise<void> {
  const reporters = ["--reporter", "dot", "--reporter", join(root, "scripts/vitest-report.ts")];
  const mode = isAll ? ["--mode", "all"] : [];
  const { ok, report } = await run<Report>(
    "vitest",
    ["run", ...reporters, ...mode, ...args],
    "EDGEWATER_REPORT",
    join(reports, `${name}.json`),
    print,
  );
  passed += report?.passed ?? 0;
  failed += report?.failed ?? 0;
  if (!ok && !report?.failed) failed++;
  skipped.push(...(report?.skipped ?? []).map((test) => `${test}: skipped here`));
  files.push(...(report?.files ?? []));
}

async function runPlaywright(print: (text: string) => void): Promise<void> {
  const projects = browsers.flatMap(({ name }, index) => [name, ...(isAll && index > 0 ? [`breadth in ${name}`] : [])]);
  const args = ["test", "--reporter", "list,json", ...projects.map((name) => `--project=${name}`)];
  const file = join(reports, "playwright.json");
  const { ok, report } = await run<PlaywrightReport>("playwright", args, "PLAYWRIGHT_JSON_OUTPUT_FILE", file, print);
  const { expected = 0, flaky = 0, unexpected = 0, skipped: left = 0 } = report?.stats ?? {};
  passed += expected + flaky;
  failed += unexpected;
  if (!ok && unexpected === 0) failed++;
  if (left > 0) skipped.push(`${left} end-to-end tests: skipped here`);
  const times = new Map<string, number>();
  const suites = [...(report?.suites ?? [])];
  // The list grows while it is read.
  for (const { specs, suites: inner = [] } of suites) {
    suites.push(...inner);
    for (const { file: spec, tests } of specs) {
      for (const { projectName, results } of tests) {
        const name = `e2e/${spec} (${projectName})`;
        times.set(
          name,
          results.reduce((sum, { duration }) => sum + duration, times.get(name) ?? 0),
        );
      }
    }
  }
  files.push(...Array.from(times, ([name, ms]) => ({ name, ms })));
}

const withoutTag = `--tags-filter=!${breadth}`;
const withoutBreadth = isAll ? [] : ["--project=!core in *", withoutTag];
const names = [...browsers.map(({ name }) => name), ...(components.webkit.path ? ["webkit"] : [])];
const inBrowsers = [...names, ...(components.webkit.path ? ["webkit in private"] : []), ...names.map((name) => `core in ${name}`)];
if (filters.length > 0) await runVitest("all", filters);
else {
  const chosen = inBrowsers.filter((name) => isAll || !name.startsWith("core in"));
  let held: string | undefined = "";
  const afterOthers = (text: string): void => {
    if (held === undefined) toTerminal(text);
    else held += text;
  };
  const runOthers = async (): Promise<void> => {
    await runVitest("others", [...inBrowsers.map((name) => `--project=!${name}`), ...withoutBreadth]);
    toTerminal(`\n${held}`);
    held = undefined;
  };
  const runInBrowsers = async (): Promise<void> => {
    if (chosen.length === 0) return;
    await runVitest("browsers", [...chosen.map((name) => `--project=${name}`), ...(isAll ? [] : [withoutTag])], afterOthers);
    if (browsers.length > 0) await runPlaywright(afterOthers);
  };
  await Promise.all([runOthers(), runInBrowsers()]);
}
rmSync(reports, { recursive: true });

const list = (title: string, lines: readonly string[]): string => `\n${title}:\n${lines.map((line) => `  - ${line}`).join("\n")}`;
const slowest = files.sort((left, right) => right.ms - left.ms).slice(0, 10);
console.log(
  list(
    "The slowest files",
    slowest.map(({ name, ms }) => `${(ms / 1000).toFixed(1)} s ${name}`),
  ),
);
console.log(skipped.length === 0 ? "\nNothing was skipped." : list("Skipped", skipped));
if (unended.length > 0) console.log(list("Did not end by itself", unended));
const isStrict = process.env["CI"] !== undefined && skipped.length > 0;
if (isStrict) console.log("In CI a skip is a failure.");
console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(failed > 0 || isStrict ? 1 : 0);
