/**
 * Files that earlier versions wrote. They are never changed and must be readable for ever. `node
 * --conditions=edgewater-source test/unit/serializer/write-golden.ts` adds those that are missing.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { corpus, corpusSerializer } from "./corpus.ts";
import { fileOf, folder } from "./golden.ts";
import { same } from "./same.ts";

const files = await readdir(folder);

describe("a file of version 1", () => {
  it.each(Object.entries(corpus))("holds %s", async (name, make) => {
    expect(files).toContain(fileOf(name));
    expect(same(make(), corpusSerializer.decode(new Uint8Array(await readFile(join(folder, fileOf(name))))))).toBe(true);
  });
});
