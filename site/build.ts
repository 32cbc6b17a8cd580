/** `npm run docs`: builds the documentation, its pages and the API reference, as a static site in `dist-docs`. */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { build } from "vite";
import { readPublicApi } from "./api/declarations.ts";
import { apiPages } from "./api/pages.ts";
import { relativeLink } from "./html.ts";
import { brokenLinks } from "./links.ts";
import { renderMarkdown } from "./markdown.ts";
import { contents, type Entry, home, readGroups } from "./navigation.ts";
import { documentOf, type Page } from "./page.ts";
import { searchedPages } from "./search.ts";

const root = join(import.meta.dirname, "..");
const output = join(root, "dist-docs");

const groups = readGroups(await readFile(join(root, contents), "utf8"));
const entries = [home, ...groups.flatMap(({ entries }) => entries)];
const paths = new Map([...entries.map(({ source, path }) => [source, path] as const), [contents, home.path]]);
const images = new Set<string>();

/** Where a link of a page leads in the site. */
function resolve({ source, path }: Entry, url: string): string | undefined {
  if (/^(?:https?:|mailto:|#)/.test(url)) return url;
  const [file = "", anchor] = url.split("#");
  const target = posix.join(posix.dirname(source), file);
  if (/\.(?:svg|png)$/.test(target)) {
    images.add(target);
    return relativeLink(path, `images/${basename(target)}`);
  }
  const page = paths.get(target);
  return page && `${relativeLink(path, page)}${anchor === undefined ? "" : `#${anchor}`}`;
}

const guides = await Promise.all(
  entries.map(async (entry): Promise<Page> => {
    const text = await readFile(join(root, entry.source), "utf8");
    return { ...entry, html: renderMarkdown(text, (url) => resolve(entry, url)) };
  }),
);
const api = apiPages(await readPublicApi());
const pages = [...guides, ...api];
const navigation = [...groups, { title: "API", entries: api }];
const documents = new Map(pages.map((page) => [page.path, documentOf(page, navigation, home.path)]));
const files = new Set(["site.css", "site.js", "search.js", "icon.svg", ...[...images].map((image) => `images/${basename(image)}`)]);

const broken = brokenLinks(documents, files);
if (broken.length > 0) throw new Error(`Cannot build the documentation: ${broken.length} links lead nowhere\n${broken.join("\n")}`);

await build({
  configFile: false,
  root: import.meta.dirname,
  logLevel: "warn",
  build: {
    outDir: output,
    emptyOutDir: true,
    // A script that is no module also runs in a page that is opened as a file.
    lib: { entry: "client/main.ts", formats: ["iife"], name: "edgewater", fileName: () => "site.js" },
  },
});
const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(output, path)), { recursive: true });
  await writeFile(join(output, path), text);
};
for (const [path, html] of documents) await write(path, html);
const parts = ["base", "frame", "text", "code", "api", "search", "media"].map((part) => join(import.meta.dirname, `styles/${part}.css`));
const styles = [join(root, "inspector-ui/styles/tokens.css"), ...parts];
await write("site.css", (await Promise.all(styles.map((path) => readFile(path, "utf8")))).join("\n"));
await write("search.js", `globalThis.searchedPages = ${JSON.stringify(searchedPages(pages))};\n`);
await mkdir(join(output, "images"), { recursive: true });
await copyFile(join(import.meta.dirname, "icon.svg"), join(output, "icon.svg"));
for (const image of images) await copyFile(join(root, image), join(output, "images", basename(image)));
console.log(`Wrote ${pages.length} pages: open ${join(output, "index.html")}`);
