/** The shape of inspector-ui: what its files import, and how large they are. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
const folder = join(root, "inspector-ui");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts") && path !== "vite.config.ts")
  .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }));

/** What a file imports of the repository outside of inspector-ui, with whether only its types. */
const outside = files.flatMap(({ path, text }) =>
  [...text.matchAll(/^import\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/gm)].flatMap(([, type, specifier = ""]) => {
    const target = relative(root, join(folder, path, "..", specifier));
    return target.startsWith("inspector-ui") ? [] : [{ path, target, isType: type !== undefined }];
  }),
);

it("imports values only from src/inspector, and nothing from the repository but its types", () => {
  const allowed = ({ path, target, isType }: (typeof outside)[number]): boolean =>
    isType || target.startsWith("src/inspector/") || (path === "demo.ts" && target.startsWith("test/support/inspection/"));
  expect(outside.filter((each) => !allowed(each))).toEqual([]);
});

it("has no file over 400 lines", () => {
  expect(files.filter(({ text }) => text.split("\n").length > 400).map(({ path }) => path)).toEqual([]);
});

it("sets no style as text, which the content security policy of the page refuses", () => {
  expect(files.filter(({ text }) => /\sstyle="|style=\{`/.test(text)).map(({ path }) => path)).toEqual([]);
});

it("renders HTML in one place only: Markdown that micromark has escaped", () => {
  const writers = files.filter(({ text }) => /innerHTML|dangerouslySetInnerHTML|insertAdjacentHTML/.test(text)).map(({ path }) => path);
  expect(writers).toEqual(["screens/asset/value/value-text.tsx"]);
});
