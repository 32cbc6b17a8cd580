import { PartitionKey } from "../../partition/partition-key.ts";
import { Storage } from "../../storage/storage.ts";
import type { AnyEvent, FailureRecord, NewEvent, RunEvent, StoredMark } from "../../storage/types.ts";
import { allOf } from "../later-engines.ts";
import { definition, failed, made, rejects, type StorageCase, same } from "./check.ts";

const stored: StoredMark = { writeId: "r/1.1", path: "a/it's ä", etag: '"e"', digest: "sha256:0" };
const failure: FailureRecord = {
  code: "Unavailable",
  name: "EdgewaterError",
  message: "it's raining \u0000 ä",
  causes: [{ name: "TypeError", message: "fetch failed" }],
  frames: ["at load (a.ts:1:2)"],
};
/** A failure with every detail. The one above is in golden files. */
const whole: FailureRecord = {
  ...failure,
  message: "a\ud800",
  asset: "d",
  partition: "x",
  field: "$[17].felt",
  causes: [...failure.causes, { code: "QuotaExceeded", name: "EdgewaterError", message: "full", quota: { needed: 3, free: 0, total: 40 } }],
};

/** A new look at a stored value. */
export function verified(
  assetKey: string,
  materializationId: number,
  found: "Stored" | "Missing" | "Replaced" | "Unrecorded",
  partition?: string,
): NewEvent {
  const { dataVersion: _, ...rest } = made(assetKey, partition === undefined ? {} : { partition }) as AnyEvent;
  return { ...rest, eventType: "Verification", dataVersion: undefined, found, materializationId } as NewEvent;
}

/** A new start or end of a run. */
export function runEventOf(eventType: RunEvent["eventType"], runId: string, status: RunEvent["status"]): NewEvent {
  const { assetKey: _, partitionKey: __, dataVersion: ___, ...rest } = made("", { runId }) as AnyEvent;
  return { ...rest, eventType, assetKey: undefined, partitionKey: undefined, dataVersion: undefined, status, attempt: 2 } as NewEvent;
}

/** Events with every field that only some types have, given the id of the first. */
export function detailed(runId: string): readonly NewEvent[] {
  const step = (eventType: string, fields: object) => ({ ...failed("d", runId), metadata: {}, eventType, ...fields }) as NewEvent;
  return [
    runEventOf("RunStart", runId, "Started"),
    made("d", { runId, stored, fingerprint: "f1", inputEventIds: { a: 1, "b[x]": 7 }, inputDataVersions: { a: "1", "b[x]": "2" } }),
    made("d", { runId, eventType: "Observation", stored: { writeId: "w", path: "p" } }),
    step("StepRetry", { failure: { ...failure, code: undefined } }),
    step("StepFailure", { failure, inputDataVersions: { a: "1" } }),
    step("StepSkipped", { reason: "nothing changed", unchanged: true }),
    runEventOf("RunEnd", runId, "Failure"),
  ];
}

