/** A reporter of Vitest for `npm test`: writes what came of a run to the file that `EDGEWATER_REPORT` names. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { SerializedError } from "vitest";
import type { Reporter, TestModule } from "vitest/node";
import { breadth } from "../test/support/breadth.ts";

/** What came of tests. */
export interface Report {
  readonly passed: number;
  /** A file that cannot be loaded, and an error outside of tests, count like a test. */
  readonly failed: number;
  /** The full names of the tests that this machine cannot run. */
  readonly skipped: readonly string[];
  readonly files: readonly TestedFile[];
}

/** How long the tests of a file took. */
export interface TestedFile {
  readonly name: string;
  readonly ms: number;
}

export default class ReportWriter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const file = process.env["EDGEWATER_REPORT"];
    if (file !== undefined) writeFileSync(file, JSON.stringify(reportOf(modules, errors.length)));
  }
}

function reportOf(modules: readonly TestModule[], errors: number): Report {
  let passed = 0;
  let failed = errors;
  const skipped: string[] = [];
  const files: TestedFile[] = [];
  for (const module of modules) {
    let ownFailures = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") passed++;
      else if (state === "failed") ownFailures++;
      else if (!test.tags.includes(breadth)) skipped.push(test.fullName);
    }
    failed += ownFailures === 0 && !module.ok() ? 1 : ownFailures;
    const { duration, collectDuration } = module.diagnostic();
    files.push({ name: `${relative(process.cwd(), module.moduleId)} (${module.project.name})`, ms: duration + collectDuration });
  }
  return { passed, failed, skipped, files };
}
