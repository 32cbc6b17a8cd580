import { PartitionKey } from "../../partition/partition-key.ts";
import type { Batch } from "../../storage/types.ts";
import { bytes, made, rejects, runOf, type StorageCase, same } from "./check.ts";

/** Cases for commits and their preconditions. */
export const commitCases: readonly StorageCase[] = [
  {
    name: "writes a whole batch or nothing",
    run: async (storage) => {
      const batch: Batch = {
        preconditions: [{ kv: "lock", is: bytes(1) }],
        runs: [runOf("r")],
        events: [made("a", { runId: "r" })],
        assets: [
          {
            assetKey: "a",
            kind: "asset",
            tags: {},
            kinds: [],
            group: "g",
            codeVersion: undefined,
            dependencies: [],
            partitions: undefined,
          },
        ],
        logs: [{ runId: "r", step: "a", level: "info", message: "m", timestamp: 1 }],
        ticks: [{ name: "t", timestamp: 1, status: "Fired", detail: { a: 1 } }],
        kv: [{ key: "k", value: bytes(2) }],
        dynamicPartitions: [{ definition: "d", add: ["x"] }],
      };
      await rejects(() => storage.commit(batch), "PreconditionFailed");
      same(await storage.getEventsForAsset("a"), [], "events");
      same(await storage.getRun("r"), undefined, "run");
      same(await storage.getAssetRecords(), [], "assets");
      same([await storage.getRunLogs("r"), await storage.getTicks("t"), await storage.kvList()], [[], [], []], "logs, ticks and keys");
      same(await storage.getDynamicPartitions("d"), [], "dynamic partitions");
      await storage.kvSet("lock", bytes(1));
      await storage.commit(batch);
      same((await storage.getEventsForAsset("a")).length, 1, "events after it");
      same(await storage.getRun("r"), batch.runs?.[0], "run after it");
      same((await storage.getAssetRecord("a"))?.group, "g", "asset after it");
      same([await storage.getRunLogs("r"), await storage.getTicks("t")], [batch.logs, batch.ticks], "logs and ticks after it");
      same(await storage.kvGet("k"), bytes(2), "key after it");
      same(await storage.getDynamicPartitions("d"), ["x"], "dynamic partitions after it");
    },
  },
  {
    name: "refuses names that some database cannot hold, and writes nothing",
    run: async (storage) => {
      for (const name of ["a\0b", "a\ud800"]) {
        const refused = (batch: Batch) => rejects(() => storage.commit({ kv: [{ key: "k", value: bytes(1) }], ...batch }), "InvalidPath");
        await refused({ events: [made(name)] });
        await refused({ events: [made("a", { dataVersion: name })] });
        await refused({ events: [made("a", { codeVersion: name })] });
        await refused({ events: [made("a", { inputDataVersions: { [name]: "v" } })] });
        await refused({ events: [made("a", { inputDataVersions: { b: name } })] });
        await refused({ runs: [runOf(name)] });
        await refused({ runs: [runOf("r", { tags: { [name]: "v" } })] });
        await refused({ runs: [runOf("r", { tags: { tag: name } })] });
        await refused({ ticks: [{ name, timestamp: 1, status: "Skipped", detail: null }] });
        await refused({ logs: [{ runId: name, step: "a", level: "info", message: "", timestamp: 1 }] });
        await refused({ kv: [{ key: name, value: bytes(1) }] });
        await refused({ preconditions: [{ kv: name, is: undefined }] });
        await refused({ preconditions: [{ run: name, is: undefined }] });
        await refused({ preconditions: [{ latest: name, is: undefined }] });
        await refused({ dynamicPartitions: [{ definition: name, add: ["x"] }] });
        await refused({ dynamicPartitions: [{ definition: "d", remove: [name] }] });
        await rejects(() => storage.getEventsForAsset(name), "InvalidPath");
        await rejects(() => storage.getEventsForAsset("a", { partition: name }), "InvalidPath");
        await rejects(() => storage.getEventsForRun(name), "InvalidPath");
        await rejects(() => storage.getLatestMaterialization(name), "InvalidPath");
        await rejects(() => storage.getRun(name), "InvalidPath");
        await rejects(() => storage.getRunLogs(name), "InvalidPath");
        await rejects(() => storage.getTicks(name), "InvalidPath");
        await rejects(() => storage.getAssetRecord(name), "InvalidPath");
        await rejects(() => storage.getPartitionRecords(name), "InvalidPath");
        await rejects(() => storage.getDynamicPartitions(name), "InvalidPath");
        await rejects(() => storage.hasDynamicPartition("d", name), "InvalidPath");
        await rejects(() => storage.setRunOutcome(name, "Failure"), "InvalidPath");
        await rejects(() => storage.kvGet(name), "InvalidPath");
        await rejects(() => storage.kvList(name), "InvalidPath");
      }
      await rejects(() => storage.commit({ events: [made("a", { partition: PartitionKey.single("a\0b") })] }), "InvalidPath");
      same(await storage.kvList(), [], "keys");
    },
  },
  {
    name: "checks each kind of precondition at the moment of the write",
    run: async (storage) => {
      const attempt = (precondition: NonNullable<Batch["preconditions"]>[number]) =>
        storage.commit({ preconditions: [precondition], events: [made("x")] });
      const holds = attempt;
      const fails = (precondition: Parameters<typeof attempt>[0]) => rejects(() => attempt(precondition), "PreconditionFailed");
      await holds({ kv: "k", is: undefined });
      await fails({ kv: "k", is: bytes() });
      await storage.kvSet("k", bytes());
      await holds({ kv: "k", is: bytes() });
      await fails({ kv: "k", is: undefined });
      await fails({ kv: "k", is: bytes(0) });
      await holds({ run: "r", is: undefined });
      await storage.commit({ runs: [runOf("r", { status: "Started", endTime: undefined })] });
      await holds({ run: "r", is: "Started" });
      await fails({ run: "r", is: "Success" });
      await fails({ run: "r", is: undefined });
      await holds({ latest: "a", is: undefined });
      const [event] = await storage.commit({ events: [made("a", { partition: "p" })] });
      await holds({ latest: "a", is: event?.id });
      await holds({ latest: "a", partition: "p", is: event?.id });
      await holds({ latest: "a", partition: "q", is: undefined });
      // As runs pass it.
      await holds({ latest: "a", partition: PartitionKey.parse("p"), is: event?.id });
      await fails({ latest: "a", partition: PartitionKey.parse("p"), is: undefined });
      await fails({ latest: "a", is: undefined });
      await fails({ latest: "a", partition: "p", is: (event?.id ?? 0) + 1 });
      const error = await fails({ kv: "k", is: bytes(7) });
      same(error.store, storage.name, "the store of the error");
      same(error.message.includes('"k"'), true, "the message names the key");
    },
  },
  {
    name: "writes a commit with an id once, however often it is sent",
    run: async (storage) => {
      const id = crypto.randomUUID();
      const batch: Batch = {
        id,
        preconditions: [{ kv: "k", is: undefined }],
        events: [made("a"), made("b")],
        kv: [{ key: "k", value: bytes(1) }],
      };
      const answers = await Promise.all([1, 2, 3].map(() => storage.commit(batch)));
      await storage.commit({ events: [made("c")] });
      answers.push(await storage.commit(batch));
      for (const answer of answers) same(answer, answers[0], "the answer to a repeated commit");
      same(await storage.getEventsForRun("run", { types: "all" }).then((events) => events.length), 3, "events");
      await storage.commit({ id });
      same(await storage.commit(batch), answers[0], "the answer after its id was given up, which is too late");
    },
  },
  {
    name: "writes nothing for a commit that is refused, or whose id was given up",
    run: async (storage) => {
      const batch: Batch = { id: crypto.randomUUID(), preconditions: [{ kv: "k", is: bytes(1) }], events: [made("a")] };
      await rejects(() => storage.commit(batch), "PreconditionFailed");
      await storage.kvSet("k", bytes(1));
      same((await storage.commit({ ...batch, id: crypto.randomUUID() })).length, 1, "events once the precondition holds");
      const given = crypto.randomUUID();
      same(await storage.commit({ id: given }), [], "the answer to giving an id up");
      same(await storage.commit({ id: given }), [], "the answer to giving it up again");
      const error = await rejects(() => storage.commit({ ...batch, id: given }), "PreconditionFailed");
      same([error.field, error.store], ["id", storage.name], "the error of an id that was given up");
      same((await storage.getEventsForAsset("a")).length, 1, "events");
    },
  },
  {
    name: "loses nothing of many concurrent commits",
    run: async (storage) => {
      const commits = Array.from({ length: 40 }, (_, index) =>
        storage.commit({ events: [made("a", { dataVersion: String(index) }), made("b")] }),
      );
      const ids = (await Promise.all(commits)).flat().map(({ id }) => id);
      same(new Set(ids).size, 80, "different ids");
      same((await storage.getEventsForRun("run")).length, 80, "events");
      same((await storage.getLatestMaterialization("b"))?.id, Math.max(...ids), "the latest is the last");
    },
  },
  {
    name: "refuses every call after it was closed, and can be closed twice",
    run: async (storage) => {
      const commit = storage.commit({ events: [made("a")] });
      const closed = storage.close();
      same((await commit).length, 1, "a commit in flight is finished");
      await closed;
      await storage.close();
      await rejects(() => storage.commit({ events: [made("a")] }), "Closed");
      await rejects(() => storage.getRuns(), "Closed");
      await rejects(() => storage.kvGet("a"), "Closed");
      await rejects(() => storage.computeStaleness(), "Closed");
    },
  },
  {
    name: "copies values when they are set and read",
    run: async (storage) => {
      const value = bytes(1, 2, 3);
      await storage.kvSet("k", value);
      value[0] = 9;
      const read = (await storage.kvGet("k")) as Uint8Array;
      read[1] = 9;
      same(await storage.kvGet("k"), bytes(1, 2, 3), "the value");
    },
  },
];
