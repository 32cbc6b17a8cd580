import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "edgewater";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { afterEach, beforeEach, describe, it } from "vitest";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each(storageCases())("Storage.memory", ({ name, run }) => {
  it(name, async () => {
    await using storage = Storage.memory();
    await run(storage);
  });
});

describe.each(storageCases())("Storage.embedded on SQLite", ({ name, run }) => {
  it(name, async ({ expect }) => {
    const storage = await Storage.embedded(join(folder, "records"));
    await run(storage);
    await storage.close();
    expect(await readdir(join(folder, "records"))).toEqual(["records.sqlite"]);
  });
});

describe.each(sharedStorageCases())("Storage.embedded on SQLite", ({ name, run }) => {
  it(name, () => run(() => Storage.embedded(join(folder, "records"))));
});
