import { MetadataValue } from "../../metadata/metadata-value.ts";
import { PartitionKey } from "../../partition/partition-key.ts";
import type { NewEvent, StoredEvent } from "../../storage/types.ts";
import { failed, made, runOf, type StorageCase, same } from "./check.ts";

/** Texts that a database or an encoding could change or confuse. */
const hostile = [
  "a'b",
  'a"b',
  "a?b",
  "a$1b",
  "a\\b",
  "a%b_c",
  "ä",
  "a\u0308",
  "日本\u{1f30a}",
  "a b",
  "a=b",
  "line\nbreak",
  "__proto__",
  "A",
  "a",
];

/** Metadata of every kind, with values that JSON lacks. */
const metadata = {
  text: MetadataValue.text("it's"),
  int: MetadataValue.int(9_007_199_254_740_993n),
  float: MetadataValue.float(Number.NaN),
  negative: MetadataValue.float(-0),
  bool: MetadataValue.bool(true),
  null: MetadataValue.null(),
  time: MetadataValue.timestamp(1.5),
  json: MetadataValue.json({ a: [1] }),
  sql: MetadataValue.sql("select 1"),
  list: MetadataValue.list([MetadataValue.int(1), MetadataValue.md("*b*")]),
  schema: MetadataValue.schema(Uint8Array.of(0, 255)),
};

