import { asset, Materialization, MemoryStore, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { describe, expect, it } from "vitest";

describe("the recorded inputs of an asset", () => {
  it("are those that were read, when a value was replaced and nobody has recorded it", async () => {
    const up = asset({ name: "up" }, () => 1);
    const down = asset({ name: "down", inputs: { up } }, ({ up }) => up * 10);
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    await using repository = await Repository.open({ assets: [up, down], ioHandler });
    await repository.materialize();
    await using elsewhere = await Repository.open({ assets: [up, down], ioHandler });
    const foreign = await elsewhere.write(up, 20);

    await repository.materialize({ selection: [down] });
    expect(await repository.load(down)).toBe(200);
    const made = await repository.storage.getLatestMaterialization("down");
    expect(made?.inputDataVersions).toEqual({ up: foreign.dataVersion });
    expect(made?.inputEventIds ?? {}).toEqual({});
    const statuses = await repository.storage.computeStaleness();
    expect(statuses.map(({ asset, status, causes }) => [asset, status, causes.map(({ kind }) => kind)])).toEqual([
      ["up", "Stale", ["value-replaced"]],
      ["down", "Stale", expect.arrayContaining(["upstream-version"])],
    ]);

    // Made again, all of it is what is recorded.
    await repository.materialize();
    expect(await repository.load(down)).toBe(10);
    expect((await repository.status({ verify: true })).map(({ status }) => status)).toEqual(["UpToDate", "UpToDate"]);
  });

  it("are those of the value, when a Materialization without a value came after it", async () => {
    let hasValue = true;
    const up = asset({ name: "up" }, () => (hasValue ? 1 : (Materialization({ dataVersion: "v2" }) as never)));
    const down = asset({ name: "down", inputs: { up } }, ({ up }) => up);
    await using storage = Storage.memory();
    await using repository = await Repository.open({
      assets: [up, down],
      storage,
      ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }),
    });
    await repository.materialize({ selection: [up] });
    const first = await storage.getLatestMaterialization("up");
    hasValue = false;
    await repository.materialize();
    const made = await storage.getLatestMaterialization("down");
    expect(made).toMatchObject({ inputDataVersions: { up: first?.dataVersion }, inputEventIds: { up: first?.id } });
    const [, status] = await repository.status();
    expect(status).toMatchObject({ asset: "down", status: "Stale" });
    expect(status?.causes.map(({ kind }) => kind)).toContain("upstream-version");
  });
});
