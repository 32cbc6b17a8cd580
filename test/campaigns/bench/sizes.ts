/** How much users download: the first run of a page, and everything of each job in `.size-limit.js`. */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { measurePlayground } from "../../../playground/build/sizes.ts";
import { limits, measureFirstRun } from "../../runtime/browser-pages/first-run/measure.ts";
import { root } from "../../support/spawn.ts";
import type { AddRow } from "./harness.ts";

/** One job of `.size-limit.js`, as size-limit reports it. */
interface Size {
  readonly name: string;
  readonly size: number;
  readonly sizeLimit: number;
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

export async function sizeRows(add: AddRow): Promise<void> {
  const firstRun = await measureFirstRun();
  if (firstRun !== undefined) {
    const { bytes, requests, waves } = firstRun;
    add({
      what: "first run in Chromium: open, materialize one asset with superjson into IndexedDB, load it back",
      measured: `${kB(bytes)} gzipped, ${requests} requests, ${waves} waves`,
      budget: `≤ ${kB(limits.bytes)}, ≤ ${limits.requests}, ≤ ${limits.waves}`,
      isWithin: bytes <= limits.bytes && requests <= limits.requests && waves <= limits.waves,
      anchor: "—",
    });
  }
  const playground = await measurePlayground();
  for (const [part, what, limit] of [
    ["first", "first load of the playground, scripts gzipped", 120_000],
    ["later", "what the playground loads when it is needed, without data, scripts gzipped", 100_000],
  ] as const) {
    const size = playground[part];
    add({ what, measured: kB(size), budget: `≤ ${kB(limit)}`, isWithin: size <= limit, anchor: "—" });
  }
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root });
  // size-limit exits with 1 when a limit is exceeded; here that is a row like any other.
  const { stdout } = spawnSync(join(root, "node_modules/.bin/size-limit"), ["--json"], { cwd: root, encoding: "utf8" });
  for (const { name, size, sizeLimit } of JSON.parse(stdout) as readonly Size[]) {
    const what = `everything of ${name}, minified and gzipped`;
    add({ what, measured: kB(size), budget: `≤ ${kB(sizeLimit)}`, isWithin: size <= sizeLimit, anchor: "—" });
  }
}
