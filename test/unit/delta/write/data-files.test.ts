import { expect, it } from "vitest";
import type { Batch } from "../../../../src/delta/batch.ts";
import { loadSnapshot } from "../../../../src/delta/log/snapshot.ts";
import { rowCountOf } from "../../../../src/delta/statistics/file-facts.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { batchFromRows } from "../../../../src/delta/values/from-rows.ts";
import { writeDataFiles } from "../../../../src/delta/write/data-files.ts";
import { NewFiles } from "../../../../src/delta/write/new-files.ts";
import { targetOf } from "../../../../src/delta/write/target.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import type { FullPutOptions, PutResult, StreamBody } from "../../../../src/object-store/types.ts";
import { field, struct } from "../../../support/delta/schema.ts";

class CountingStore extends MemoryStore {
  puts = 0;

  override put(key: string, body: StreamBody, options?: FullPutOptions): Promise<PutResult> {
    this.puts++;
    return super.put(key, body, options);
  }
}

it("finishes the largest files while rows of many partitions come, so that memory is bounded", async () => {
  const schema = struct(field("part", "integer"), field("text", "string"));
  const store = new CountingStore();
  await DeltaTable.create(store, "t", { schema, partitionBy: ["part"] });
  const table = { store, root: "t" };
  const target = targetOf(table, (await loadSnapshot(table)).metadata);
  const before = store.puts;
  let putsWhileRowsCame = 0;
  function* batches(): Generator<Batch> {
    for (let batch = 0; batch < 20; batch++) {
      const rows = Array.from({ length: 200 }, (_, index) => ({ part: index % 40, text: `${batch}-${index} `.repeat(20) }));
      yield batchFromRows(rows, schema);
      putsWhileRowsCame = store.puts - before;
    }
  }
  const added = await writeDataFiles(target, batches(), { files: new NewFiles(table), memory: 500_000 });
  expect(added.reduce((sum, file) => sum + (rowCountOf(file) ?? 0), 0)).toBe(4000);
  expect(putsWhileRowsCame).toBeGreaterThan(0);
  expect(new Set(added.map(({ partitionValues }) => partitionValues["part"])).size).toBe(40);
  const whole = await writeDataFiles(target, batches(), { files: new NewFiles(table) });
  expect(whole).toHaveLength(40);
});
