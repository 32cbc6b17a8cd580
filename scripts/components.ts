/**
 * The real components that the full test run uses beside Node: browsers, servers, other runtimes.
 * `setup` installs what is missing, `test` and the Vitest configuration use what is found.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Component {
  /** Short name, as the list of skipped tests prints it. */
  readonly name: string;
  /** What is tested with it. */
  readonly tests: string;
  /** Debian packages that bring it; absent when it comes with `npm install`. */
  readonly debian?: readonly string[];
  /** Path of its executable, or undefined when it is not on this machine. */
  readonly path: string | undefined;
}

function onPath(command: string): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const candidate = join(folder, command);
    if (folder !== "" && existsSync(candidate)) return candidate;
  }
  return undefined;
}

function fromNpm(name: string): string | undefined {
  const candidate = join(import.meta.dirname, "../node_modules/.bin", name);
  return existsSync(candidate) ? candidate : undefined;
}

/** The Node that npm itself runs on: the machine's own, which may be older than the pinned one. */
function systemNode(): string | undefined {
  const path = process.env["npm_node_execpath"];
  return path !== undefined && existsSync(path) ? path : undefined;
}

export const components = {
  chromium: {
    name: "Chromium",
    tests: "browser stores and the playground",
    debian: ["chromium"],
    path: onPath("chromium"),
  },
  firefox: {
    name: "Firefox",
    tests: "browser stores and the playground",
    debian: ["firefox-esr"],
    path: onPath("firefox-esr"),
  },
  ceph: {
    name: "Ceph RADOS Gateway",
    tests: "S3Store against a real S3 server",
    debian: ["ceph-mon", "ceph-osd", "radosgw"],
    path: onPath("radosgw") && onPath("ceph-mon") && onPath("ceph-osd"),
  },
  deno: { name: "Deno", tests: "the pipeline in Deno", path: fromNpm("deno") },
  bun: { name: "Bun", tests: "the pipeline in Bun", path: fromNpm("bun") },
  workerd: { name: "workerd", tests: "the Worker example and R2Store", path: fromNpm("workerd") },
  systemNode: {
    name: "npm's own Node",
    tests: "the built package on the Node that runs npm (run it as `npm test`)",
    path: systemNode(),
  },
} as const satisfies Record<string, Component>;

export const missing: readonly Component[] = Object.values(components).filter((component) => component.path === undefined);
