/** `npm run check`: runs every `check:…` script of package.json in order, and reports all that fail, not just the first. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const checks = Object.keys(scripts).filter((name) => name.startsWith("check:"));

const failed = checks.filter((name) => {
  console.log(`\n── ${name}: ${scripts[name]}`);
  return spawnSync("npm", ["run", "--silent", name], { cwd: root, stdio: "inherit" }).status !== 0;
});
console.log(failed.length === 0 ? "\nAll checks passed." : `\nFailed: ${failed.join(", ")}`);
process.exit(failed.length === 0 ? 0 : 1);
