/** Bundles of an application with embedded Storage contain the storage engine of their runtime and no other. */
import { readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "vite";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { root } from "../../support/spawn.ts";

const entry = join(import.meta.dirname, "bundled.ts");
const installedEntry = join(inject("installed"), "bundled.ts");
beforeAll(() => cp(entry, installedEntry));

async function bundle(input: string, conditions: readonly string[]): Promise<string> {
  const result = await build({
    configFile: false,
    root: dirname(input),
    logLevel: "silent",
    resolve: { conditions: [...conditions], mainFields: ["module", "main"] },
    build: {
      write: false,
      minify: false,
      target: "esnext",
      rolldownOptions: { input, external: /^(node|bun|cloudflare):/, preserveEntrySignatures: "strict" },
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
  ["the sources", entry, ["edgewater-source"]],
  ["the package", installedEntry, []],
])("a bundle of %s", (name, input, own) => {
  it("for a browser contains IndexedDB and no other engine", async () => {
    const code = await bundle(input, [...own, "browser", "import"]);
    expect(code, name).toMatch(indexedDB);
    expect(code).not.toMatch(sqlite);
    expect(code).not.toMatch(anyNode);
  });

  it("for a Worker contains no engine", async () => {
    const code = await bundle(input, [...own, "workerd", "worker", "browser", "import"]);
    expect(code).toContain("Workers have no embedded database");
    expect(code).not.toMatch(sqlite);
    expect(code).not.toMatch(indexedDB);
    expect(code).not.toMatch(anyNode);
  });

  it("for Node contains SQLite and no IndexedDB", async () => {
    const code = await bundle(input, [...own, "node", "import"]);
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
