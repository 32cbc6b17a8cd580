import { type ObjectStore, Repository, SuperJsonIOHandler } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { expect, it } from "vitest";
import { assets, daily, strong, tasks } from "../../../examples/earthquakes/pipeline.ts";
import { dataVersions } from "../../../examples/earthquakes/versions.ts";
import expected from "../node-deno-bun/data-versions.json" with { type: "json" };

it.each([
  ["IndexedDBStore", (name: string) => new IndexedDBStore(name)],
  ["OPFSStore", (name: string) => new OPFSStore(name)],
])("the pipeline in %s has the data versions of every other runtime, and loads its values", async (_, open) => {
  const name = crypto.randomUUID();
  await using written = await openRepository(open(name));
  await written.materialize();
  expect(await dataVersions(written)).toEqual(expected);

  await using reopened = await openRepository(open(name));
  expect(await reopened.load(strong)).toEqual(await written.load(strong));
  const rows = await reopened.load(strong);
  expect([rows.length, rows[0]?.at.toISOString(), rows[0]?.source instanceof URL]).toEqual([39, "2018-01-31T02:00:31.800Z", true]);
  expect((await reopened.load(daily)).get("2018-02-04")?.count).toBe(301);
});

function openRepository(store: ObjectStore): Promise<Repository> {
  return Repository.open({ assets, tasks, ioHandler: new SuperJsonIOHandler({ store, prefix: "earthquakes" }) });
}
