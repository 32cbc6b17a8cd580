import { Storage } from "../../storage/storage.ts";
import { allOf } from "../later-engines.ts";
import { bytes, failed, made, rejects, runOf, type StorageCase, same } from "./check.ts";
import { detailed, verified } from "./details.ts";

/** Commits rows of every kind. The golden files contain exactly these rows. */
export async function fill(storage: Storage): Promise<void> {
  const declared = {
    kind: "asset",
    tags: { a: "b" },
    kinds: [],
    group: undefined,
    codeVersion: "1",
    dependencies: [],
    partitions: { static: ["x"] },
  } as const;
  await storage.commit({ runs: [runOf("r1", { tags: { who: "me" } })], assets: [{ assetKey: "a", ...declared }] });
  await storage.commit({ events: [made("a", { partition: "x", runId: "r1" }), made("b", { inputDataVersions: { a: "v1" } })] });
  await storage.commit({ events: [failed("b", "r1")], logs: [{ runId: "r1", step: "b", level: "warn", message: "rain", timestamp: 5 }] });
  await storage.commit({
    runs: [runOf("r2", { status: "Started", endTime: undefined })],
    ticks: [{ name: "t", timestamp: 1, status: "Skipped", detail: [1] }],
  });
  await storage.commit({ kv: [{ key: "k", value: bytes(0, 255) }], dynamicPartitions: [{ definition: "d", add: ["z", "a"] }] });
  await storage.commit({ events: [made("a", { partition: "x", dataVersion: "v2", runId: "r2" })] });
  await storage.commit({ runs: [runOf("r3", { kind: "write", attempt: 2, status: "Failure" })], events: detailed("r3") });
  await storage.commit({
    runs: [runOf("r4", { status: "Started", endTime: undefined, kind: "materialize", attempt: 1 })],
    leases: [
      { runId: "r4", owner: "1.a", attempt: 1, ttlMs: 3_600_000, holder: "h" },
      { runId: "r4", step: "s", owner: "1.a", attempt: 1, ttlMs: 1000 },
    ],
    events: [verified("a", 4, "Missing", "x"), verified("b", 2, "Replaced")],
  });
}

