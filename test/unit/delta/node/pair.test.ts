import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../../../..");
const dependenciesOf = (folder: string): Readonly<Record<string, string>> =>
  (JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as { readonly dependencies: Readonly<Record<string, string>> })
    .dependencies;

it("pins hyparquet and hyparquet-writer as a pair (trap 11)", () => {
  const { hyparquet, "hyparquet-writer": writer } = dependenciesOf(".");
  expect([hyparquet, writer]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/), expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
  expect(dependenciesOf("node_modules/hyparquet-writer")["hyparquet"]).toBe(hyparquet);
});
