import type { ErrorCode } from "../../errors.ts";
import type { Batch, Storage } from "../../storage/types.ts";
import { allOf } from "../later-engines.ts";
import { bytes, definition, failed, made, rejects, runOf, type StorageCase, same } from "./check.ts";
import { runEventOf, verified } from "./details.ts";

/** A row that plain JavaScript may pass: fields are replaced, and undefined ones are left out. */
const wrong = (row: object, fields: object): never =>
  Object.fromEntries(Object.entries({ ...row, ...fields }).filter(([name, value]) => value !== undefined || !(name in fields))) as never;

const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;
const lease = { runId: "r", owner: "1.a", attempt: 1, ttlMs: 1000 };
const tick = { name: "t", timestamp: 1, status: "Fired", detail: null } as const;
const log = { runId: "r", step: "a", level: "info", message: "m", timestamp: 1 } as const;
const event = (fields: object): Batch => ({ events: [made("fine"), wrong(made("a"), fields)] });

/** Batches that no back end may take, the field that the error names, and the code of the error. */
const refused: readonly (readonly [batch: Batch, field: string, code?: ErrorCode])[] = [
  [event({ metadata: { rows: 5 } }), "events[1].metadata.rows", "MetadataError"],
  [event({ metadata: { rows: { kind: "Int", value: 1.5 } } }), "events[1].metadata.rows", "MetadataError"],
  [event({ metadata: { rows: { kind: "Rows", value: 1 } } }), "events[1].metadata.rows", "MetadataError"],
  [event({ metadata: { rows: null } }), "events[1].metadata.rows", "MetadataError"],
  [event({ metadata: undefined }), "events[1].metadata", "MetadataError"],
  [event({ metadata: new Date(0) }), "events[1].metadata", "MetadataError"],
  [event({ partitionKey: "x" }), "events[1].partitionKey", "PartitionError"],
  [event({ partitionKey: { single: ["x"] } }), "events[1].partitionKey", "PartitionError"],
  [event({ eventType: "Materialized" }), "events[1].eventType"],
  [event({ eventType: "toString" }), "events[1].eventType"],
  [event({ eventType: undefined }), "events[1].eventType"],
  [event({ assetKey: "" }), "events[1].assetKey"],
  [event({ assetKey: undefined }), "events[1].assetKey"],
  [event({ assetKey: 5 }), "events[1].assetKey"],
  [event({ runId: null }), "events[1].runId"],
  [event({ timestamp: Number.NaN }), "events[1].timestamp"],
  [event({ timestamp: 1.5 }), "events[1].timestamp"],
  [event({ timestamp: new Date(0) }), "events[1].timestamp"],
  [event({ dataVersion: undefined }), "events[1].dataVersion"],
  [event({ dataVersion: 1 }), "events[1].dataVersion"],
  [event({ codeVersion: null }), "events[1].codeVersion"],
  [event({ inputDataVersions: undefined }), "events[1].inputDataVersions"],
  [event({ inputDataVersions: { a: 1 } }), "events[1].inputDataVersions"],
  [event({ inputDataVersions: new Date(0) }), "events[1].inputDataVersions"],
  [event({ inputDataVersions: new Map([["a", "1"]]) }), "events[1].inputDataVersions"],
  [event({ inputDataVersions: { a: "a\ud800" } }), "events[1].inputDataVersions.a", "InvalidPath"],
  [event({ inputEventIds: { a: "1" } }), "events[1].inputEventIds"],
  [event({ stored: { path: "p" } }), "events[1].stored"],
  [event({ stored: { writeId: "w", path: "p", size: 1n } }), "events[1].stored"],
  [event({ fingerprint: 5 }), "events[1].fingerprint"],
  [event({ failure: {} }), "events[1].failure"],
  [event({ fingerPrint: "f" }), "events[1].fingerPrint"],
  [event({ id: 5 }), "events[1].id"],
  [{ events: [wrong(made("a"), { id: 0 })] }, "events[0].id"],
  [{ events: [wrong(made("a"), { id: 5 }), wrong(made("a"), { id: 5 })] }, "events[1].id"],
  [{ events: [wrong(failed("a"), { dataVersion: "1" })] }, "events[0].dataVersion"],
  [{ events: [wrong(failed("a"), { failure: { name: "E", message: "m", causes: [{}], frames: [] } })] }, "events[0].failure"],
  [{ events: [wrong(verified("a", 1, "Missing"), { found: "Gone" })] }, "events[0].found"],
  [{ events: [wrong(verified("a", 1, "Missing"), { materializationId: undefined })] }, "events[0].materializationId"],
  [{ events: [wrong(runEventOf("RunEnd", "r", "Success"), { assetKey: "a" })] }, "events[0].assetKey"],
  [{ events: [wrong(runEventOf("RunEnd", "r", "Success"), { status: "Interrupted" })] }, "events[0].status"],
  [{ events: [wrong(runEventOf("RunEnd", "r", "Success"), { attempt: 0 })] }, "events[0].attempt"],
  [{ events: [null as never] }, "events[0]"],
  [{ events: new Array(1) as never }, "events[0]"],
  [{ events: {} as never }, "events"],
  [{ event: [] } as never, "event"],
  [5 as never, "the batch"],
  [{ runs: [wrong(runOf("r"), { runId: undefined })] }, "runs[0].runId"],
  [{ runs: [wrong(runOf("r"), { status: "Interrupted" })] }, "runs[0].status"],
  [{ runs: [wrong(runOf("r"), { status: "Done" })] }, "runs[0].status"],
  [{ runs: [wrong(runOf("r"), { kind: "load" })] }, "runs[0].kind"],
  [{ runs: [wrong(runOf("r"), { attempt: "1" })] }, "runs[0].attempt"],
  [{ runs: [wrong(runOf("r"), { nodeNames: "a" })] }, "runs[0].nodeNames"],
  [{ runs: [wrong(runOf("r"), { tags: { a: 1 } })] }, "runs[0].tags"],
  [{ runs: [wrong(runOf("r"), { startTime: Number.NaN })] }, "runs[0].startTime"],
  [{ runs: [wrong(runOf("r"), { endTime: null })] }, "runs[0].endTime"],
  [{ runs: [wrong(runOf("r"), { selection: { partitionRange: { from: "a" } } })] }, "runs[0].selection"],
  [{ runs: [wrong(runOf("r"), { extra: () => 1 })] }, "runs[0].extra"],
  [{ assets: [wrong(definition("a"), { kind: "table" })] }, "assets[0].kind"],
  [{ assets: [wrong(definition("a"), { dependencies: [{ assetKey: 5 }] })] }, "assets[0].dependencies"],
  [{ assets: [wrong(definition("a"), { dependencies: undefined })] }, "assets[0].dependencies"],
  [{ assets: [wrong(definition("a"), { partitions: new Map() })] }, "assets[0].partitions"],
  [{ assets: [definition("a\0b")] }, "assets[0].assetKey", "InvalidPath"],
  [{ logs: [wrong(log, { level: "fatal" })] }, "logs[0].level"],
  [{ logs: [wrong(log, { timestamp: undefined })] }, "logs[0].timestamp"],
  [{ ticks: [wrong(tick, { status: "Done" })] }, "ticks[0].status"],
  [{ ticks: [wrong(tick, { detail: { a: [1n] } })] }, "ticks[0].detail"],
  [{ ticks: [wrong(tick, { detail: [Number.NaN] })] }, "ticks[0].detail"],
  [{ ticks: [wrong(tick, { detail: [undefined] })] }, "ticks[0].detail"],
  [{ ticks: [wrong(tick, { detail: cycle })] }, "ticks[0].detail"],
  [{ ticks: [wrong(tick, { detail: { at: new Date(0) } })] }, "ticks[0].detail"],
  [{ ticks: [wrong(tick, { name: "a\0b" })] }, "ticks[0].name", "InvalidPath"],
  [{ kv: [{ key: "k", value: "text" as never }] }, "kv[0].value"],
  [{ kv: [{ key: "k" } as never] }, "kv[0].value"],
  [{ kv: [{ key: 5 as never, value: bytes(1) }] }, "kv[0].key"],
  [{ dynamicPartitions: [{ definition: "d", add: "x" as never }] }, "dynamicPartitions[0].add"],
  [{ dynamicPartitions: [{ definition: "d", remove: ["a\ud800"] }] }, "dynamicPartitions[0].remove", "InvalidPath"],
  [{ leases: [wrong(lease, { owner: undefined })] }, "leases[0].attempt"],
  [{ leases: [{ runId: "r" } as never] }, "leases[0].owner"],
  [{ leases: [wrong(lease, { owner: "" })] }, "leases[0].owner"],
  [{ leases: [wrong(lease, { step: "" })] }, "leases[0].step"],
  [{ leases: [wrong(lease, { ttlMs: Number.POSITIVE_INFINITY })] }, "leases[0].ttlMs"],
  [{ leases: [wrong(lease, { ttlMs: 1.5 })] }, "leases[0].ttlMs"],
  [{ leases: [wrong(lease, { attempt: undefined })] }, "leases[0].attempt"],
  [{ leases: [wrong(lease, { holder: 5 })] }, "leases[0].holder"],
  [{ leases: [wrong(lease, { runId: "a\0b" })] }, "leases[0].runId", "InvalidPath"],
  [{ preconditions: [{} as never] }, "preconditions[0]"],
  [{ preconditions: [{ kv: "k" } as never] }, "preconditions[0].is"],
  [{ preconditions: [{ kv: "k", is: "text" as never }] }, "preconditions[0].is"],
  [{ preconditions: [{ run: "r", is: "Interrupted" }] }, "preconditions[0].is"],
  [{ preconditions: [{ latest: "a", is: "1" as never }] }, "preconditions[0].is"],
  [{ preconditions: [{ latest: "a", partition: 5 as never, is: 1 }] }, "preconditions[0].partition", "PartitionError"],
  [{ preconditions: [{ lease: "r" } as never] }, "preconditions[0].owner"],
  [{ preconditions: [{ lease: "r", owner: "a", beats: 1 } as never] }, "preconditions[0].beats"],
  [{ preconditions: [{ event: "1" as never }] }, "preconditions[0].event"],
  [{ deletes: { events: ["1" as never] } }, "deletes.events"],
  [{ deletes: { runs: ["a\0b"] } }, "deletes.runs", "InvalidPath"],
  [{ deletes: { run: ["a"] } as never }, "deletes.run"],
];

