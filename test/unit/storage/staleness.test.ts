/** The staleness of partitions, compared with the rule as it is stated: for each partition, every partition of each input. */

import { type LatestRecord, PartitionKey, Storage } from "edgewater";
import fc from "fast-check";
import { expect, it } from "vitest";
import { inputName } from "../../../src/storage/input-name.ts";
import { definition } from "../../../src/testing/storage/check.ts";

const keys = ["p", "q", "r[1]", "s"];
const someKey = fc.constantFrom(...keys);
const version = fc.constantFrom("v1", "v2");
const made = fc.record({
  asset: fc.constantFrom("up", "x[y]", "down"),
  key: someKey,
  version,
  consumed: fc.dictionary(someKey, version, { maxKeys: 4 }),
});
const mapping = fc.constantFrom(undefined, "identity", "all", "static");

/** The reasons by the rule as it is stated, in the order of the input's partitions. */
function reasonsOf(record: LatestRecord, partition: string, upstream: readonly LatestRecord[], name: string, kind: string | undefined) {
  return upstream.flatMap((latest) => {
    const key = String(latest.partitionKey);
    const consumed = record.lastInputDataVersions[inputName(name, key)];
    const isOwn = (kind ?? "identity") === "identity" && key === partition;
    if (consumed === undefined && kind !== "all" && !isOwn) return [];
    if (consumed !== undefined && consumed !== latest.lastDataVersion) return [`upstream '${name}[${key}]' has new data version`];
    const isNewer = (latest.lastEventId ?? 0) > (record.lastMaterializationId ?? 0);
    return consumed === undefined && isNewer ? [`upstream '${name}[${key}]' has data not yet consumed`] : [];
  });
}

it("follows the stated rule for partitions, for random materializations", async () => {
  const property = fc.asyncProperty(
    fc.constantFrom("up", "x[y]"),
    mapping,
    fc.array(made, { maxLength: 25 }),
    async (name, kind, events) => {
      await using storage = Storage.memory();
      const definition = { kind: "asset", tags: {}, kinds: [], group: undefined, codeVersion: undefined, partitions: undefined } as const;
      await storage.declareAssets([
        { ...definition, assetKey: name, dependencies: [] },
        { ...definition, assetKey: "down", dependencies: [{ assetKey: name, mapping: kind }] },
      ]);
      await storage.commit({
        events: events.map(({ asset, key, version: dataVersion, consumed }) => ({
          eventType: "Materialization",
          assetKey: asset,
          partitionKey: PartitionKey.single(key),
          runId: "r",
          timestamp: 1,
          dataVersion,
          codeVersion: undefined,
          inputDataVersions:
            asset === "down" ? Object.fromEntries(Object.entries(consumed).map(([each, of]) => [inputName(name, each), of])) : {},
          metadata: {},
        })),
      });
      const upstream = await storage.getPartitionRecords(name);
      const all = await storage.computeStaleness({ assets: ["down"], partitions: true });
      for (const record of await storage.getPartitionRecords("down")) {
        const partition = String(record.partitionKey);
        const expected = reasonsOf(record, partition, upstream, name, kind);
        const found = all.find((each) => each.partition === partition);
        expect(found?.causes.map(({ reason }) => reason)).toEqual(expected);
        expect(found?.status).toBe(expected.length > 0 ? "Stale" : "UpToDate");
      }
    },
  );
  await fc.assert(property, { numRuns: 300 });
});

it("finds the one stale partition among 20,000 of each", async () => {
  await using storage = Storage.memory();
  await storage.declareAssets([definition("up"), definition("down", { dependencies: [{ assetKey: "up", mapping: undefined }] })]);
  for (const assetKey of ["up", "down"])
    await storage.commit({
      events: Array.from({ length: 20_000 }, (_, index) => ({
        eventType: "Materialization",
        assetKey,
        partitionKey: PartitionKey.single(`p${index}`),
        runId: "r",
        timestamp: 1,
        dataVersion: "v",
        codeVersion: undefined,
        inputDataVersions: assetKey === "down" ? { [`up[p${index}]`]: index === 7 ? "old" : "v" } : {},
        metadata: {},
      })),
    });
  const all = await storage.computeStaleness({ partitions: true });
  expect(all.filter(({ status }) => status === "Stale").map(({ partition }) => partition)).toEqual([undefined, "p7"]);
});
