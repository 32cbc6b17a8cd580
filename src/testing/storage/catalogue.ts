import { bytes, definition, failed, made, rejects, runOf, type StorageCase, same } from "./check.ts";

const tableOf = async (
  staleness: Promise<readonly { asset: string; partition: string | undefined; status: string; causes: readonly { reason: string }[] }[]>,
) =>
  (await staleness).map(({ asset, partition, status, causes }) => [
    partition === undefined ? asset : `${asset}[${partition}]`,
    status,
    ...causes.map(({ reason }) => reason),
  ]);

/** Cases for assets, staleness, runs, the key-value store and dynamic partitions. */
export const catalogueCases: readonly StorageCase[] = [
  {
    name: "returns the definitions of assets and their latest events",
    run: async (storage) => {
      const tagged = definition("tagged", { tags: { team: "sea", "": "" }, kinds: ["duckdb"], group: "g", partitions: { static: ["x"] } });
      const plain = definition("plain", { codeVersion: "1", dependencies: [{ assetKey: "tagged", mapping: "all" }] });
      await storage.commit({ assets: [tagged, plain, definition("between", { kind: "task" })] });
      const [event] = await storage.commit({
        events: [made("plain", { codeVersion: "1", dataVersion: "v", inputDataVersions: { tagged: "t" } })],
      });
      const [failure] = await storage.commit({ events: [failed("plain", "other")] });
      const nothing = { lastInputDataVersions: {} };
      const last = {
        lastEventId: event?.id,
        lastMaterializationId: event?.id,
        lastFailureId: failure?.id,
        lastRunId: "run",
        lastTimestamp: event?.timestamp,
        lastDataVersion: "v",
        lastMaterializationCodeVersion: "1",
        lastInputDataVersions: { tagged: "t" },
      };
      same(
        await storage.getAssetRecords(),
        [
          { ...plain, ...last },
          { ...tagged, ...nothing },
        ],
        "records",
      );
      same(await storage.getAssetRecord("nothing"), undefined, "an unknown one");
      await storage.commit({ assets: [definition("tagged", { tags: { team: "land" } })] });
      same(
        (await storage.getAssetsByTag("team")).map(({ assetKey }) => assetKey),
        ["tagged"],
        "by tag",
      );
      same(await storage.getAssetsByTag("team", "sea"), [], "by a former value of it");
      same((await storage.getAssetRecord("tagged"))?.kinds, [], "replaced as a whole");
      await storage.commit({ assets: [tagged] });
      same((await storage.getAssetsByKind("duckdb")).length, 1, "by kind");
      same((await storage.getAssetsByGroup("g")).length, 1, "by group");
    },
  },
  {
    name: "computes which assets are missing, stale and up to date, and why",
    run: async (storage) => {
      const on = (assetKey: string) => [{ assetKey, mapping: undefined }];
      await storage.commit({
        assets: [definition("c", { dependencies: on("b") }), definition("a"), definition("b", { dependencies: on("a"), codeVersion: "1" })],
      });
      const names = (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(": ")).sort();
      same(names(await tableOf(storage.computeStaleness())), ["a: Missing", "b: Missing", "c: Missing"], "before anything");
      const made2 = (key: string, version: string, inputs: Record<string, string> = {}, codeVersion?: string) =>
        made(key, { dataVersion: version, inputDataVersions: inputs, codeVersion });
      await storage.commit({ events: [made2("a", "a1"), made2("b", "b1", { a: "a1" }, "1"), made2("c", "c1", { b: "b1" })] });
      same(names(await tableOf(storage.computeStaleness())), ["a: UpToDate", "b: UpToDate", "c: UpToDate"], "after all were made");
      await storage.commit({ events: [made2("a", "a1")] });
      same(names(await tableOf(storage.computeStaleness({ assets: ["b"] }))), ["b: UpToDate"], "after the same data again");
      await storage.commit({ events: [made2("a", "a2")] });
      const stale = ["a: UpToDate", "b: Stale: upstream 'a' has new data version", "c: Stale: upstream 'b' is stale"];
      same(names(await tableOf(storage.computeStaleness())), stale, "after new data");
      await storage.commit({ assets: [definition("b", { dependencies: on("a"), codeVersion: "2" })], events: [made2("b", "b1", {}, "1")] });
      same(names(await tableOf(storage.computeStaleness({ assets: ["b"] }))), ["b: Stale: code version changed"], "after new code");
      await storage.commit({ events: [made2("a", "a3")] });
      const both = ["b: Stale: code version changed: upstream 'a' has data not yet consumed"];
      same(names(await tableOf(storage.computeStaleness({ assets: ["b"] }))), both, "after data that was never consumed");
    },
  },
  {
    name: "computes the staleness of each partition from the inputs it was made from",
    run: async (storage) => {
      const partitions = { static: ["x", "y"] };
      await storage.commit({
        assets: [
          definition("a", { partitions }),
          definition("b", { partitions, dependencies: [{ assetKey: "a", mapping: undefined }] }),
          definition("sum", { dependencies: [{ assetKey: "a", mapping: "all" }] }),
        ],
      });
      const keyed = (key: string, partition: string, dataVersion: string, inputDataVersions = {}) =>
        made(key, { partition, dataVersion, inputDataVersions });
      await storage.commit({
        events: [keyed("a", "x", "1"), keyed("b", "x", "1", { "a[x]": "1" }), made("sum", { inputDataVersions: { "a[x]": "1" } })],
      });
      const fresh = [
        ["a", "UpToDate"],
        ["a[x]", "UpToDate"],
        ["b", "UpToDate"],
        ["b[x]", "UpToDate"],
        ["sum", "UpToDate"],
      ];
      same((await tableOf(storage.computeStaleness({ partitions: true }))).sort(), fresh, "one partition of each");
      await storage.commit({ events: [keyed("a", "y", "1")] });
      same(
        (await tableOf(storage.computeStaleness())).sort(),
        [
          ["a", "UpToDate"],
          ["b", "UpToDate"],
          ["sum", "Stale", "upstream 'a[y]' has data not yet consumed"],
        ],
        "a new partition is of all",
      );
      await storage.commit({ events: [keyed("b", "y", "1", { "a[y]": "1" }), keyed("a", "x", "2")] });
      const changed = "upstream 'a[x]' has new data version";
      same(
        (await tableOf(storage.computeStaleness({ assets: ["b"], partitions: true }))).sort(),
        [
          ["b", "Stale", changed],
          ["b[x]", "Stale", changed],
          ["b[y]", "UpToDate"],
        ],
        "a partition that changed",
      );
    },
  },
  {
    name: "returns runs newest first, and sets the outcome of a run that did not end",
    run: async (storage) => {
      const started = runOf("r2", { status: "Started", endTime: undefined, tags: { "a'b": "?" }, partitionKeys: ["x"] });
      await storage.commit({ runs: [runOf("r1"), started] });
      await storage.commit({ runs: [runOf("r3", { status: "Failure" })] });
      same(
        (await storage.getRuns()).map(({ runId }) => runId),
        ["r3", "r2", "r1"],
        "runs",
      );
      same(
        (await storage.getRuns({ limit: 1 })).map(({ runId }) => runId),
        ["r3"],
        "the newest",
      );
      same(await storage.getRuns({ status: "Failure" }), [runOf("r3", { status: "Failure" })], "by status");
      same(await storage.getRuns({ status: "Interrupted" }), [{ ...started, status: "Interrupted" }], "those that nobody makes any more");
      await storage.setRunOutcome("r2", "Canceled");
      const ended = await storage.getRun("r2");
      same([ended?.status, typeof ended?.endTime], ["Canceled", "number"], "status and end");
      await rejects(() => storage.setRunOutcome("r2", "Success"), "PreconditionFailed");
      await rejects(() => storage.setRunOutcome("r9", "Success"), "NotFound");
      same(
        (await storage.getRuns()).map(({ runId }) => runId),
        ["r3", "r2", "r1"],
        "the order stays",
      );
      same(await storage.getRun("r9"), undefined, "an unknown one");
    },
  },
  {
    name: "sets, lists, deletes, and compares and sets values",
    run: async (storage) => {
      same(await storage.kvGet("a/1"), undefined, "before it is set");
      for (const key of ["b", "a/2", "a/1", "a/\u{1f30a}", "a/\uffee", "a%", "A/1", "a/__proto__"])
        await storage.kvSet(key, bytes(key.length));
      await storage.kvSet(
        "large",
        Uint8Array.from({ length: 100_000 }, (_, index) => index % 256),
      );
      same(
        (await storage.kvList("a/")).map(({ key }) => key),
        ["a/1", "a/2", "a/__proto__", "a/\uffee", "a/\u{1f30a}"],
        "keys in the order of UTF-8",
      );
      same((await storage.kvGet("large"))?.length, 100_000, "a large value");
      await storage.kvDelete("a/1");
      await storage.kvDelete("a/1");
      same(await storage.kvGet("a/1"), undefined, "after it is deleted");
      same(await storage.kvCompareAndSet("c", bytes(1), bytes(2)), false, "set what is not there");
      same(await storage.kvCompareAndSet("c", undefined, bytes(2)), true, "set what should not be there");
      same(await storage.kvCompareAndSet("c", undefined, bytes(3)), false, "create it again");
      same(await storage.kvCompareAndSet("c", bytes(2), bytes()), true, "set what is there");
      same(await storage.kvCompareAndSet("c", bytes(), undefined), true, "delete what is there");
      same(await storage.kvGet("c"), undefined, "in the end");
    },
  },
  {
    name: "adds dynamic partitions once, in order, and refuses invalid keys",
    run: async (storage) => {
      await storage.addDynamicPartitions("d", ["z", "a"]);
      await storage.addDynamicPartitions("d", ["m", "z", "it's a 'key'?"]);
      await storage.addDynamicPartitions("other", ["a"]);
      same(await storage.getDynamicPartitions("d"), ["z", "a", "m", "it's a 'key'?"], "keys");
      same([await storage.hasDynamicPartition("d", "a"), await storage.hasDynamicPartition("d", "x")], [true, false], "has");
      await storage.deleteDynamicPartition("d", "z");
      await storage.addDynamicPartitions("d", ["z"]);
      same(await storage.getDynamicPartitions("d"), ["a", "m", "it's a 'key'?", "z"], "keys after one was deleted and added");
      for (const keys of [[], [""], ["a|b"], ["fine", "a,b"], ["a\ud800"], ["a\u0000b"]]) {
        await rejects(() => storage.addDynamicPartitions("d", keys), "PartitionError");
        await rejects(() => storage.commit({ dynamicPartitions: [{ definition: "d", add: keys }] }), "PartitionError");
      }
      same((await storage.getDynamicPartitions("d")).length, 4, "nothing was added");
    },
  },
];
