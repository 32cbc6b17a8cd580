/** Gives the sources the page of the inspector, as `npm run build` gives it to the package: what Vite has built into dist-inspector. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { files } from "../../src/inspector/page.ts";

const folder = join(import.meta.dirname, "../../dist-inspector");
const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
  const type = types[extname(path)];
  if (type !== undefined)
    Object.assign(files, { [path]: { type: `${type}; charset=utf-8`, text: readFileSync(join(folder, path), "utf8") } });
}
