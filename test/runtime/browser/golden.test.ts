import { Storage } from "edgewater";
import { expect, it } from "vitest";
import { fill } from "../../../src/testing/storage/portable.ts";
import linesOf1 from "../../unit/storage/golden/v1/export.ndjson?raw";
import v1 from "../../unit/storage/golden/v1/indexeddb.json" with { type: "json" };
import linesOf2 from "../../unit/storage/golden/v2/export.ndjson?raw";
import v2 from "../../unit/storage/golden/v2/indexeddb.json" with { type: "json" };
import { type Dump, dump, restore } from "./golden.ts";

/** Every line but the first one, which has the version of the format. */
const rows = (text: string): string => text.slice(text.indexOf("\n"));

it.each([
  ["v1", v1, linesOf1],
  ["v2", v2, linesOf2],
])("an IndexedDB database of %s opens in this version, and exports the same rows", async (_, golden, lines) => {
  const database = `golden-${crypto.randomUUID()}`;
  await restore(database, golden as Dump);
  await Storage.migrate(database);
  await using storage = await Storage.embedded(database);
  expect(rows((await Array.fromAsync(storage.export())).join(""))).toBe(rows(lines));
});

it("this version writes the same rows as v2, in a new database and in one of v1", async () => {
  const database = `golden-${crypto.randomUUID()}`;
  await using storage = await Storage.embedded(database);
  await fill(storage);
  await storage.close();
  expect(await dump(database)).toEqual(v2);
  const migrated = `golden-${crypto.randomUUID()}`;
  await restore(migrated, { ...(v1 as Dump), stores: (v1 as Dump).stores.map((store) => ({ ...store, rows: metaOf(store) })) });
  await Storage.migrate(migrated);
  await using filled = await Storage.embedded(migrated);
  await fill(filled);
  await filled.close();
  expect(await dump(migrated)).toEqual(v2);
});

/** Of a store of version 1, the rows of an empty database. */
function metaOf({ name, rows: all }: Dump["stores"][number]): Dump["stores"][number]["rows"] {
  if (name !== "meta") return [];
  return all.map(({ key, value }) => ({ key, value: key === "counter" ? { lastId: 0, lastPosition: 0 } : value }));
}
