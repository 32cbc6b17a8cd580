/** Properties of a Storage that hold for every sequence of commits. */
import { deepStrictEqual } from "node:assert";
import { PartitionKey, Storage } from "edgewater";
import { sqlite } from "edgewater/sqlite";
import fc from "fast-check";
import type { Batch, NewEvent } from "../../../src/storage/types.ts";

/** Records with the usual prototype, like those from JSON. */
const record = <Value extends object>(model: { [Key in keyof Value]: fc.Arbitrary<Value[Key]> }): fc.Arbitrary<Value> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<Value>;

const name = fc.constantFrom("a", "b", "it's", "ä?", "__proto__");
const partition = fc.option(
  fc.constantFrom("x", "y").map((key) => PartitionKey.single(key)),
  { nil: undefined },
);
const version = fc.constantFrom("1", "2", "3");

const event: fc.Arbitrary<NewEvent> = record({
  eventType: fc.constantFrom("Materialization", "Observation", "StepStart", "StepFailure"),
  assetKey: name,
  partitionKey: partition,
  runId: fc.constantFrom("r1", "r2", "r3"),
  timestamp: fc.integer({ min: 0, max: 10_000 }),
  version,
  codeVersion: fc.option(version, { nil: undefined }),
  inputDataVersions: fc.dictionary(fc.constantFrom("a", "b", "a[x]", "__proto__"), version, { maxKeys: 2, noNullPrototype: true }),
}).map(({ version, eventType, ...rest }) => {
  const dataVersion = eventType === "Materialization" || eventType === "Observation" ? version : undefined;
  return { ...rest, eventType, dataVersion, metadata: {} } as NewEvent;
});

const batch: fc.Arbitrary<Batch> = fc.record(
  {
    events: fc.array(event, { maxLength: 6 }),
    runs: fc.array(
      record({
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
      record({
        assetKey: name,
        kind: fc.constantFrom("asset", "external", "task"),
        tags: fc.constant({ team: "sea" }),
        kinds: fc.constant([]),
        group: fc.constant(undefined),
        codeVersion: fc.option(version, { nil: undefined }),
        dependencies: fc.array(record({ assetKey: name, mapping: fc.constantFrom(undefined, "all", "identity") }), { maxLength: 2 }),
        partitions: fc.constant(undefined),
      }),
      { maxLength: 2 },
    ),
    kv: fc.array(record({ key: name, value: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }) }), { maxLength: 2 }),
    dynamicPartitions: fc.array(
      record({
        definition: name,
        add: fc.array(fc.constantFrom("p", "q", "r"), { minLength: 1, maxLength: 2 }),
        remove: fc.array(fc.constantFrom("p", "q"), { maxLength: 1 }),
      }),
      { maxLength: 2 },
    ),
    preconditions: fc.array(
      fc.oneof(
        record({ kv: name, is: fc.option(fc.uint8Array({ maxLength: 1 }), { nil: undefined }) }),
        record({ run: fc.constantFrom("r1", "r2"), is: fc.constantFrom(undefined, "Started", "Success") }),
        record({ latest: name, is: fc.option(fc.nat(10), { nil: undefined }) }),
      ),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<Batch>;

const step = fc.oneof(
  { weight: 9, arbitrary: batch.map((value) => ({ kind: "commit" as const, value })) },
  { weight: 1, arbitrary: record({ kind: fc.constant("prune" as const), before: fc.nat(10_000), keep: fc.constantFrom(0, 1, 2) }) },
);

type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

async function apply(storage: Storage, change: Step): Promise<unknown> {
  try {
    return change.kind === "commit"
      ? await storage.commit(change.value)
      : await storage.prune({ before: change.before, keep: Math.max(1, change.keep) });
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

async function agree(steps: readonly Step[]): Promise<void> {
  await using memory = Storage.memory();
  await using file = await Storage.connect(sqlite(":memory:"));
  for (const each of steps) deepStrictEqual(await apply(file, each), await apply(memory, each));
  deepStrictEqual(await allOf(file), await allOf(memory));
}

async function copyEqually(steps: readonly Step[]): Promise<void> {
  await using memory = Storage.memory();
  for (const each of steps) await apply(memory, each);
  await using copy = await Storage.connect(sqlite(":memory:"));
  const lines = await Array.fromAsync(memory.export());
  if (lines.length === 2) return;
  await copy.import(lines);
  deepStrictEqual(await Array.fromAsync(copy.export()), lines);
}

const law =
  (hold: (steps: readonly Step[]) => Promise<void>, maxLength: number) =>
  (parameters: { readonly numRuns: number; readonly seed?: number }): Promise<void> =>
    fc.assert(fc.asyncProperty(fc.array(step, { maxLength }), hold), parameters);

/** Each property is checked with the given number of sequences. A failure throws with the smallest counterexample and the seed. */
export const laws = [
  ["SQLite returns the same results as memory", law(agree, 12)],
  ["an imported copy exports the same lines", law(copyEqually, 8)],
] as const;
