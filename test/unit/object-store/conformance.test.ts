import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore } from "edgewater";
import { LocalStore } from "edgewater/local";
import { certify, fullObjectStoreCases, type GuaranteeCase } from "edgewater/testing";
import { UnstorageStore } from "edgewater/unstorage";
import fs from "unstorage/drivers/fs";
import memory from "unstorage/drivers/memory";
import { afterAll, beforeAll, describe, it } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(fullObjectStoreCases())("MemoryStore", ({ name, run }) => {
  it(name, () => run(new MemoryStore()));
});

// Files are listed without pages, so few objects test as much as many.
const pageObjects = 50;

describe.each(fullObjectStoreCases({ keyMayBePrefix: false, pageObjects }))("LocalStore", ({ name, run }) => {
  it(name, async () => run(new LocalStore(await mkdtemp(join(folder, "local-")))));
});

describe.each(certify(() => new UnstorageStore(memory()), { atomic: false }))("UnstorageStore with the memory driver", ({ name, run }) => {
  it(name, run);
});

// The driver leaves empty folders behind, so their names cannot become keys.
const leavesFolders = ({ name }: GuaranteeCase): boolean => name === "accepts the name of a former folder as a key";
const onFiles = async (): Promise<UnstorageStore> => new UnstorageStore(fs({ base: await mkdtemp(join(folder, "unstorage-")) }));
const casesOfFs = certify(onFiles, { atomic: false, keyMayBePrefix: false, pageObjects }).filter((each) => !leavesFolders(each));

describe.each(casesOfFs)("UnstorageStore with the fs driver", ({ name, run }) => {
  it(name, run);
});
