/**
 * Builds the page of the inspector into `dist-inspector`, and in the package a module that has its files as text, so that a server
 * needs no file system to serve them: `dist/inspector/page.js`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
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
  writeFileSync(join(dist, "inspector/page.js"), `export const files = ${JSON.stringify(files)};\n`);
  writeFileSync(join(dist, "inspector/page.d.ts"), declaration);
}
