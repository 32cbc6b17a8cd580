/**
 * `npm run setup`: installs the browsers and servers that the full test run uses: Debian packages with apt if this user may,
 * npm packages into separate folders. Safe to repeat, and quick when nothing is missing.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { type Component, components, folderOf } from "./components.ts";

const all: Component[] = Object.values(components);
const absent = all.filter((component) => component.path === undefined);
const packages = absent.flatMap((component) => component.debian ?? []);
const fromNpm = absent.flatMap((component) => component.npm ?? []);

for (const component of all) {
  console.log(
    `${component.path === undefined ? "missing" : "found  "}  ${component.name.padEnd(20)} ${component.path ?? component.debian?.join(" ") ?? component.npm ?? "comes with npm install"}`,
  );
}
if (packages.length + fromNpm.length === 0) {
  console.log("Nothing to install.");
  process.exit(0);
}

function run(command: string, ...args: string[]): boolean {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], env: environment }).status === 0;
}

function quietly(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

for (const name of fromNpm) {
  const folder = folderOf(name);
  console.log(`Installing with npm into ${folder}: ${name}`);
  mkdirSync(folder, { recursive: true });
  if (run("npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", folder, name)) continue;
  console.error(`Cannot install ${name} with npm; see the messages above.`);
  process.exit(1);
}
if (packages.length === 0) process.exit(0);

const install = `apt-get install --no-install-recommends ${packages.join(" ")}`;
const asRoot = process.getuid?.() === 0 ? [] : quietly("sudo", "-n", "true") ? ["sudo"] : undefined;
if (asRoot === undefined || !quietly("apt-get", "--version")) {
  console.log(`This user cannot install Debian packages. Install them yourself: ${install}`);
  console.log("npm test also runs without them, and lists what it skipped.");
  process.exit(0);
}

console.log(`Installing with apt: ${packages.join(" ")}`);
const [command = "apt-get", ...prefix] = [...asRoot, "apt-get"];
const wait = ["-o", "DPkg::Lock::Timeout=600", "-qq", "-y"];
const done =
  run(command, ...prefix, ...wait, "update") && run(command, ...prefix, ...wait, "install", "--no-install-recommends", ...packages);
if (!done) {
  console.error(`apt could not install everything. Try it yourself: ${install}`);
  process.exit(1);
}
console.log("Installed.");
