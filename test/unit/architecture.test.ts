/** The shape of the sources: which folder may import which, what a file may use, and how large it may be. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { importTargets, sources } from "../../scripts/exports.ts";

const root = join(import.meta.dirname, "../../src");

interface Import {
  readonly specifier: string;
  /** Whether it is gone once the types are stripped. */
  readonly isType: boolean;
}

interface Source {
  /** Below src, such as `object-store/memory.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const files: readonly Source[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const code = text.replace(/\/\*[\s\S]*?\*\//g, "");
    const statements = [...code.matchAll(/^(?:import|export)\s+(type\s)?(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm)].map((match) => ({
      specifier: match[2] ?? "",
      isType: match[1] !== undefined,
    }));
    const dynamic = [...code.matchAll(/import\("([^"]+)"\)/g)].map((match) => ({ specifier: match[1] ?? "", isType: false }));
    return { path, text, imports: [...statements, ...dynamic] };
  });

const folderOf = (path: string): string => (path.includes("/") ? (path.split("/")[0] ?? "") : path);

/** Which folders and root files a folder may import besides itself, types and values alike. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  "polyfill.ts": [],
  "reach.ts": [],
  "options.ts": ["errors.ts"],
  "peer.ts": ["errors.ts"],
  "retry.ts": ["errors.ts", "options.ts"],
  "operations-in-flight.ts": ["errors.ts"],
  "byte-stream.ts": [],
  encoding: ["errors.ts"],
  runtime: ["errors.ts"],
  "object-store": ["errors.ts", "options.ts", "peer.ts", "retry.ts", "reach.ts", "byte-stream.ts", "encoding", "runtime"],
  serializer: ["errors.ts", "options.ts", "encoding", "runtime"],
  settings: ["errors.ts", "options.ts", "encoding", "runtime"],
  partition: ["errors.ts", "options.ts", "encoding"],
  metadata: ["errors.ts", "options.ts", "encoding"],
  storage: ["errors.ts", "options.ts", "peer.ts", "reach.ts", "operations-in-flight.ts", "encoding", "partition", "metadata"],
  http: ["errors.ts", "options.ts"],
  remote: ["errors.ts", "options.ts", "http", "retry.ts", "reach.ts", "encoding", "object-store", "storage", "partition"],
  "io-handler": [
    "errors.ts",
    "options.ts",
    "reach.ts",
    "byte-stream.ts",
    "encoding",
    "object-store",
    "serializer",
    "settings",
    "partition",
    "metadata",
    "runtime",
  ],
  delta: [
    "errors.ts",
    "options.ts",
    "peer.ts",
    "retry.ts",
    "reach.ts",
    "encoding",
    "runtime",
    "object-store",
    "io-handler",
    "settings",
    "partition",
    "metadata",
  ],
  automation: ["errors.ts", "options.ts", "encoding", "storage", "partition"],
  cron: ["errors.ts", "options.ts", "encoding", "partition", "automation"],
  asset: ["errors.ts", "options.ts", "retry.ts", "encoding", "io-handler", "automation", "partition", "metadata"],
  run: ["errors.ts", "options.ts", "reach.ts", "retry.ts", "encoding", "io-handler", "asset", "storage", "partition", "metadata"],
  repository: [
    "errors.ts",
    "options.ts",
    "retry.ts",
    "operations-in-flight.ts",
    "encoding",
    "io-handler",
    "asset",
    "storage",
    "run",
    "automation",
    "partition",
    "metadata",
  ],
  inspector: [
    "errors.ts",
    "options.ts",
    "http",
    "runtime",
    "retry.ts",
    "operations-in-flight.ts",
    "encoding",
    "object-store",
    "io-handler",
    "asset",
    "storage",
    "run",
    "automation",
    "repository",
    "partition",
    "metadata",
  ],
  cli: ["errors.ts", "options.ts", "http", "object-store", "io-handler", "storage", "run", "repository", "inspector"],
  executors: ["errors.ts", "options.ts", "reach.ts", "retry.ts", "encoding", "object-store", "run", "repository", "runtime", "storage"],
  testing: [
    "errors.ts",
    "options.ts",
    "retry.ts",
    "encoding",
    "object-store",
    "io-handler",
    "storage",
    "asset",
    "run",
    "repository",
    "inspector",
    "executors",
    "partition",
    "metadata",
  ],
  "index.ts": [
    "errors.ts",
    "retry.ts",
    "partition",
    "metadata",
    "object-store",
    "io-handler",
    "asset",
    "run",
    "repository",
    "storage",
    "runtime",
    "settings",
    "automation",
  ],
};

/** The port of the stores, which may be imported where a concrete store may not. */
const port = /^object-store\/(types|path)\.ts$/;
const stores = Object.values(sources)
  .map((path) => relative(root, path))
  .filter((path) => path.startsWith("object-store/") && !/\/(?:open|with)\//.test(path))
  .map((path) => dirname(path))
  .concat("object-store/memory");
const storeOf = (path: string): string | undefined => stores.find((store) => path.startsWith(`${store}/`));

const internal = files.flatMap(({ path, imports }) =>
  imports
    .filter(({ specifier }) => specifier.startsWith(".."))
    .map(({ specifier }) => ({ from: path, to: join(dirname(path), specifier) })),
);
const external = files.flatMap(({ path, imports }) =>
  imports.filter(({ specifier }) => !/^[.#]/.test(specifier)).map((each) => ({ path, ...each })),
);

describe("the sources", () => {
  it("are all read by this test, with imports that exist", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(internal.length).toBeGreaterThan(80);
    expect(internal.filter(({ to }) => !files.some(({ path }) => path === to))).toEqual([]);
  });

  it("import only from the folders below their own", () => {
    const folders = [...new Set(files.map(({ path }) => folderOf(path)))].sort();
    expect(folders).toEqual(Object.keys(mayImport).sort());
    const wrong = internal.filter(({ from, to }) => folderOf(from) !== folderOf(to) && !mayImport[folderOf(from)]?.includes(folderOf(to)));
    expect(wrong).toEqual([]);
  });

  it("have no store that imports another store, and no handler that imports a store", () => {
    const between = internal.filter(({ from, to }) => storeOf(from) && storeOf(to) && storeOf(from) !== storeOf(to));
    const handlers = internal.filter(
      ({ from, to }) => folderOf(from) === "io-handler" && folderOf(to) === "object-store" && !port.test(to),
    );
    expect([...between, ...handlers]).toEqual([]);
  });

  it("have no Storage back end that imports another", () => {
    const folder = (path: string): string | undefined => path.match(/^storage\/(sql|indexeddb|memory|embedded)(?:\/|\.ts)/)?.[1];
    const between = internal.filter(({ from, to }) => folder(from) && folder(to) && folder(from) !== folder(to));
    const adapters = ["sqlite", "d1", "durable-object", "postgres"].map((name) => `storage/sql/${name}.ts`);
    expect([...between, ...internal.filter(({ to }) => adapters.includes(to))]).toEqual([]);
  });

  it("have no import cycle", () => {
    const next = Map.groupBy(internal, ({ from }) => from);
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      expect(trail, "an import cycle").not.toContain(path);
      if (done.has(path)) return;
      for (const { to } of next.get(path) ?? []) visit(to, [...trail, path]);
      done.add(path);
    };
    for (const { path } of files) visit(path, []);
  });

  it("import each package in one file, and node: modules only in files for Node, Deno and Bun", () => {
    const places = Map.groupBy(
      external.filter(({ isType }) => !isType),
      ({ specifier }) => specifier.replace(/^(node:|[^/]+).*$/, "$1"),
    );
    expect(Object.fromEntries([...places].map(([name, uses]) => [name, [...new Set(uses.map(({ path }) => path))].sort()]))).toEqual({
      "node:": [
        "cli/bin.ts",
        "cli/commands/ui.ts",
        "cli/host.ts",
        "cli/parse.ts",
        "object-store/local/file-bytes.ts",
        "object-store/local/fs.ts",
        "object-store/local/layout.ts",
        "runtime/holder/os-process.ts",
        "runtime/worker-port/thread.ts",
        "settings/dotenv-file.ts",
        "storage/sql/sqlite-snapshot.ts",
        "storage/sql/sqlite.ts",
        "testing/temporary/folder.ts",
      ],
      "@uwdata": ["delta/arrow/flechette.ts"],
      aws4fetch: ["object-store/s3/signer.ts"],
      croner: ["cron/index.ts"],
      hyparquet: ["delta/parquet/hyparquet.ts"],
      "hyparquet-compressors": ["delta/parquet/codecs.ts"],
      "hyparquet-writer": ["delta/parquet/hyparquet.ts"],
      idb: ["storage/indexeddb/connection.ts"],
      "idb-keyval": ["object-store/indexeddb/connection.ts"],
      postgres: ["storage/sql/postgres.ts"],
      unstorage: ["object-store/unstorage/store.ts"],
    });
  });

  it("detect the runtime in one folder, and print nothing", () => {
    const asking = files.filter(({ text }) =>
      /(?<![\w-])process\b[.?]|\bDeno\b[.?]|import\.meta\.env\b/.test(text.replace(/\/\*[\s\S]*?\*\/|`[^`]*`/g, "")),
    );
    expect(asking.map(({ path }) => path)).toEqual(["runtime/environment.ts", "runtime/node.ts", "runtime/program.ts"]);
    expect(files.filter(({ text }) => /\bconsole\./.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("are small: none over 400 lines, nine of ten up to 300, half up to 120", () => {
    const lengths = files.map(({ text }) => lineCount(text)).sort((left, right) => left - right);
    expect(lengths.at(-1)).toBeLessThanOrEqual(400);
    expect(lengths[Math.floor(lengths.length * 0.9)]).toBeLessThanOrEqual(300);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(120);
  });

  it("are no splinters: fewer than 15 have under 20 lines", () => {
    // The program that `bin` names is an entry too.
    const entries = [...[...Object.values(sources), ...importTargets].map((path) => relative(root, path)), "cli/bin.ts"];
    const splinters = files.filter(({ path, text }) => lineCount(text) < 20 && !entries.includes(path)).map(({ path }) => path);
    expect(splinters.length, splinters.join("\n")).toBeLessThan(15);
  });
});

function lineCount(text: string): number {
  return text.trimEnd().split("\n").length;
}