/** Cases for export, import and pruning. */
export const portableCases: readonly StorageCase[] = [
  {
    name: "exports every row, and a Storage that imports the lines exports the same lines",
    run: async (storage) => {
      await fill(storage);
      await using copy = Storage.memory();
      await copy.import(storage.export());
      const lines = async (from: Storage) => (await allOf(from.export())).sort();
      same(await lines(copy), await lines(storage), "the lines");
      same(await copy.getAssetRecords(), await storage.getAssetRecords(), "assets");
      same(await copy.getEventsForRun("r1", { types: "all" }), await storage.getEventsForRun("r1", { types: "all" }), "events");
      const statuses = async (of: Storage) => (await of.getRuns()).map(({ runId, status }) => [runId, status]);
      const ended = [
        ["r3", "Failure"],
        ["r2", "Interrupted"],
        ["r1", "Success"],
      ];
      same(await statuses(storage), [["r4", "Started"], ...ended], "runs");
      same(await statuses(copy), [["r4", "Interrupted"], ...ended], "runs of the copy, without leases");
      same(await copy.getLeases(), [], "leases, which are not exported");
      await rejects(() => storage.import(copy.export()), "AlreadyExists");
    },
  },
  {
    name: "imports the export of another Storage, and numbers new events after it",
    run: async (storage) => {
      await using source = Storage.memory();
      await fill(source);
      await source.prune({ before: Date.now() });
      await storage.import(source.export());
      same((await allOf(storage.export())).sort(), (await allOf(source.export())).sort(), "the lines");
      same(await storage.getMaterializedPartitions("a"), await source.getMaterializedPartitions("a"), "partitions");
      const [next] = await storage.commit({ events: [made("c")] });
      const last = (await source.getEventsForAsset("a"))[0]?.id ?? 0;
      same((next?.id ?? 0) > last, true, "the next event has a greater id");
    },
  },
  {
    name: "merges an export into existing rows, and a second merge changes nothing",
    run: async (storage) => {
      await using source = Storage.memory();
      await fill(source);
      await storage.commit({ runs: [runOf("own")], events: [made("a", { runId: "own" })], kv: [{ key: "k", value: bytes(7) }] });
      await storage.import(source.export(), { merge: true });
      same(
        (await storage.getRuns()).map(({ runId }) => runId),
        ["r4", "r3", "r2", "r1", "own"],
        "runs",
      );
      same(await storage.kvGet("k"), bytes(7), "a key that was there");
      same((await storage.getEventsForAsset("a")).length, 3, "events");
      await storage.import(source.export(), { merge: true });
      same((await storage.getRuns()).length, 5, "runs after importing again");
      same((await storage.getEventsForRun("r1", { types: "all" })).length, 2, "events of a run after importing again");
    },
  },
  {
    name: "completes an import that broke off when it is repeated, and adds nothing twice",
    run: async (storage) => {
      await using source = Storage.memory();
      for (const runId of ["r1", "r2", "r3"]) {
        const log = { runId, step: "a", level: "info", message: "same", timestamp: 1 } as const;
        await source.commit({ runs: [runOf(runId)], logs: [log, log, { ...log, message: "other" }] });
        const same = made("a", { runId, dataVersion: "same", timestamp: 1 });
        const events = Array.from({ length: 300 }, (_, index) => made("a", { runId, dataVersion: `${runId} ${index}`, partition: "p" }));
        await source.commit({
          events: [same, same, ...events],
          ticks: [{ name: "t", timestamp: 1, status: "Skipped", detail: { b: 1, a: 2 } }],
        });
      }
      const lines = await allOf(source.export());
      const broken = function* (): Generator<string> {
        yield* lines.slice(0, 800);
        throw failed("the connection is lost");
      };
      await storage.import(broken()).then(
        () => same(true, false, "an import that breaks off is refused"),
        () => {},
      );
      for (let again = 0; again < 2; again++) {
        await storage.import(lines, { merge: true });
        const versions = async (from: Storage) =>
          (await from.getEventsForAsset("a", { limit: 10_000 })).map(({ dataVersion }) => dataVersion);
        same(await versions(storage), await versions(source), "the events, in their order");
        same((await storage.getTicks("t")).length, 3, "the ticks");
        same(await storage.getRunLogs("r2"), await source.getRunLogs("r2"), "the log of a run");
        const latest = async (from: Storage) => (await from.getLatestMaterialization("a", "p"))?.dataVersion;
        same(await latest(storage), await latest(source), "the latest materialization");
      }
    },
  },
  {
    name: "refuses lines that are not an export, and incomplete exports",
    run: async (storage) => {
      const header = '{"edgewater":"records","version":1}\n';
      await rejects(() => storage.import([]), "Integrity");
      await rejects(() => storage.import(["hello"]), "Integrity");
      await rejects(() => storage.import(['{"a":1}\n']), "Integrity");
      await rejects(() => storage.import([header, '{"kv":{"key":"a","value":""}}\n']), "Integrity");
      await rejects(() => storage.import([header, '{"end":1}\n']), "Integrity");
      await rejects(() => storage.import([header, '{"end":0}\n', '{"end":0}\n']), "Integrity");
      await using source = Storage.memory();
      await fill(source);
      await source.commit({ ticks: [{ name: "t", timestamp: 1, status: "Skipped", detail: null }], kv: [{ key: "k", value: bytes(1) }] });
      const lines = (await allOf(source.export())).slice(1, -1).map((text) => JSON.parse(text) as Record<string, object>);
      const wrong: unknown[] = [[], [{}], 5, null, "text", {}, { unknown: {} }, { run: {}, log: {} }];
      for (const line of lines) {
        const [kind = "", row = {}] = Object.entries(line)[0] ?? [];
        wrong.push({ [kind]: null }, { [kind]: [] }, { [kind]: 5 }, { [kind]: {} });
        for (const field of Object.keys(row)) {
          if (["detail", "partitions"].includes(field)) continue;
          wrong.push({ [kind]: { ...row, [field]: field === "startTime" || field === "timestamp" ? "1" : { x: [null] } } });
        }
        if (kind === "event")
          wrong.push({ event: { ...row, id: 0 } }, { event: { ...row, id: "1" } }, { event: { ...row, eventType: "Other" } });
      }
      for (const line of wrong) {
        const error = await rejects(() => storage.import([header, `${JSON.stringify(line)}\n`, '{"end":1}\n']), "Integrity");
        same(error.message.includes("line 2"), true, `the message names the line: ${JSON.stringify(line)}: ${error.message}`);
      }
      const events = lines.filter(({ event }) => event !== undefined).map((line) => `${JSON.stringify(line)}\n`);
      const backwards = [header, ...events.toReversed(), `{"end":${events.length}}\n`];
      same((await rejects(() => storage.import(backwards), "Integrity")).message.includes("line 3"), true, "ids that go backwards");
      const error = await rejects(() => storage.import(['{"edgewater":"records","version":99}\n']), "SchemaMismatch");
      same(error.message.includes("99"), true, "the message names the version");
      same(await storage.kvList(), [], "nothing was written");
    },
  },
  {
    name: "prunes old events and runs, keeps the latest ones, and announces it in a dry run",
    run: async (storage) => {
      const old = { timestamp: 1000, runId: "old" };
      await storage.commit({
        runs: [runOf("old", { endTime: 1000 }), runOf("gone", { endTime: 1000 }), runOf("on", { status: "Started", endTime: undefined })],
      });
      await storage.commit({ logs: [{ runId: "gone", step: "a", level: "info", message: "m", timestamp: 1 }] });
      await storage.commit({
        events: [made("a", { ...old, runId: "gone" }), made("a", old), made("b", { ...old, runId: "on" }), made("b", old)],
      });
      await storage.commit({
        events: [made("p", { ...old, partition: "x" }), made("p", { ...old, partition: "x" }), made("p", { ...old, partition: "y" })],
      });
      await storage.commit({ events: [made("c", { ...old, timestamp: 5000 }), made("c", { ...old, timestamp: 6000 })] });
      const before = 2000;
      const announced = await storage.prune({ before, dryRun: true });
      same([announced.events, announced.runs], [2, 1], "what would be deleted");
      same((await storage.getEventsForAsset("a")).length, 2, "events after a dry run");
      const kept = { getLatest: await storage.getLatestMaterialization("a"), partitions: await storage.getMaterializedPartitions("p") };
      const pruned = await storage.prune({ before });
      same([pruned.events, pruned.runs], [2, 1], "what was deleted");
      same(
        (await storage.getEventsForAsset("a")).map(({ id }) => id),
        [kept.getLatest?.id],
        "the latest is kept",
      );
      same((await storage.getEventsForAsset("b")).length, 2, "events of a running run are kept");
      same(
        (await storage.getEventsForAsset("p")).map(({ partitionKey }) => String(partitionKey)),
        ["y", "x"],
        "the latest of each partition is kept",
      );
      same((await storage.getEventsForAsset("c")).length, 2, "newer ones are kept");
      same([await storage.getRun("gone"), await storage.getRunLogs("gone")], [undefined, []], "the run and its logs");
      same((await storage.getRuns()).length, 2, "other runs are kept");
      same(await storage.getMaterializedPartitions("p"), kept.partitions, "partitions");
      const reason = "1 event; kept 1 (latest of their asset or partition)";
      same(pruned.explanation[0], `a: deleted ${reason}`, "the explanation of an asset");
      same(announced.explanation[0], `a: would delete ${reason.replace("kept", "would keep")}`, "the explanation of a dry run");
      same((await storage.prune({ before })).events, 0, "nothing is left to prune");
    },
  },
];
