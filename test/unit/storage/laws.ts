/** Properties of a Storage that hold for every sequence of commits. */
import { deepStrictEqual } from "node:assert";
import { Storage } from "edgewater";
import { sqlite } from "edgewater/sqlite";
import fc from "fast-check";
import { batch, record } from "./batches.ts";

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
    runs: [await storage.getRuns({ status: "Started" }), await storage.getRuns({ status: "Interrupted" })],
    leases: (await storage.getLeases())
      .map(({ ageMs: _, ...lease }) => lease)
      .toSorted((left, right) => (`${left.runId}/${left.step}` < `${right.runId}/${right.step}` ? -1 : 1)),
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
