/** Bundles of an application with embedded Storage contain the storage engine of their runtime and no other. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { root, run } from "../support/spawn.ts";

const entry = join(root, "test/runtime/node-deno-bun/bundled.ts");

async function bundle(conditions: readonly string[]): Promise<string> {
  const result = await build({
    configFile: false,
    root,
    logLevel: "silent",
    resolve: { conditions: [...conditions], mainFields: ["module", "main"] },
    build: {
      write: false,
      minify: false,
      target: "esnext",
      rolldownOptions: { input: entry, external: /^(node|bun|cloudflare):/, preserveEntrySignatures: "strict" },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (output === undefined || !("output" in output)) throw new Error("Vite returned no bundle");
  return output.output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("\n");
}

const sqlite = /node:sqlite|DatabaseSync|edgewater_events/;
const indexedDB = /openDB|indexedDB\.open/;
const anyNode = /["']node:|["']bun:/;

describe.each([
  ["the sources", ["edgewater-source"]],
  ["the built package", []],
])("a bundle of %s", (name, own) => {
  beforeAll(async () => {
    if (own.length === 0) await run(process.execPath, ["scripts/build.ts"]);
  });

  it("for a browser contains IndexedDB and no other engine", async () => {
    const code = await bundle([...own, "browser", "import"]);
    expect(code, name).toMatch(indexedDB);
    expect(code).not.toMatch(sqlite);
    expect(code).not.toMatch(anyNode);
  });

  it("for a Worker contains no engine", async () => {
    const code = await bundle([...own, "workerd", "worker", "browser", "import"]);
    expect(code).toContain("Workers have no embedded database");
    expect(code).not.toMatch(sqlite);
    expect(code).not.toMatch(indexedDB);
    expect(code).not.toMatch(anyNode);
  });

  it("for Node contains SQLite and no IndexedDB", async () => {
    const code = await bundle([...own, "node", "import"]);
    expect(code).toMatch(sqlite);
    expect(code).not.toMatch(indexedDB);
  });
});

it("package.json maps every conditional source to its built file", () => {
  const { imports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    imports: Record<string, { "edgewater-source": Record<string, string> } & Record<string, string>>;
  };
  for (const { "edgewater-source": sources, ...built } of Object.values(imports)) {
    const expected = Object.entries(sources).map(([name, path]) => [name, path.replace("./src/", "./dist/").replace(/\.ts$/, ".js")]);
    expect(Object.entries(built)).toEqual(expected);
  }
});
