import { describe, expect, it } from "vitest";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { readCommit } from "../../../../src/delta/transaction/create-commit.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import type { FullPutOptions, PutResult, StreamBody } from "../../../../src/object-store/types.ts";
import { withFaults } from "../../../../src/object-store/with/faults.ts";
import { field, struct } from "../../../support/delta/schema.ts";
import { keysOf } from "../../../support/delta/tables.ts";

const schema = struct(field("id", "long"));
const checkpoints = async (store: MemoryStore): Promise<string[]> =>
  (await keysOf(store)).filter((key) => key.endsWith(".checkpoint.parquet")).map((key) => String(Number(key.slice(13, 33))));

/** A store in which something happens once before a data file is put. */
class HookedStore extends MemoryStore {
  beforeDataFile: (() => Promise<unknown>) | undefined;

  override async put(key: string, body: StreamBody, options?: FullPutOptions): Promise<PutResult> {
    const before = this.beforeDataFile;
    if (before !== undefined && key.endsWith(".parquet")) {
      this.beforeDataFile = undefined;
      await before();
    }
    return super.put(key, body, options);
  }
}

describe("the log of a table that is written to", () => {
  it("gets a checkpoint every so many commits as the table says, from which it is read", async () => {
    const store = new MemoryStore();
    let table = await DeltaTable.create(store, "t", { schema, properties: { "delta.checkpointInterval": "3" } });
    for (let id = 1; id <= 7; id++) {
      await table.write([{ id }], id % 2 === 0 ? { mode: "overwrite" } : {});
      table = await table.refresh();
    }
    expect(await checkpoints(store)).toEqual(["3", "6"]);
    const reads: string[] = [];
    const noting = withFaults(store, ({ verb, key }) => {
      if (verb === "get") reads.push(key);
      return undefined;
    });
    expect((await (await DeltaTable.open(noting, "t")).toRows()).map(({ id }) => id)).toEqual([6, 7]);
    expect(reads).not.toContain("t/_delta_log/00000000000000000005.json");
    expect(await (await DeltaTable.open(store, "t", { version: 4 })).toRows()).toEqual([{ id: 4 }]);
  });

  it("gets one every ten commits where the table does not say", async () => {
    const table = await DeltaTable.create(new MemoryStore(), "t", { schema });
    for (let id = 1; id <= 11; id++) await table.write([{ id }]);
    expect(await checkpoints(table.store)).toEqual(["10"]);
  });

  it("may lack a checkpoint that could not be written: the commit is made", async () => {
    const store = new MemoryStore();
    const failing = withFaults(store, ({ verb, key }) => (verb === "put" && key.includes(".checkpoint.") ? "before" : undefined));
    const table = await DeltaTable.create(failing, "t", { schema, properties: { "delta.checkpointInterval": "1" } });
    expect(await table.write([{ id: 1 }])).toMatchObject({ version: 1, isCommitted: true });
    expect(await checkpoints(store)).toEqual([]);
  });

  it("loses files that have expired when a checkpoint is written", async () => {
    const store = new MemoryStore();
    const properties = { "delta.checkpointInterval": "2", "delta.logRetentionDuration": "interval 0 days" };
    const table = await DeltaTable.create(store, "t", { schema, properties });
    for (let id = 1; id <= 6; id++) await table.write([{ id }]);
    // All commits are of today, and the log is cut at midnight.
    expect((await keysOf(store)).filter((key) => key.endsWith(".json"))).toHaveLength(7);
    expect((await (await DeltaTable.open(store, "t")).toRows()).length).toBe(6);
  });

  it("has timestamps inside commits that grow, where the table asks for them", async () => {
    const store = new MemoryStore();
    const table = await DeltaTable.create(store, "t", { schema, properties: { "delta.enableInCommitTimestamps": "true" } });
    for (let id = 1; id <= 4; id++) await table.write([{ id }]);
    const times: unknown[] = [];
    for (let version = 0; version <= 4; version++) {
      const [first] = (await readCommit({ store, root: "t" }, version)) ?? [];
      times.push(first !== undefined && "commitInfo" in first ? first.commitInfo["inCommitTimestamp"] : undefined);
    }
    expect(times).toEqual([...new Set(times)].sort((left, right) => Number(left) - Number(right)));
    expect(times.every((time) => typeof time === "number")).toBe(true);
    const plain = await DeltaTable.create(store, "plain", { schema });
    const turnedOn = { schema, mode: "createOrReplace", properties: { "delta.enableInCommitTimestamps": "true" } } as const;
    await expect(DeltaTable.create(store, plain.path, turnedOn)).rejects.toMatchObject({ code: "NotSupported" });
  });

  it("keeps the files of a write whose commit may have happened", async () => {
    const store = new MemoryStore();
    await DeltaTable.create(store, "t", { schema });
    const lost = withFaults(store, ({ verb, key }) => {
      if (!key.endsWith("00000000000000000001.json")) return undefined;
      return verb === "put" ? "after" : "before";
    });
    const table = await DeltaTable.open(lost, "t");
    const retry = { maxRetries: 1, delayMs: 0 };
    await expect(table.write([{ id: 1 }], { retry })).rejects.toMatchObject({ code: "Unavailable", outcome: "unknown" });
    expect(await (await DeltaTable.open(store, "t")).toRows()).toEqual([{ id: 1 }]);
  });

  it("keeps files that were written when the transaction starts again, and refuses to read data twice that can be read once", async () => {
    const store = new HookedStore();
    const table = await DeltaTable.create(store, "t", { schema });
    async function* once(between: () => Promise<unknown>): AsyncGenerator<Record<string, unknown>> {
      for (let id = 0; id < 10_000; id++) yield { id };
      await between();
      yield { id: 10_000 };
    }
    const retry = { maxRetries: 3, delayMs: 1 };
    const result = await table.write(
      once(() => table.write([{ id: 9 }])),
      { mode: "overwrite", retry },
    );
    expect(result).toMatchObject({ version: 2, numRemovedFiles: 1, numAddedFiles: 1 });
    expect(await (await table.refresh()).toRows()).toHaveLength(10_001);
    const keys = (await keysOf(store)).filter((key) => key.endsWith(".parquet"));
    const change = (): Promise<unknown> => table.write([{ id: 9, more: 1 }], { schemaMode: "merge" });
    await expect(table.write(once(change), { retry })).rejects.toMatchObject({
      code: "Conflict",
      message: expect.stringContaining("read once only"),
    });
    expect((await keysOf(store)).filter((key) => key.endsWith(".parquet"))).toHaveLength(keys.length + 1);
    // An array is written again, with the schema that the table has then.
    store.beforeDataFile = () => table.write([{ id: 9, again: 1 }], { schemaMode: "merge" });
    const opened = await DeltaTable.open(store, "t");
    expect(await opened.write([{ id: -3 }], { retry })).toMatchObject({ version: 5 });
    expect(await (await table.refresh()).toRows({ where: "id = -3" })).toEqual([{ id: -3, more: null, again: null }]);
  });
});
