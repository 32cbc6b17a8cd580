import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { corpus, corpusSerializer, digests } from "./corpus.ts";
import { fileOf, folderOf, versions } from "./golden.ts";

const folder = folderOf(versions.at(-1) as string);
await mkdir(folder, { recursive: true });
for (const [name, make] of Object.entries(corpus)) {
  // What is there stays as it is.
  await writeFile(join(folder, fileOf(name)), await corpusSerializer.encode(make()), { flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
}
await writeFile(join(import.meta.dirname, "corpus.json"), `${JSON.stringify(await digests(), null, 2)}\n`);