/** Every read, and an export, an import and a pruning of what is there. */
async function useAll(storage: Storage): Promise<void> {
  await storage.getEventsForAsset("a", { types: "all" });
  await storage.getEventsForRun("run", { types: "all" });
  await storage.getAssetRecords();
  await storage.computeStaleness({ partitions: true });
  await storage.getRuns();
  await allOf(storage.export());
  await storage.prune({ before: Date.UTC(2040, 0, 1) });
}

/** Cases for batches that plain JavaScript can pass and no back end may take. */
export const checkCases: readonly StorageCase[] = [
  {
    name: "refuses a batch with a wrong field before anything is written, and names the field",
    run: async (storage) => {
      for (const [batch, field, code = "SettingsError"] of refused) {
        const call = typeof batch === "object" ? { kv: [{ key: "k", value: bytes(1) }], ...batch } : batch;
        const error = await rejects(() => storage.commit(call), code);
        same([error.field, error.message.includes(`${field} `)], [field, true], `the field that the error names: ${error.message}`);
        same(error.store, storage.name, "the store of the error");
      }
      same([await storage.kvList(), await storage.getEventsForRun("run", { types: "all" })], [[], []], "what was written");
      await useAll(storage);
    },
  },
  {
    name: "refuses events with ids that are not greater than all others",
    run: async (storage) => {
      await storage.commit({
        events: [
          { ...made("a"), id: 10 },
          { ...made("a"), id: 20 },
        ],
      });
      for (const id of [1, 10, 15, 20]) await rejects(() => storage.commit({ events: [{ ...made("a"), id }] }), "PreconditionFailed");
      const [next] = await storage.commit({ events: [made("a")] });
      same(next?.id, 21, "the id of the next event");
      same(
        (await storage.getEventsForAsset("a")).map(({ id }) => id),
        [21, 20, 10],
        "ids",
      );
    },
  },
  {
    name: "keeps what was committed when the caller changes it later",
    run: async (storage) => {
      const versions: Record<string, string> = { a: "1" };
      const tags: Record<string, string> = { team: "sea" };
      const detail = { counts: [1] };
      await storage.commit({
        events: [made("a", { inputDataVersions: versions })],
        runs: [runOf("r", { tags })],
        ticks: [{ ...tick, detail }],
      });
      versions["a"] = "changed";
      tags["team"] = "changed";
      detail.counts.push(2);
      same((await storage.getEventsForAsset("a"))[0]?.inputDataVersions, { a: "1" }, "input versions");
      same((await storage.getRun("r"))?.tags, { team: "sea" }, "tags");
      same((await storage.getTicks("t"))[0]?.detail, { counts: [1] }, "the detail of a tick");
    },
  },
];
