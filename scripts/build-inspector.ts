/**
 * Builds the page of the inspector into `dist-inspector`, and in the package a module that has its files as text, so that a server
 * needs no file system to serve them: `dist/inspector/page.js`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const root = join(import.meta.dirname, "..");
const page = join(root, "dist-inspector");
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

const declaration = `/** A file of the page: its media type and its text. */
export interface PageFile {
  readonly type: string;
  readonly text: string;
}
/** By path below where the page is mounted: \`index.html\`, and files below \`ui/\` that are named after their content. */
export declare const files: Readonly<Record<string, PageFile>>;
`;

/** How large its scripts may be, in bytes after gzip: those of the first screen, and all that are loaded later together. */
const limits = { first: 120_000, later: 100_000 };

/** The script of the page and what it imports at once; what it imports later is not among them. */
function firstScripts(files: Readonly<Record<string, { readonly text: string }>>): ReadonlySet<string> {
  const found = new Set([...(files["index.html"]?.text ?? "").matchAll(/src="\.\/(ui\/[\w-]+\.js)"/g)].map(([, path = ""]) => path));
  for (const path of found) {
    for (const [, name = ""] of (files[path]?.text ?? "").matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) found.add(`ui/${name}`);
  }
  return found;
}

function checkSizes(files: Readonly<Record<string, { readonly text: string }>>): void {
  const first = firstScripts(files);
  const sizes = { first: 0, later: 0 };
  for (const [path, { text }] of Object.entries(files)) {
    if (path.endsWith(".js")) sizes[first.has(path) ? "first" : "later"] += gzipSync(text, { level: 9 }).length;
  }
  for (const part of ["first", "later"] as const) {
    if (sizes[part] > limits[part])
      throw new Error(
        `The inspector is too large: its scripts that load ${part} have ${sizes[part]} bytes after gzip, and may have ${limits[part]}`,
      );
  }
}

/** @param dist the folder of the compiled package */
export async function buildInspector(dist: string = join(root, "dist")): Promise<void> {
  await build({ configFile: join(root, "inspector-ui/vite.config.ts"), mode: "page", logLevel: "warn" });
  const paths = readdirSync(page, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(page.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
  const files = Object.fromEntries(
    paths.map((path) => {
      const type = types[extname(path)];
      if (type === undefined)
        throw new Error(`Cannot serve ${path} of the inspector: its type is unknown; add it to scripts/build-inspector.ts`);
      return [path, { type, text: readFileSync(join(page, path), "utf8") }];
    }),
  );
  checkSizes(files);
  writeFileSync(join(dist, "inspector/page.js"), `export const files = ${JSON.stringify(files)};\n`);
  writeFileSync(join(dist, "inspector/page.d.ts"), declaration);
}
