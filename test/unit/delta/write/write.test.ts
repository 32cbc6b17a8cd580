import { describe, expect, it } from "vitest";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { field, struct } from "../../../support/delta/schema.ts";

const schema = struct(field("id", "long"), field("day", "date"));

describe("writing to a table", () => {
  it("creates a table, and appends rows to it", async () => {
    const store = new MemoryStore();
    const table = await DeltaTable.create(store, "t", { schema, partitionBy: ["day"] });
    const rows = [
      { id: 1, day: "2024-01-01" },
      { id: 2, day: "2024-01-02" },
      { id: 3, day: null },
    ];
    expect(await table.write(rows)).toMatchObject({ version: 1, isCommitted: true, numAddedFiles: 3 });
    expect(await table.toRows()).toEqual([]);
    const newest = await table.refresh();
    expect((await newest.toRows()).sort((a, b) => Number(a["id"]) - Number(b["id"]))).toEqual(rows);
    expect(newest.files({ where: "day = '2024-01-02'" })).toHaveLength(1);
  });
});