/** Cases for the fields that only some types of events have, and for looks at stored values. */
export const detailCases: readonly StorageCase[] = [
  {
    name: "keeps stored marks, failures, reasons and the ids of inputs, through reading, subscribing, exporting and importing",
    run: async (storage) => {
      const hostile = { ...failed("d", "r"), failure: whole } as NewEvent;
      const given = [...detailed("r"), hostile];
      const committed: readonly AnyEvent[] = await storage.commit({ events: given });
      const read: readonly AnyEvent[] = await storage.getEventsForRun("r", { types: "all" });
      same(
        committed.map(({ id: _, ...event }) => event),
        given,
        "what the commit returns",
      );
      same(read, committed, "what is read");
      same(
        read.filter(({ eventType }) => eventType.startsWith("Run")).map((event) => [event.assetKey, event.partitionKey, event.dataVersion]),
        [
          [undefined, undefined, undefined],
          [undefined, undefined, undefined],
        ],
        "the asset of events of runs",
      );
      same(await storage.getEventsForAsset("", { types: "all" }), [], "events of an asset without a name");
      same((await storage.getEventsForAsset("d", { types: "all" })).length, 6, "events of the asset");
      same((await storage.getEventsForRun("r", { types: ["RunEnd"] })).length, 1, "by type");
      const abort = new AbortController();
      const seen: AnyEvent[] = [];
      for await (const event of storage.subscribe({ signal: abort.signal, intervalMs: 5 }))
        if (seen.push(event) === given.length) abort.abort();
      same(seen, committed, "what a subscription delivers");
      await using copy = Storage.memory();
      await copy.import(storage.export());
      same(await copy.getEventsForRun("r", { types: "all" }), committed, "what an import reads");
      const lines = await allOf(storage.export());
      same(await allOf(copy.export()), lines, "what is exported again");
    },
  },
  {
    name: "keeps the stored mark and the fingerprint of the latest materialization",
    run: async (storage) => {
      await storage.commit({ assets: [definition("d")], events: [made("d", { stored, fingerprint: "f1", partition: "x" })] });
      const latest = async () => {
        const of = [await storage.getAssetRecord("d"), ...(await storage.getPartitionRecords("d"))];
        return of.map((record) => [record?.lastStored, record?.lastFingerprint]);
      };
      same(
        await latest(),
        [
          [stored, "f1"],
          [stored, "f1"],
        ],
        "of the asset and of the partition",
      );
      await storage.commit({ events: [made("d", { eventType: "Observation", partition: "x", fingerprint: "seen" }), failed("d")] });
      same((await latest())[0], [stored, "f1"], "after an observation and a failure");
      await storage.commit({ events: [made("d", { partition: "x" })] });
      same(
        await latest(),
        [
          [undefined, undefined],
          [undefined, undefined],
        ],
        "after a materialization without them",
      );
    },
  },
  {
    name: "answers with one latest record for a place that is asked for twice",
    run: async (storage) => {
      await storage.commit({ events: [made("w"), made("w", { partition: "x" })] });
      const places = [
        { assetKey: "w" },
        { assetKey: "w", partition: "x" },
        { assetKey: "w", partition: PartitionKey.single("x") },
        { assetKey: "w" },
        { assetKey: "none" },
      ];
      const records = await storage.getLatestRecords(places);
      same(records.map(({ partitionKey }) => `${partitionKey ?? ""}`).toSorted(), ["", "x"], "the latest records");
    },
  },
  {
    name: "keeps the latest record of a materialization whose event is deleted",
    run: async (storage) => {
      const [event] = await storage.commit({ events: [made("w", { partition: "x" })] });
      const id = event?.id ?? 0;
      await storage.commit({ events: [verified("w", id, "Missing", "x")], deletes: { events: [id] } });
      same(await storage.getLatestMaterialization("w", "x"), undefined, "the event");
      const [latest] = await storage.getLatestRecords([{ assetKey: "w", partition: "x" }]);
      same([latest?.lastMaterializationId, latest?.lastFound], [id, "Missing"], "the latest record");
      await rejects(() => storage.commit({ preconditions: [{ latest: "w", partition: "x", is: undefined }] }), "PreconditionFailed");
      await storage.commit({ preconditions: [{ latest: "w", partition: "x", is: id }], events: [made("w", { partition: "x" })] });
      same((await storage.getLatestMaterialization("w", "x"))?.eventType, "Materialization", "the next event");
    },
  },
  {
    name: "keeps what the last look at a stored value found until it is materialized again",
    run: async (storage) => {
      await storage.commit({ assets: [definition("v"), definition("p")] });
      const [of, ofX] = await storage.commit({ events: [made("v"), made("p", { partition: "x" }), made("p", { partition: "y" })] });
      const found = async () => [
        (await storage.getAssetRecord("v"))?.lastFound,
        (await storage.getAssetRecord("p"))?.lastFound,
        ...(await storage.getPartitionRecords("p")).map(({ lastFound }) => lastFound),
      ];
      same(await found(), [undefined, undefined, undefined, undefined], "before anybody looked");
      await storage.commit({ events: [verified("v", of?.id ?? 0, "Replaced"), verified("p", ofX?.id ?? 0, "Missing", "x")] });
      same(await found(), ["Replaced", undefined, "Missing", undefined], "after a look");
      same(
        (await storage.computeStaleness({ partitions: true })).map(({ asset, partition, status, causes }) => [
          `${asset}[${partition ?? ""}]`,
          status,
          causes[0]?.kind,
        ]),
        [
          ["p[]", "Stale", "value-missing"],
          ["p[x]", "Missing", "value-missing"],
          ["p[y]", "UpToDate", undefined],
          ["v[]", "Stale", "value-replaced"],
        ],
        "staleness",
      );
      await storage.commit({ events: [made("v", { eventType: "Observation" }), failed("v")] });
      same((await found())[0], "Replaced", "after an observation and a failure");
      await storage.commit({ events: [verified("v", of?.id ?? 0, "Stored")] });
      same((await found())[0], "Stored", "after a later look");
      await storage.commit({ events: [made("v"), verified("p", ofX?.id ?? 0, "Missing", "y"), made("p", { partition: "y" })] });
      same(await found(), [undefined, undefined, "Missing", undefined], "after it was materialized again, in the same commit too");
      await storage.commit({ events: [made("p", { partition: "x" }), verified("p", ofX?.id ?? 0, "Unrecorded", "x")] });
      same((await found())[2], "Unrecorded", "after a look in the commit of the materialization");
      await using copy = Storage.memory();
      await copy.import(storage.export());
      same(
        (await copy.getPartitionRecords("p")).map(({ lastFound }) => lastFound),
        ["Unrecorded", undefined],
        "in an imported copy",
      );
      await storage.prune({ before: Date.UTC(2030, 0, 1) });
      await using pruned = Storage.memory();
      await pruned.import(storage.export());
      same(
        (await pruned.getPartitionRecords("p")).map(({ lastFound }) => lastFound),
        [undefined, "Unrecorded"],
        "in a pruned copy, where y has the older one",
      );
    },
  },
  {
    name: "merges looks at values with the new ids of their materializations, and leaves out ids of inputs",
    run: async (storage) => {
      await using source = Storage.memory();
      const [event] = await source.commit({ events: [made("a", { runId: "r", inputEventIds: { b: 9 } })] });
      await source.commit({ events: [verified("a", event?.id ?? 0, "Missing"), verified("a", 999, "Stored")] });
      await storage.commit({ events: [made("own"), made("own")] });
      await storage.import(source.export(), { merge: true });
      const [look, merged] = await storage.getEventsForAsset("a", { types: "all" });
      same([look?.eventType, merged?.eventType, merged?.inputEventIds], ["Verification", "Materialization", undefined], "the events");
      same((look as unknown as { materializationId: number }).materializationId, merged?.id, "the id of the materialization");
    },
  },
];
