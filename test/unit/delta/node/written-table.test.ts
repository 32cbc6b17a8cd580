import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStore } from "edgewater/local";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { readWithDuckDB } from "../../../support/delta/duckdb.ts";
import { array, decimal, field, map, requiredField, struct } from "../../../support/delta/schema.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("writes files that DuckDB reads, with the same rows, on a disk under their own names", async () => {
  const schema = struct(
    requiredField("Id", "long"),
    field("price", decimal(20, 4)),
    field("at", "timestamp"),
    field("tags", array("string")),
    field("counts", map("string", "integer")),
    field("place", struct(field("lat", "double"), field("name", "string"))),
    field("Region", "string"),
  );
  const rowOf = (id: number, region: string | null) => ({
    Id: BigInt(id) + 2n ** 60n,
    price: id % 3 === 0 ? null : `${id}.0001`,
    at: BigInt(id) * 1_000_001n,
    tags: id % 4 === 0 ? null : ["a", null, `tag ${id}`],
    counts: new Map([["n", id]]),
    place: id % 5 === 0 ? null : { lat: id / 7, name: null },
    Region: region,
  });
  const rows = Array.from({ length: 2000 }, (_, id) => rowOf(id, ["EU", "us", null][id % 3] ?? null));
  const store = new LocalStore(folder, { names: "plain" });
  const writerProperties = { targetFileSize: 10_000, maxRowGroupSize: 100 };
  await DeltaTable.write(store, "Lake/Events", rows, { schema, partitionBy: ["Region"], writerProperties });
  const table = await DeltaTable.open(store, "Lake/Events");
  await table.write([rowOf(5000, "EU")], { mode: "overwrite", replaceWhere: "Region = 'EU' AND Id > 0" });
  const newest = await table.refresh();
  const ids: bigint[] = [];
  for (const { key, partitionValues, rowCount } of newest.files()) {
    const { names, columns } = await readWithDuckDB(join(folder, key));
    expect(names).toEqual(["Id", "price", "at", "tags", "counts", "place"]);
    const [of = [], price = [], at = [], tags = [], counts = [], place = []] = columns;
    expect(of).toHaveLength(rowCount ?? -1);
    for (const [index, id] of (of as bigint[]).entries()) {
      const row = rowOf(Number(id - 2n ** 60n), partitionValues["Region"] ?? null);
      expect(price[index]).toBe(row.price === null ? null : BigInt(row.price.replace(".", "")));
      expect([at[index], tags[index], counts[index], place[index]]).toEqual([row.at, row.tags, [...row.counts], row.place]);
      ids.push(id);
    }
  }
  const expected = [...rows.filter(({ Region }) => Region !== "EU").map(({ Id }) => Id), 5000n + 2n ** 60n];
  expect(ids.sort((left, right) => (left < right ? -1 : 1))).toEqual(expected);
  expect(await newest.toRows({ columns: ["Id"], where: "Id = 1152921504606851976" })).toEqual([{ Id: 5000n + 2n ** 60n }]);
});
