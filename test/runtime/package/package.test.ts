/** The packed tarball, as somebody has it who only knows the npm page: its types, and the README in every runtime. */
import { execFile, execFileSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright";
import { build } from "vite";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { unstable_dev } from "wrangler";
import { browsers } from "../../../scripts/browsers.ts";
import { components } from "../../../scripts/components.ts";
import { root } from "../../support/spawn.ts";

const bin = (name: string): string => join(root, "node_modules/.bin", name);
let folder: string;
let app: string;

/** Runs a program in a folder and returns what it printed. */
async function run(program: string, args: readonly string[], cwd: string = app): Promise<string> {
  try {
    const { PATH = "", HOME = "" } = process.env;
    return (await promisify(execFile)(program, args, { cwd, env: { PATH, HOME }, timeout: 480_000 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
  }
}

/** The examples of a page, by their order. */
async function examples(page: string): Promise<readonly string[]> {
  const text = await readFile(join(root, page), "utf8");
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
}

beforeAll(async () => {
  folder = inject("installed");
  app = join(folder, "app");
  await cp(join(import.meta.dirname, "app"), app, { recursive: true });
  await writeFile(join(app, "package.json"), JSON.stringify({ type: "module" }));
});

/** What the README asks of a project. */
const compilerOptions = {
  strict: true,
  noEmit: true,
  module: "nodenext",
  target: "es2022",
  lib: ["es2023", "esnext.disposable", "dom", "dom.asynciterable"],
};

const expected = {
  count: 3,
  dataVersion: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  misspelt: 'Unknown option "iohandler" of Repository.open; did you mean "ioHandler"?',
  relative: true,
};
const peer = { code: "NotSupported", message: expect.stringMatching(/^Cannot load the package "postgres".*npm install postgres$/) };

/** What comes of embedded Storage on a Node: older ones have no SQLite. */
function embeddedOn(node: string | undefined): unknown {
  if (node === undefined) return undefined;
  const [major = 0, minor = 0] = execFileSync(node, ["-p", "process.versions.node"], { encoding: "utf8" }).split(".").map(Number);
  const isNew = major > 22 || (major === 22 && minor >= 13);
  return isNew ? "opened" : { code: "NotSupported", message: expect.stringContaining("use Node 22.13") };
}

describe("the package", () => {
  it("has the documentation that its README links to, and no tests", async () => {
    const files = await readdir(join(folder, "node_modules/edgewater"));
    expect(files.sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "dist", "docs", "package.json", "src"]);
    const readme = await readFile(join(folder, "node_modules/edgewater/README.md"), "utf8");
    for (const [, path = ""] of readme.matchAll(/\]\((docs\/[^)#]+)/g)) await readFile(join(folder, "node_modules/edgewater", path));
  });

  it("compiles the first examples of the README and of the guide to handlers", async () => {
    const [pipeline = ""] = await examples("README.md");
    const handler = (await examples("docs/handlers.md")).find((code) => code.includes("class CsvIOHandler")) ?? "";
    await writeFile(join(app, "pipeline.ts"), pipeline);
    await writeFile(join(app, "handler.ts"), handler);
    await mkdir(join(app, "node_modules"), { recursive: true });
    await symlink(join(root, "node_modules/@types"), join(app, "node_modules/@types"));
    const options = { ...compilerOptions, types: ["node"] };
    await writeFile(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["pipeline.ts", "handler.ts"] }));
    expect(await run(bin("tsc"), ["--project", "."])).toBe("");
  });

  it.skipIf(components.oldestTypeScript.path === undefined)(
    "compiles with the oldest TypeScript that its README names, every subpath of it and its declarations",
    async () => {
      const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { exports: object; peerDependencies: object };
      const names = Object.keys(manifest.exports).filter((name) => !name.endsWith(".json"));
      const code = names.map((name, index) => `export * as part${index} from "edgewater${name.slice(1)}";\n`).join("");
      await writeFile(join(app, "subpaths.ts"), code);
      await writeFile(join(app, "first.ts"), (await examples("README.md"))[0] ?? "");
      const options = { ...compilerOptions, types: [] };
      await writeFile(join(app, "tsconfig.oldest.json"), JSON.stringify({ compilerOptions: options, files: ["subpaths.ts", "first.ts"] }));
      const compiler = components.oldestTypeScript.path as string;
      expect(await run(process.execPath, [compiler, "--version"])).toContain("5.7");
      const printed = await run(process.execPath, [compiler, "--project", "tsconfig.oldest.json"]).catch(String);
      // The declarations of other packages are theirs, and the optional ones are not installed.
      const optional = Object.keys(manifest.peerDependencies).map((name) => `Cannot find module '${name}'`);
      const isExpected = (line: string): boolean =>
        /^[^(]*node_modules\/(?!edgewater\/)[^(]*\(/.test(line) || optional.some((missing) => line.includes(missing));
      const errors = printed.split("\n").filter((line) => /error TS\d+:/.test(line));
      expect(errors.filter((line) => !isExpected(line))).toEqual([]);
    },
  );

  it.each([
    ["Node", process.execPath, []],
    ["Deno", components.deno.path, ["run", "--quiet", "-A", "--node-modules-dir=manual"]],
    ["Bun", components.bun.path, ["run"]],
  ])("runs the first example of the README in %s", async (_, program, args) => {
    if (program === undefined) return;
    await writeFile(join(app, "readme.ts"), (await examples("README.md"))[0] ?? "");
    expect(await run(program, [...args, "readme.ts"])).toMatch(/^2018 sha256:[0-9a-f]{64}\n$/);
  });

  it.each([
    ["Node", process.execPath, [], "opened"],
    ["the machine's Node", components.systemNode.path, [], embeddedOn(components.systemNode.path)],
    ["Deno", components.deno.path, ["run", "--quiet", "-A", "--node-modules-dir=manual"], "opened"],
    ["Bun", components.bun.path, ["run"], "opened"],
  ])("runs a pipeline, and names a missing peer, in %s", async (_, program, args, embedded) => {
    if (program === undefined) return;
    const printed = JSON.parse(await run(program, [...args, "process.mjs"]));
    expect(printed).toEqual({ ...expected, temporary: 1, peer, embedded });
  });

  it("runs a pipeline in a Worker", async () => {
    const worker = await unstable_dev(join(app, "worker.mjs"), {
      compatibilityDate: "2025-01-01",
      logLevel: "none",
      experimental: { disableExperimentalWarning: true, disableDevRegistry: true },
    });
    try {
      expect(await (await worker.fetch()).json()).toEqual(expected);
    } finally {
      await worker.stop();
    }
  });

  it.skipIf(components.chromium.path === undefined)("is bundled by Vite and runs in Chromium", async () => {
    await writeFile(join(app, "index.html"), '<script type="module" src="/page.mjs"></script>');
    await build({ root: app, configFile: false, logLevel: "silent", build: { outDir: "out", target: "esnext" } });
    const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };
    const server = createServer(async ({ url = "/" }, response) => {
      const path = join(app, "out", url === "/" ? "index.html" : url);
      const body = await readFile(path).catch(() => undefined);
      response.writeHead(body === undefined ? 404 : 200, { "content-type": types[extname(path)] ?? "text/plain" }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await chromium.launch(browsers.find(({ name }) => name === "chromium")?.launchOptions);
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction(() => "result" in globalThis);
      expect(await page.evaluate(() => (globalThis as unknown as { result: unknown }).result)).toEqual(expected);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
