/** Holds the shape of the sources: who may import whom, what each file may reach, and how large it may grow. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { sources } from "../../scripts/exports.ts";

const root = join(import.meta.dirname, "../../src");

interface Import {
  readonly specifier: string;
  /** Gone when the types are stripped. */
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

const roomOf = (path: string): string => (path.includes("/") ? (path.split("/")[0] ?? "") : path);

/** Which rooms a room may import besides itself, types and values alike. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  "polyfill.ts": [],
  "retry.ts": ["errors.ts"],
  encoding: ["errors.ts"],
  runtime: ["errors.ts"],
  "object-store": ["errors.ts", "retry.ts", "encoding", "runtime"],
  serializer: ["errors.ts", "encoding", "runtime"],
  settings: ["errors.ts", "encoding", "runtime"],
  partition: ["errors.ts", "encoding"],
  metadata: ["errors.ts", "encoding"],
  storage: ["errors.ts", "encoding", "partition", "metadata"],
  "io-handler": ["errors.ts", "encoding", "object-store", "serializer", "settings", "partition", "metadata", "runtime"],
  automation: ["errors.ts", "encoding", "storage", "partition"],
  cron: ["errors.ts", "encoding", "partition", "automation"],
  asset: ["errors.ts", "retry.ts", "encoding", "io-handler", "automation", "partition", "metadata"],
  run: ["errors.ts", "retry.ts", "encoding", "io-handler", "asset", "storage", "partition", "metadata"],
  repository: ["errors.ts", "retry.ts", "encoding", "io-handler", "asset", "storage", "run", "automation", "partition", "metadata"],
  testing: ["errors.ts", "encoding", "object-store", "io-handler", "storage", "repository", "partition", "metadata"],
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

/** What of the stores is the port, for those who may not know a concrete one. */
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
  it("are read by this test as they are", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(internal.length).toBeGreaterThan(80);
    expect(internal.filter(({ to }) => !files.some(({ path }) => path === to))).toEqual([]);
  });

  it("import only the rooms below their own", () => {
    const rooms = [...new Set(files.map(({ path }) => roomOf(path)))].sort();
    expect(rooms).toEqual(Object.keys(mayImport).sort());
    const wrong = internal.filter(({ from, to }) => roomOf(from) !== roomOf(to) && !mayImport[roomOf(from)]?.includes(roomOf(to)));
    expect(wrong).toEqual([]);
  });

  it("have no store that knows another, and no handler that knows a store", () => {
    const between = internal.filter(({ from, to }) => storeOf(from) && storeOf(to) && storeOf(from) !== storeOf(to));
    const handlers = internal.filter(({ from, to }) => roomOf(from) === "io-handler" && roomOf(to) === "object-store" && !port.test(to));
    expect([...between, ...handlers]).toEqual([]);
  });

  it("have no back end of records that knows another", () => {
    const folder = (path: string): string | undefined => path.match(/^storage\/(sql|indexeddb|memory|embedded)(?:\/|\.ts)/)?.[1];
    const between = internal.filter(({ from, to }) => folder(from) && folder(to) && folder(from) !== folder(to));
    const adapters = ["sqlite", "d1", "durable-object", "postgres"].map((name) => `storage/sql/${name}.ts`);
    expect([...between, ...internal.filter(({ to }) => adapters.includes(to))]).toEqual([]);
  });

  it("have no circles", () => {
    const next = Map.groupBy(internal, ({ from }) => from);
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      expect(trail, "a circle of imports").not.toContain(path);
      if (done.has(path)) return;
      for (const { to } of next.get(path) ?? []) visit(to, [...trail, path]);
      done.add(path);
    };
    for (const { path } of files) visit(path, []);
  });

  it("import each package in one place, and a runtime's own modules only where they are for it", () => {
    const places = Map.groupBy(
      external.filter(({ isType }) => !isType),
      ({ specifier }) => specifier.replace(/^(node:|[^/]+).*$/, "$1"),
    );
    expect(Object.fromEntries([...places].map(([name, uses]) => [name, [...new Set(uses.map(({ path }) => path))].sort()]))).toEqual({
      "node:": [
        "object-store/local/fs.ts",
        "object-store/local/layout.ts",
        "object-store/local/owner.ts",
        "settings/dotenv-file.ts",
        "storage/sql/sqlite.ts",
        "testing/temporary/folder.ts",
      ],
      aws4fetch: ["object-store/s3/signer.ts"],
      croner: ["cron/index.ts"],
      idb: ["storage/indexeddb/connection.ts"],
      "idb-keyval": ["object-store/indexeddb/connection.ts"],
      postgres: ["storage/sql/postgres.ts"],
      unstorage: ["object-store/unstorage/store.ts"],
    });
  });

  it("ask what the runtime is and has in one folder, and print nothing", () => {
    const asking = files.filter(({ text }) =>
      /(?<![\w-])process\b[.?]|\bDeno\b[.?]|import\.meta\.env\b/.test(text.replace(/\/\*[\s\S]*?\*\/|`[^`]*`/g, "")),
    );
    expect(asking.map(({ path }) => path)).toEqual(["runtime/environment.ts", "runtime/node.ts"]);
    expect(files.filter(({ text }) => /\bconsole\./.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("are small: none over 400 lines, nine of ten below 300, half below 120", () => {
    const lengths = files.map(({ text }) => text.split("\n").length).sort((left, right) => left - right);
    expect(lengths.at(-1)).toBeLessThanOrEqual(400);
    expect(lengths[Math.floor(lengths.length * 0.9)]).toBeLessThanOrEqual(300);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(120);
  });
});
