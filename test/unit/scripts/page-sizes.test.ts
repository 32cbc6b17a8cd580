import { gzipSync } from "node:zlib";
import type { Rolldown } from "vite";
import { expect, it } from "vitest";
import { pageSizes } from "../../../scripts/page-sizes.ts";

const chunk = (fileName: string, imports: readonly string[], moduleIds: readonly string[] = [`/src/${fileName}`]) =>
  ({ type: "chunk", fileName, code: `/* ${fileName} */`, imports, moduleIds }) as unknown as Rolldown.OutputChunk;
const asset = (fileName: string, source: string) => ({ type: "asset", fileName, source }) as unknown as Rolldown.OutputAsset;
const html = asset("index.html", '<script type="module" src="./ui/main.js"></script><link rel="modulepreload" href="./ui/ahead.js">');
const bytesOf = (...names: readonly string[]): number =>
  names.reduce((bytes, name) => bytes + gzipSync(`/* ${name} */`, { level: 9 }).length, 0);

it("counts what the HTML names and all that it imports as first, and other scripts but data as later", () => {
  const output = [
    html,
    chunk("ui/main.js", ["ui/shared.js"]),
    chunk("ui/shared.js", ["ui/deep.js"]),
    chunk("ui/deep.js", []),
    chunk("ui/ahead.js", []),
    chunk("ui/screen.js", ["ui/shared.js"]),
    chunk("ui/land.js", [], ["/data/land.json"]),
    asset("ui/worker.js", "/* ui/worker.js */"),
    asset("ui/page.css", "body {}"),
  ];
  expect(pageSizes(output)).toEqual({
    first: bytesOf("ui/main.js", "ui/shared.js", "ui/deep.js", "ui/ahead.js"),
    later: bytesOf("ui/screen.js", "ui/worker.js"),
  });
});

it("measures no page without a script", () => {
  expect(() => pageSizes([asset("index.html", "<p></p>")])).toThrow("names no script");
});
