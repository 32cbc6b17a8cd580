/** The examples as somebody has them who copies a folder and installs the library from npm. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright";
import { createServer, preview } from "vite";
import { describe, expect, inject, it } from "vitest";
import { browsers } from "../../../scripts/browsers.ts";
import { components } from "../../../scripts/components.ts";
import { startWrangler } from "../../support/servers/wrangler.ts";
import { root, run } from "../../support/spawn.ts";

/** What every example prints or shows: each asset with its data version. */
const made = [
  "readings sha256:ed37c14884aaf155f89e916c8b2d62534111c5f61c46d7ddf4e35886a3c6cb7a",
  "byDay sha256:efe0761385116f0f5ed0b285a731c785953d76c465236ece30bbc9a3f2ca84e9",
  "warmest sha256:fc7e31a920ab9f40fa7c6470ebe7e82b3c08a87578bad16f1ec1fd4c43566ea1",
].join("\n");

const example = (name: string): string => join(inject("installed"), "examples", name);

/** Runs a command of an example, with the programs of this project. */
function npm(name: string, ...args: readonly string[]): Promise<string> {
  const environment = { PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`, npm_config_update_notifier: "false" };
  return run("npm", ["--prefix", example(name), "run", "--silent", ...args], environment);
}

/** What a page shows at last. */
async function shown(url: string): Promise<readonly string[]> {
  const browser = await chromium.launch(browsers.find(({ name }) => name === "chromium")?.launchOptions);
  try {
    const page = await (await browser.newContext()).newPage();
    const read = async (target: Page): Promise<string> => {
      await target.goto(url);
      await target.waitForFunction(() => document.querySelector("output")?.textContent?.includes("warmest"));
      return (await target.locator("output").textContent()) ?? "";
    };
    return [await read(page), await read(page)];
  } finally {
    await browser.close();
  }
}

describe("the examples", () => {
  it("have one pipeline, byte for byte", async () => {
    const files = [
      "node/pipeline.ts",
      "deno/pipeline.ts",
      "bun/pipeline.ts",
      "browser/pipeline.js",
      "vite/src/pipeline.ts",
      "worker/src/pipeline.ts",
    ];
    const texts = await Promise.all(files.map((file) => readFile(example(file), "utf8")));
    expect(new Set(texts).size).toBe(1);
  });

  it.skipIf(components.deno.path === undefined || components.bun.path === undefined)(
    "run with one command in Node, Deno and Bun",
    async () => {
      for (const name of ["node", "deno", "bun"]) expect((await npm(name, "start")).trim(), name).toBe(made);
    },
  );

  it("fit the types of the package", async () => {
    const options = [
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--allowImportingTsExtensions",
      "--module",
      "nodenext",
      "--target",
      "es2024",
    ];
    const libraries = ["--lib", "esnext,dom,dom.asynciterable", "--types", "node", "--typeRoots", join(root, "node_modules/@types")];
    const files = ["node/main.ts", "deno/main.ts", "bun/main.ts", "vite/src/main.ts", "worker/src/index.ts"].map(example);
    expect(await run(join(root, "node_modules/.bin/tsc"), ["--ignoreConfig", ...options, ...libraries, ...files])).toBe("");
  });

  it.skipIf(components.chromium.path === undefined)("run in a browser without a bundler, again after a reload", async () => {
    const server = spawn(process.execPath, ["serve.js"], { cwd: example("browser"), env: { ...process.env, PORT: "0" } });
    try {
      const [line] = await once(server.stdout, "data");
      expect(await shown(String(line).trim())).toEqual([made, made]);
    } finally {
      server.kill();
    }
  });

  it.skipIf(components.chromium.path === undefined)("run in a browser through Vite, as it is developed and as it is built", async () => {
    const folder = example("vite");
    const developing = await createServer({ root: folder, configFile: false, logLevel: "silent", server: { port: 0, host: "127.0.0.1" } });
    try {
      await developing.listen();
      expect(await shown(developing.resolvedUrls?.local[0] ?? "")).toEqual([made, made]);
    } finally {
      await developing.close();
    }
    await npm("vite", "build");
    const server = await preview({ root: folder, configFile: false, logLevel: "silent", preview: { port: 0, host: "127.0.0.1" } });
    try {
      expect(await shown(server.resolvedUrls?.local[0] ?? "")).toEqual([made, made]);
    } finally {
      await server.close();
    }
  });

  it.skipIf(components.workerd.path === undefined)("fit the types of the platform, in the Worker that persists assets", async () => {
    expect(await npm("worker-assets", "check")).not.toContain("error");
  });

  it.skipIf(components.workerd.path === undefined)("run in a Worker", async () => {
    const folder = await mkdtemp(join(tmpdir(), "edgewater-worker-"));
    try {
      await using worker = await startWrangler({ config: example("worker/wrangler.jsonc"), folder });
      for (let round = 0; round < 2; round++) {
        const answer = await fetch(worker.url, { method: "POST" });
        expect((await answer.text()).trim(), worker.output()).toBe(made);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
