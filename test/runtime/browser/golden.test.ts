import { Storage } from "edgewater";
import { expect, it } from "vitest";
import { fill } from "../../../src/testing/storage/portable.ts";
import lines from "../../unit/storage/golden/v1/export.ndjson?raw";
import v1 from "../../unit/storage/golden/v1/indexeddb.json" with { type: "json" };
import { type Dump, dump, restore } from "./golden.ts";

it("an IndexedDB database of v1 opens in this version, and exports the same lines", async () => {
  const database = `golden-${crypto.randomUUID()}`;
  await restore(database, v1 as Dump);
  await Storage.migrate(database);
  await using storage = await Storage.embedded(database);
  expect((await Array.fromAsync(storage.export())).join("")).toBe(lines);
});

it("this version writes the same rows as v1", async () => {
  const database = `golden-${crypto.randomUUID()}`;
  const storage = await Storage.embedded(database);
  await fill(storage);
  await storage.close();
  expect(await dump(database)).toEqual(v1);
});
