/** The tests of `test/unit/delta` in Deno and Bun, which run Vitest themselves. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { breadth } from "../../support/breadth.ts";
import { run } from "../../support/spawn.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterAll(() => rm(folder, { recursive: true }));

const { deno, bun } = components;
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--project", "node", "--pool", "threads", "--max-workers", "1"];

/** The files are compiled and loaded for this runtime alone. */
const limitMs = 600_000;

describe.each([
  { name: "Deno", path: deno.path, program: ["run", "--quiet", "-A"] },
  { name: "Bun", path: bun.path, program: ["--bun"] },
])("Delta tables in $name", ({ name, path, program }) => {
  it.skipIf(path === undefined)("pass the tests of the core", { timeout: limitMs, tags: breadth }, async () => {
    const output = join(folder, `${name}.json`);
    const tests = ["test/unit/delta", "--exclude", "test/unit/delta/node/**", "--reporter", "json", "--outputFile", output];
    // Vitest ends workers with a call that Deno lacks, and its exit code says so; the report has the tests.
    const printed = await run(path ?? "", [...program, ...vitest, ...tests], {}, limitMs).catch(String);
    const report = JSON.parse(await readFile(output, "utf8").catch(() => JSON.stringify({ printed })));
    expect(failuresOf(report)).toEqual([]);
    expect(report.numPassedTests).toBeGreaterThan(300);
  });
});

interface Report {
  readonly printed?: string;
  readonly testResults?: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function failuresOf({ printed, testResults = [] }: Report): readonly string[] {
  const unloaded = testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0);
  const failed = testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === "failed"));
  return [
    ...(printed === undefined ? [] : [printed]),
    ...unloaded.map(({ message }) => message),
    ...failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join("\n")}`),
  ];
}
