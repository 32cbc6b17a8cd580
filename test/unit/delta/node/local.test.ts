import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LocalStore } from "../../../../src/object-store/local/index.ts";
import { race } from "../../../support/delta/race.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-delta-"));
});
afterAll(() => rm(folder, { recursive: true }));

it.each([1, 2])("loses and doubles no row of writers to a folder, each with a store of its own, from the seed %i", async (seed) => {
  const open = (): LocalStore => new LocalStore(join(folder, String(seed)));
  expect(await race({ seed, store: open(), storeOf: open })).toEqual([]);
});
