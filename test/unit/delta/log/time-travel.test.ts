import { describe, expect, it } from "vitest";
import type { Action } from "../../../../src/delta/log/actions.ts";
import { commitName } from "../../../../src/delta/log/file-names.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { AgedStore } from "../../../support/delta/aged-store.ts";
import { added, commit, created } from "../../../support/delta/written-log.ts";

/** A table with commits at these times by the store, and at others by the commits themselves. */
async function tableAt(
  fileTimes: readonly (number | undefined)[],
  inCommit: readonly (number | undefined)[] = [],
  configuration = {},
): Promise<AgedStore> {
  const store = new AgedStore();
  for (const [version, time] of fileTimes.entries()) {
    if (time !== undefined) store.times.set(commitName(version), time);
    const within = inCommit[version];
    const info: Action = {
      commitInfo: { timestamp: 7000 + version, operation: "WRITE", ...(within === undefined ? {} : { inCommitTimestamp: within }) },
    };
    const first = version === 0 ? created({ configuration }).slice(1) : [];
    await commit({ store, root: "t" }, version, [info, ...first, added(`f${version}`)]);
  }
  return store;
}

const versionAt = async (store: AgedStore, time: number): Promise<number> =>
  (await DeltaTable.open(store, "t", { timestamp: new Date(time) })).version;
const times = async (store: AgedStore): Promise<number[]> =>
  (await (await DeltaTable.open(store, "t")).history()).map(({ timestamp }) => timestamp.getTime());

describe("time travel", () => {
  it("finds the newest version at a time", async () => {
    const store = await tableAt([1000, 2000, 3000]);
    expect([
      await versionAt(store, 1000),
      await versionAt(store, 2999),
      await versionAt(store, 3000),
      await versionAt(store, 9999),
    ]).toEqual([0, 1, 2, 2]);
    expect((await DeltaTable.open(store, "t", { timestamp: "1970-01-01T00:00:02Z" })).version).toBe(1);
    await expect(versionAt(store, 999)).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining("its oldest version, 0, is younger"),
    });
  });

  it("puts times in order where clocks went back", async () => {
    const store = await tableAt([1000, 5000, 3000, 6000]);
    expect(await times(store)).toEqual([6000, 5001, 5000, 1000]);
    expect([await versionAt(store, 4000), await versionAt(store, 5000), await versionAt(store, 5001)]).toEqual([0, 1, 2]);
  });

  it("takes the time of the writer where the store has none", async () => {
    expect(await times(await tableAt([undefined, undefined]))).toEqual([7001, 7000]);
    expect(await versionAt(await tableAt([undefined, undefined]), 7000)).toBe(0);
  });

  it("takes the times in the commits where the table has them", async () => {
    const store = await tableAt([9000, 9000, 9000], [1000, 2000, 3000], { "delta.enableInCommitTimestamps": "true" });
    expect(await times(store)).toEqual([3000, 2000, 1000]);
    expect([await versionAt(store, 1000), await versionAt(store, 2999), await versionAt(store, 8000)]).toEqual([0, 1, 2]);
    await expect(versionAt(store, 999)).rejects.toMatchObject({ code: "NotFound" });
  });

  it("takes the times of files before the table had its own", async () => {
    const store = await tableAt([100, 200, 9000, 9000], [undefined, undefined, 1000, 2000], {
      "delta.enableInCommitTimestamps": "true",
      "delta.inCommitTimestampEnablementVersion": "2",
      "delta.inCommitTimestampEnablementTimestamp": "1000",
    });
    expect([await versionAt(store, 150), await versionAt(store, 999), await versionAt(store, 1000), await versionAt(store, 2000)]).toEqual([
      0, 1, 2, 3,
    ]);
    expect(await times(store)).toEqual([2000, 1000, 200, 100]);
  });

  it("refuses a version and a time together, and a text that is no time", async () => {
    const store = await tableAt([1000]);
    await expect(DeltaTable.open(store, "t", { version: 0, timestamp: new Date(0) })).rejects.toMatchObject({
      code: "SettingsError",
      field: "timestamp",
    });
    await expect(DeltaTable.open(store, "t", { timestamp: "yesterday" })).rejects.toMatchObject({
      code: "SettingsError",
      field: "timestamp",
    });
  });
});

describe("the history of a table", () => {
  it("has who wrote the versions, the newest first", async () => {
    const table = await DeltaTable.open(await tableAt([1000, 2000, 3000]), "t");
    expect(await table.history({ limit: 2 })).toEqual([
      { version: 2, timestamp: new Date(3000), operation: "WRITE", commitInfo: { timestamp: 7002, operation: "WRITE" } },
      { version: 1, timestamp: new Date(2000), operation: "WRITE", commitInfo: { timestamp: 7001, operation: "WRITE" } },
    ]);
    await expect(table.history({ limit: 0 })).rejects.toMatchObject({ code: "SettingsError" });
  });

  it("finds what the writer said also after other actions, and on a line of any length", async () => {
    const store = new AgedStore();
    await commit({ store, root: "t" }, 0, [...created().slice(1), { commitInfo: { operation: "LAST" } }]);
    await commit({ store, root: "t" }, 1, [{ commitInfo: { operation: "LONG", note: "x".repeat(100_000) } }, added("a")]);
    await commit({ store, root: "t" }, 2, [added("b")]);
    const history = await (await DeltaTable.open(store, "t")).history();
    expect(history.map(({ operation }) => operation)).toEqual([undefined, "LONG", "LAST"]);
  });
});
