/** Imports every universal entry in an engine with only the language: no process, fetch, timers or crypto. */
import { createContext, runInContext } from "node:vm";
import { build, defaultClientConditions } from "vite";
import { describe, expect, it } from "vitest";
import { sources } from "../../scripts/exports.ts";

async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["edgewater-source", ...defaultClientConditions] },
    build: { write: false, minify: false, target: "esnext", lib: { entry, formats: ["iife"], name: "edgewater" } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (output === undefined || !("output" in output)) throw new Error("Vite returned no bundle");
  return output.output[0].code;
}

const universal = Object.entries(sources).filter(
  ([name]) => !["edgewater/dotenv", "edgewater/fs", "edgewater/local", "edgewater/postgres", "edgewater/unstorage"].includes(name),
);

/** What is constructed on import: a TextEncoder by aws4fetch, decoders and encoders of texts for Parquet. No other entry may use a global. */
function globalsOf(name: string): object {
  if (name === "edgewater/s3") return { TextEncoder };
  return name === "edgewater/delta" ? { TextDecoder, TextEncoder } : {};
}

describe.each(universal)("importing %s", (name, entry) => {
  it("works and uses no global", async () => {
    const code = await bundle(entry);
    const touched: PropertyKey[] = [];
    const given = globalsOf(name);
    const global = createContext(given) as Record<string, unknown>;
    const language = new Set(runInContext("Reflect.ownKeys(globalThis)", global) as PropertyKey[]);
    const before = Reflect.ownKeys(global);
    for (const key of ["process", "fetch", "indexedDB", "navigator", "crypto", "performance", "setTimeout", "TextEncoder", "Deno", "Bun"]) {
      if (key in given) continue;
      expect(language.has(key), `${key} in a bare engine`).toBe(false);
      Object.defineProperty(global, key, { configurable: true, get: () => void touched.push(key) });
    }
    runInContext(code, global);
    expect(touched).toEqual([]);
    const added = Reflect.ownKeys(global).filter(
      (key) => !before.includes(key) && Object.getOwnPropertyDescriptor(global, key)?.get === undefined,
    );
    expect(added).toEqual(name === "edgewater/polyfill" ? [] : ["edgewater"]);
  });
});

describe("the root", () => {
  it("constructs everything without IO, timers or randomness", async () => {
    const global = createContext({}) as Record<string, unknown>;
    for (const key of ["fetch", "indexedDB", "crypto", "performance", "setTimeout"]) {
      Object.defineProperty(global, key, {
        get: () => {
          throw new Error(`${key} was used`);
        },
      });
    }
    runInContext(await bundle(sources["edgewater"] ?? ""), global);
    const made = runInContext(
      `const { asset, task, MemoryStore, InMemoryIOHandler, SuperJsonIOHandler, Storage, MetadataValue, inProcess } = edgewater;
       const io = new SuperJsonIOHandler({ store: new MemoryStore(), prefix: "v1" });
       const t = task({ name: "t" }, () => 1);
       [asset({ name: "a", inputs: { t }, ioHandler: io }, () => 1), new InMemoryIOHandler(), Storage.memory(), inProcess(), MetadataValue.md("x")].length`,
      global,
    );
    expect(made).toBe(5);
  });
});
