/** Whatever is committed, every back end answers as memory does, and a copy as its original. */
import { PartitionKey, Storage } from "edgewater";
import { sqlite } from "edgewater/sqlite";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Batch, NewEvent } from "../../src/storage/types.ts";

const name = fc.constantFrom("a", "b", "it's", "ä?", "__proto__");
const partition = fc.option(
  fc.constantFrom("x", "y").map((key) => PartitionKey.single(key)),
  { nil: undefined },
);
const version = fc.constantFrom("1", "2", "3");

const event: fc.Arbitrary<NewEvent> = fc
  .record({
    eventType: fc.constantFrom("Materialization", "Observation", "StepStart", "StepFailure"),
    assetKey: name,
    partitionKey: partition,
    runId: fc.constantFrom("r1", "r2", "r3"),
    timestamp: fc.integer({ min: 0, max: 10_000 }),
    version,
    codeVersion: fc.option(version, { nil: undefined }),
    inputDataVersions: fc.dictionary(fc.constantFrom("a", "b", "a[x]", "__proto__"), version, { maxKeys: 2 }),
  })
  .map(({ version, eventType, ...rest }) => {
    const dataVersion = eventType === "Materialization" || eventType === "Observation" ? version : undefined;
    return { ...rest, eventType, dataVersion, metadata: {} } as NewEvent;
  });

const batch: fc.Arbitrary<Batch> = fc.record(
  {
    events: fc.array(event, { maxLength: 6 }),
    runs: fc.array(
      fc.record({
        runId: fc.constantFrom("r1", "r2", "r3"),
        status: fc.constantFrom("Started", "Success", "Failure"),
        nodeNames: fc.array(name, { maxLength: 2 }),
        tags: fc.constant({}),
        startTime: fc.nat(1000),
        endTime: fc.option(fc.nat(1000), { nil: undefined }),
      }),
      { maxLength: 2 },
    ),
    assets: fc.array(
      fc.record({
        assetKey: name,
        kind: fc.constantFrom("asset", "external", "task"),
        tags: fc.constant({ team: "sea" }),
        kinds: fc.constant([]),
        group: fc.constant(undefined),
        codeVersion: fc.option(version, { nil: undefined }),
        dependencies: fc.array(fc.record({ assetKey: name, mapping: fc.constantFrom(undefined, "all", "identity") }), { maxLength: 2 }),
        partitions: fc.constant(undefined),
      }),
      { maxLength: 2 },
    ),
    kv: fc.array(fc.record({ key: name, value: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }) }), { maxLength: 2 }),
    dynamicPartitions: fc.array(
      fc.record({
        definition: name,
        add: fc.array(fc.constantFrom("p", "q", "r"), { minLength: 1, maxLength: 2 }),
        remove: fc.array(fc.constantFrom("p", "q"), { maxLength: 1 }),
      }),
      { maxLength: 2 },
    ),
    preconditions: fc.array(
      fc.oneof(
        fc.record({ kv: name, is: fc.option(fc.uint8Array({ maxLength: 1 }), { nil: undefined }) }),
        fc.record({ run: fc.constantFrom("r1", "r2"), is: fc.constantFrom(undefined, "Started", "Success") }),
        fc.record({ latest: name, is: fc.option(fc.nat(10), { nil: undefined }) }),
      ),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Batch>;

const step = fc.oneof(
  { weight: 9, arbitrary: batch.map((value) => ({ kind: "commit" as const, value })) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("prune" as const), before: fc.nat(10_000), keep: fc.constantFrom(0, 1, 2) }) },
);

async function apply(storage: Storage, what: typeof step extends fc.Arbitrary<infer Step> ? Step : never): Promise<unknown> {
  try {
    return what.kind === "commit"
      ? await storage.commit(what.value)
      : await storage.prune({ before: what.before, keep: Math.max(1, what.keep) });
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
}

async function allOf(storage: Storage): Promise<unknown> {
  const latest = ["a", "b", "it's", "ä?", "__proto__"].map(async (asset) => [
    await storage.getLatestMaterialization(asset),
    await storage.getLatestMaterialization(asset, "x"),
    await storage.getPartitionRecords(asset),
    await storage.getEventsForAsset(asset, { types: "all", partition: "y" }),
  ]);
  return {
    lines: await Array.fromAsync(storage.export()),
    records: await storage.getAssetRecords(),
    staleness: await storage.computeStaleness({ partitions: true }),
    runs: await storage.getRuns({ status: "Started" }),
    latest: await Promise.all(latest),
  };
}

it("SQLite answers as memory does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      await using memory = Storage.memory();
      await using file = await Storage.connect(sqlite(":memory:"));
      for (const each of steps) {
        const [one, other] = [await apply(memory, each), await apply(file, each)];
        expect(other).toEqual(one);
      }
      expect(await allOf(file)).toEqual(await allOf(memory));
    }),
    { numRuns: 150, seed: 20261125 },
  );
});

it("prunes no materialization because of an observation that came later", async () => {
  const event = { assetKey: "a", runId: "r1", timestamp: 0, dataVersion: "1", inputDataVersions: {}, metadata: {} };
  await using memory = Storage.memory();
  await using file = await Storage.connect(sqlite(":memory:"));
  for (const storage of [memory, file]) {
    for (const eventType of ["Materialization", "Observation"]) await storage.commit({ events: [{ ...event, eventType } as NewEvent] });
    await storage.prune({ before: 1, keep: 1 });
    expect(await storage.getLatestMaterialization("a")).toMatchObject({ dataVersion: "1" });
  }
});

it("a copy exports what its original exports", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      await using memory = Storage.memory();
      for (const each of steps) await apply(memory, each);
      await using copy = await Storage.connect(sqlite(":memory:"));
      const lines = await Array.fromAsync(memory.export());
      if (lines.length === 2) return;
      await copy.import(lines);
      expect(await Array.fromAsync(copy.export())).toEqual(lines);
    }),
    { numRuns: 100, seed: 20261125 },
  );
});