/** Cases for events. */
export const eventCases: readonly StorageCase[] = [
  {
    name: "numbers events in the order of their commits, and returns them",
    run: async (storage) => {
      const first = await storage.commit({ events: [made("a"), made("b")] });
      const second = await storage.commit({ events: [made("a", { dataVersion: "v2" })] });
      const ids = [...first, ...second].map(({ id }) => id);
      same(
        ids,
        ids.toSorted((left, right) => left - right),
        "ids",
      );
      same(new Set(ids).size, 3, "different ids");
      same(await storage.getEventsForAsset("a"), [second[0], first[0]], "events of a, newest first");
      same(await storage.getEventsForRun("run"), [...first, ...second], "events of the run, oldest first");
      same(await storage.getEventsForAsset("nothing"), [], "events of an unknown asset");
    },
  },
  {
    name: "stores every field of an event",
    run: async (storage) => {
      const event = made("a", {
        partition: "x=1|y=2",
        runId: "r",
        timestamp: 1_767_225_600_123,
        dataVersion: "sha256:ff",
        codeVersion: "c1",
        inputDataVersions: { up: "v", "up[k]": "w" },
        metadata,
      });
      const [written] = await storage.commit({ events: [event] });
      same(written, { ...event, id: written?.id }, "the event of the commit");
      const [read] = await storage.getEventsForAsset("a");
      same(read, written, "the event as it is read");
      same(
        [read?.metadata["float"]?.value, Object.is(read?.metadata["negative"]?.value, -0)],
        [Number.NaN, true],
        "numbers that JSON lacks",
      );
      same(read?.partitionKey?.equals(PartitionKey.multi({ x: "1", y: "2" })), true, "the partition is a key");
      same(await storage.getLatestMaterialization("a", "x=1|y=2"), written, "the latest of the partition");
    },
  },
  {
    name: "distinguishes texts that look alike",
    run: async (storage) => {
      await storage.commit({ events: hostile.map((name) => made(name, { runId: name, dataVersion: name })) });
      await storage.commit({
        events: hostile.map((name) => made("p", { partition: PartitionKey.single(name), dataVersion: name })),
      });
      for (const name of hostile) {
        same(
          (await storage.getEventsForAsset(name)).map(({ dataVersion }) => dataVersion),
          [name],
          `events of ${JSON.stringify(name)}`,
        );
        same((await storage.getEventsForRun(name)).length, 1, `events of the run ${JSON.stringify(name)}`);
        same(
          (await storage.getLatestMaterialization("p", PartitionKey.single(name)))?.dataVersion,
          name,
          `partition ${JSON.stringify(name)}`,
        );
      }
    },
  },
  {
    name: "returns events of assets, and those of steps when they are asked for",
    run: async (storage) => {
      const step = { ...failed("a"), eventType: "StepStart" } as NewEvent;
      const events = await storage.commit({
        events: [step, made("a"), made("a", { eventType: "Observation", dataVersion: "seen" }), failed("a")],
      });
      same(
        (await storage.getEventsForAsset("a")).map(({ eventType }) => eventType),
        ["Observation", "Materialization"],
        "without steps",
      );
      same(await storage.getEventsForAsset("a", { types: "all" }), events.toReversed(), "all of the asset");
      same(await storage.getEventsForRun("run", { types: "all" }), events, "all of the run");
      const failures = await storage.getEventsForAsset("a", { types: ["StepFailure"] });
      same(failures[0]?.metadata["error"]?.value, "it rained", "the error of a failure");
    },
  },
  {
    name: "limits the number of events, and filters them by partition",
    run: async (storage) => {
      const events = Array.from({ length: 130 }, (_, index) =>
        made("a", { partition: index % 2 ? "odd" : "even", dataVersion: String(index) }),
      );
      await storage.commit({ events });
      same((await storage.getEventsForAsset("a")).length, 100, "the default limit");
      same(
        (await storage.getEventsForAsset("a", { limit: 3 })).map(({ dataVersion }) => dataVersion),
        ["129", "128", "127"],
        "the newest three",
      );
      const odd = await storage.getEventsForAsset("a", { partition: PartitionKey.single("odd"), limit: 2 });
      same(
        odd.map(({ dataVersion }) => dataVersion),
        ["129", "127"],
        "of a partition",
      );
      same((await storage.getEventsForRun("run")).length, 130, "of a run, all");
      const all = await storage.getEventsForRun("run");
      const after = all[126]?.id ?? 0;
      const versionsOf = (found: readonly StoredEvent[]) => found.map(({ dataVersion }) => dataVersion);
      same(versionsOf(await storage.getEventsForRun("run", { after })), ["127", "128", "129"], "of a run, after an event");
      same(versionsOf(await storage.getEventsForAsset("a", { after, runId: "run" })), ["129", "128", "127"], "of an asset, after an event");
      same(versionsOf(await storage.getEventsForAsset("a", { after, partition: "even" })), ["128"], "of a partition, after an event");
    },
  },
  {
    name: "returns the latest materialization of an asset and of each partition",
    run: async (storage) => {
      same(await storage.getLatestMaterialization("a"), undefined, "before there is one");
      await storage.commit({
        events: [made("a", { partition: "x", dataVersion: "x1" }), made("a", { partition: "y", dataVersion: "y1" })],
      });
      await storage.commit({ events: [made("a", { partition: "x", dataVersion: "x2" })] });
      await storage.commit({ events: [made("a", { partition: "y", eventType: "Observation", dataVersion: "seen" })] });
      same((await storage.getLatestMaterialization("a"))?.dataVersion, "x2", "of the asset");
      same((await storage.getLatestMaterialization("a", "y"))?.dataVersion, "y1", "of a partition");
      same(await storage.getLatestMaterialization("a", "z"), undefined, "of another partition");
      same((await storage.getMaterializedPartitions("a")).map(String), ["x", "y"], "partitions");
      same(await storage.countMaterializedPartitions("a"), 2, "their number");
    },
  },
  {
    name: "subscribes to the events after an id, and to new events",
    run: async (storage) => {
      const events = await storage.commit({
        events: Array.from({ length: 2500 }, (_, index) => made("a", { dataVersion: String(index) })),
      });
      const abort = new AbortController();
      const seen: number[] = [];
      const after = events[499]?.id ?? 0;
      for await (const event of storage.subscribe({ after, signal: abort.signal, intervalMs: 10 })) {
        seen.push(event.id);
        if (seen.length === 2000) await storage.commit({ runs: [runOf("run")], events: [made("b"), failed("b")] });
        if (seen.length === 2002) abort.abort();
      }
      same(
        seen.slice(0, 2000),
        events.slice(500).map(({ id }) => id),
        "the existing events",
      );
      same(seen.length, 2002, "existing and new events, with those of steps");
    },
  },
  {
    name: "ends a subscription when the Storage is closed",
    run: async (storage) => {
      const subscription = storage.subscribe({ intervalMs: 10 });
      const next = subscription.next();
      await new Promise((resolve) => setTimeout(resolve, 30));
      await storage.close();
      same((await next).done, true, "the subscription is done");
    },
  },
];
