/** The snippets of docs/certify-a-store.md run as they are, and find a defect of a store. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sources } from "../../../scripts/exports.ts";
import { root, run } from "../../support/spawn.ts";

// A folder where Vitest looks for tests and `edgewater` resolves to this package.
const folder = join(root, `test/unit/testing/certify-${process.pid}`);
beforeAll(() => mkdir(folder));
afterAll(() => rm(folder, { recursive: true }));

/** A user's store; the broken one returns ranges with one byte too many. */
const myStore = (isBroken: boolean): string => `
import { type Body, isEdgewaterError, MemoryStore, EdgewaterError, type PutOptions, type RangeGetOptions } from "edgewater";

export class MyStore {
  readonly name = "MyStore";
  readonly #inner = new MemoryStore();
  put = (key: string, body: Body, { signal }: PutOptions = {}) => this.#inner.put(key, body, { signal });
  get = async (key: string, { range, signal }: RangeGetOptions = {}) => {
    const end = range?.end === undefined ? undefined : range.end + ${isBroken ? 1 : 0};
    return this.#named(() => this.#inner.get(key, { range: range && { start: range.start, end }, signal }));
  };
  head = (key: string, options: { signal?: AbortSignal } = {}) => this.#named(() => this.#inner.head(key, options));
  delete = (keys: string | readonly string[], options: { signal?: AbortSignal } = {}) => this.#inner.delete(keys, options);
  list = (prefix?: string, { signal }: { signal?: AbortSignal } = {}) => this.#inner.list(prefix, { signal });
  async #named<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      if (!isEdgewaterError(error)) throw error;
      throw new EdgewaterError(error.code, error.message, { ...error, store: this.name, cause: error.cause });
    }
  }
}
`;

async function snippet(number: number): Promise<string> {
  const page = await readFile(join(root, "docs/certify-a-store.md"), "utf8");
  return [...page.matchAll(/```ts\n([\s\S]*?)```/g)][number]?.[1] ?? "";
}

it("the Vitest snippet passes for a correct store", async () => {
  const code = await snippet(0);
  expect(code.trim().split("\n").filter(Boolean)).toHaveLength(4);
  await writeFile(join(folder, "my-store.ts"), myStore(false));
  await writeFile(join(folder, "certify.test.ts"), code);
  // A user's Vitest, which finds `edgewater` in its sources.
  const alias = Object.entries(sources).map(
    ([name, file]) => `{ find: /^${name.replaceAll("/", "\\/")}$/, replacement: ${JSON.stringify(file)} }`,
  );
  const conditions = `resolve: { conditions: ["edgewater-source", "node", "module", "import", "default"] }`;
  await writeFile(join(folder, "vitest.config.ts"), `export default { resolve: { alias: [${alias}] }, ssr: { ${conditions} } };`);
  const vitest = join(root, "node_modules/.bin/vitest");
  const output = await run(vitest, ["run", "--root", folder, "--reporter", "dot"], { NO_COLOR: "1" });
  expect(output).toMatch(/Tests +2\d passed/);
});

it("the node:test snippet fails for a broken store and reports the defect", async () => {
  const imports = 'import { certify } from "edgewater/testing"; import { MyStore } from "./my-store.ts";\n';
  await writeFile(join(folder, "my-store.ts"), myStore(true));
  const file = join(folder, "certify.node.ts");
  await writeFile(file, imports + (await snippet(1)));
  const failed = await run(process.execPath, ["--conditions=edgewater-source", file]).catch((error: { stdout: string }) => error.stdout);
  expect(failed).toContain('bytes 0 to 1: expected "0", got "01"');
  expect(failed).toMatch(/✖|not ok/);
});
