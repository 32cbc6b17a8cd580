/**
 * `npm run superjson [values]`: compares with the newest superjson of the registry, whichever that is. Where it gives a value
 * back unchanged, this package must write its very bytes and read them, and it must read ours the same or throw.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { SuperJSON } from "superjson";
import { corpus } from "../../unit/serializer/corpus.ts";
import { lawsAgainst, problemWith } from "../../unit/serializer/laws.ts";

const [values = 20_000] = process.argv.slice(2).map(Number);
const version = execFileSync("npm", ["view", "superjson", "version"], { encoding: "utf8" }).trim();
const folder = await mkdtemp(join(tmpdir(), "superjson-"));
try {
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, `superjson@${version}`], { stdio: "inherit" });
  const newest = (await import(pathToFileURL(join(folder, "node_modules/superjson/dist/index.js")).href)) as {
    SuperJSON: typeof SuperJSON;
  };
  console.log(`superjson ${version}`);
  for (const [name, make] of Object.entries(corpus)) {
    const problem = name === "classes and symbols" ? undefined : problemWith(newest.SuperJSON, make());
    if (problem === undefined) continue;
    console.log(`✗ ${name}: ${problem}`);
    process.exitCode = 1;
  }
  for (const [name, hold] of lawsAgainst(newest.SuperJSON)) {
    if (!name.includes("superjson")) continue;
    hold(values);
    console.log(`✓ ${name}: ${values} values`);
  }
} finally {
  await rm(folder, { recursive: true });
}
