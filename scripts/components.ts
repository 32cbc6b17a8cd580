/**
 * The browsers, servers and runtimes that the full test run uses besides Node. `setup` installs the missing ones; `test`
 * and the Vitest configuration use those that are found.
 */
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Component {
  /** Short name, as the list of skipped tests prints it. */
  readonly name: string;
  /** What is tested with it. */
  readonly tests: string;
  /** The Debian packages that install it; absent when it comes from npm. */
  readonly debian?: readonly string[];
  /** The npm package that `setup` installs into a separate folder, because it is too large for `npm install`. */
  readonly npm?: string;
  /** The path of its executable; undefined when it is not on this machine. */
  readonly path: string | undefined;
}

function onPath(command: string, folders: readonly string[] = (process.env["PATH"] ?? "").split(delimiter)): string | undefined {
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, command))
    .find(existsSync);
}

function fromNpm(name: string): string | undefined {
  const candidate = join(import.meta.dirname, "../node_modules/.bin", name);
  return existsSync(candidate) ? candidate : undefined;
}

/** The folder into which `setup` installs an npm package that is not a dependency. */
export function folderOf(npm: string): string {
  return join(import.meta.dirname, "../.cache", npm.replace(/^@/, "").replace(/[^\w.-]+/g, "-"));
}

function installed(npm: string, file: string): string | undefined {
  const candidate = join(folderOf(npm), "node_modules", file);
  return existsSync(candidate) ? candidate : undefined;
}

/** The newest version of a program that Debian installs outside PATH, in one folder per version. */
function fromDebian(name: string, file: string): string | undefined {
  const folder = join("/usr/lib", name);
  const versions = existsSync(folder) ? readdirSync(folder).sort((left, right) => Number(right) - Number(left)) : [];
  return versions.map((version) => join(folder, version, file)).find(existsSync);
}

/** A program that Debian installs into the folder of the machine's architecture. */
function fromLibrary(file: string): string | undefined {
  const folder = "/usr/lib";
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => join(folder, name, file)).find(existsSync);
}

/** The Node of the machine, which may be older than the pinned one that npm scripts run on. */
function systemNode(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return onPath("node", folders);
}

const azurite = "azurite@3.37.0";
const restate = "@restatedev/restate-server@1.7.12";
/** The oldest compiler that the types of the package are for; the README names it. */
const oldestTypeScript = "typescript@5.7.3";

export const components = {
  chromium: {
    name: "Chromium",
    tests: "browser stores and the playground",
    // `chromium --headless` draws a window that no one sees: a third of the work of the end-to-end tests.
    debian: ["chromium-headless-shell"],
    path: onPath("chromium-headless-shell") ?? onPath("chromium"),
  },
  firefox: {
    name: "Firefox",
    tests: "browser stores and the playground",
    debian: ["firefox-esr"],
    path: onPath("firefox-esr"),
  },
  webkit: {
    name: "WebKitGTK",
    tests: "browser stores and the core, in WebKit",
    debian: ["libwebkit2gtk-4.1-0", "xvfb"],
    path: onPath("Xvfb") && fromLibrary("webkit2gtk-4.1/MiniBrowser"),
  },
  ceph: {
    name: "Ceph RADOS Gateway",
    tests: "S3Store against a real S3 server",
    debian: ["ceph-mon", "ceph-osd", "radosgw"],
    path: onPath("radosgw") && onPath("ceph-mon") && onPath("ceph-osd"),
  },
  azurite: {
    name: "Azurite",
    tests: "AzureStore against Azure's own emulator",
    npm: azurite,
    path: installed(azurite, "azurite/dist/src/blob/main.js"),
  },
  restate: {
    name: "Restate",
    tests: "runs as workflows of a real Restate server",
    npm: restate,
    path: installed(restate, ".bin/restate-server"),
  },
  oldestTypeScript: {
    name: "TypeScript 5.7",
    tests: "the types of the package in the oldest compiler they are for",
    npm: oldestTypeScript,
    path: installed(oldestTypeScript, "typescript/bin/tsc"),
  },
  rsync: { name: "rsync", tests: "copies of a LocalStore's folder", debian: ["rsync"], path: onPath("rsync") },
  zip: {
    name: "zip and unzip",
    tests: "copies of a LocalStore's folder",
    debian: ["zip", "unzip"],
    path: onPath("zip") && onPath("unzip"),
  },
  redis: {
    name: "Redis",
    tests: "UnstorageStore with unstorage's redis driver",
    debian: ["redis-server"],
    path: onPath("redis-server"),
  },
  postgres: {
    name: "Postgres",
    tests: "Storage in a real Postgres",
    debian: ["postgresql"],
    path: fromDebian("postgresql", "bin/initdb"),
  },
  deno: { name: "Deno", tests: "the pipeline in Deno", path: fromNpm("deno") },
  bun: { name: "Bun", tests: "the pipeline in Bun", path: fromNpm("bun") },
  workerd: { name: "workerd", tests: "the Worker example, R2Store and KVStore", path: fromNpm("workerd") },
  systemNode: {
    name: "the machine's own Node",
    tests: "the built package on another Node than the pinned one",
    path: systemNode(),
  },
} as const satisfies Record<string, Component>;

export const missing: readonly Component[] = Object.values(components).filter((component) => component.path === undefined);
