/**
 * Files that earlier versions wrote. They are never changed and must always be readable. `node
 * --conditions=edgewater-source test/unit/serializer/write-golden.ts` adds those of the newest version that are missing.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { corpus, corpusSerializer } from "./corpus.ts";
import { fileOf, folderOf, versions } from "./golden.ts";
import { same } from "./same.ts";

const byFile = new Map(Object.entries(corpus).map(([name, make]) => [fileOf(name), make]));

describe.each(versions)("a file of version %s", (version) => {
  it("is there for every value of the corpus, in the newest version", async () => {
    expect([...byFile.keys()].sort()).toEqual((await readdir(folderOf("v2"))).sort());
  });

  it("reads as the value that was written", async () => {
    for (const file of await readdir(folderOf(version))) {
      const make = byFile.get(file);
      expect(make, file).toBeDefined();
      expect(same(make?.(), corpusSerializer.decode(new Uint8Array(await readFile(join(folderOf(version), file))))), file).toBe(true);
    }
  });
});
