/** Batches with a wrong value in a random place, as plain JavaScript may pass them. */
import { Storage } from "edgewater";
import fc from "fast-check";
import { isPartitionKey } from "../../../src/partition/partition-key.ts";
import type { Batch } from "../../../src/storage/types.ts";
import { same } from "../../../src/testing/storage/check.ts";
import { batch } from "./batches.ts";

const cycle: unknown[] = [];
cycle.push(cycle);
const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`) as unknown;
/** Takes a field away. */
const gone = Symbol("gone");

const value = fc.oneof(
  fc.constantFrom<unknown>(
    ...[gone, undefined, null, true, "", "a", "a\0b", "a\ud800", "x|y", 0, -0, -1, 1, 1.5, 7, 2 ** 53, 1e300, Number.NaN],
    ...[Number.POSITIVE_INFINITY, 1n, () => 1, Symbol("s"), [], [undefined], ["a"], {}, { a: 1 }, { a: undefined }, { value: 1n }],
    ...[new Date(0), new Map([["a", "1"]]), new Uint8Array(2), { kind: "Int", value: 1 }, { kind: "Text" }, cycle, deep],
    ...[{ toJSON: () => 5 }, Object.create(null), new (class Own {})(), "Interrupted", "Started", "Materialization", "RunStart"],
  ),
  fc.jsonValue(),
  fc.string({ unit: "binary", maxLength: 3 }),
);

/** Replaces the value at a path, which is given by the number of the field at each level. */
function replaced(row: unknown, path: readonly number[], by: unknown): unknown {
  const fields = typeof row === "object" && row !== null && !isPartitionKey(row) ? Object.keys(row) : [];
  const [first, ...rest] = path;
  if (first === undefined || fields.length === 0) return by;
  const name = fields[first % fields.length] as string;
  const changed = replaced((row as Record<string, unknown>)[name], rest, by);
  if (Array.isArray(row)) return row.map((each, index) => (String(index) === name ? changed : each));
  return Object.fromEntries(
    Object.entries(row as object).flatMap(([key, each]) => (key !== name ? [[key, each]] : changed === gone ? [] : [[key, changed]])),
  );
}

const added = fc.constantFrom("id", "extra", "stored", "failure", "inputEventIds", "metadata", "selection", "kind", "step", "beat");

/** A batch without preconditions, most of which do not hold. */
const free = batch.map(({ preconditions: _, ...rest }): Batch => rest);

/** A batch of which one field is replaced or added, so that it is wrong in most cases. */
const wrongBatch = fc
  .record({
    right: fc.oneof({ weight: 4, arbitrary: free }, { weight: 1, arbitrary: batch }),
    path: fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }),
    by: value,
    more: fc.option(added, { nil: undefined, freq: 3 }),
  })
  .map(({ right, path, by, more }) => replaced(right, path, more === undefined ? by : { ...right.events?.[0], [more]: by }) as Batch);

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "taken",
    (error: { readonly code?: string }) => error.code ?? String(error),
  );

/**
 * Commits wrong batches to a Storage and to one in memory: both take and refuse the same ones, and what they took can be read,
 * exported, imported and pruned. Returns how many they took.
 */
export async function commitWrongBatches(
  storage: Storage,
  parameters: { readonly numRuns: number; readonly seed: number },
): Promise<number> {
  await using memory = Storage.memory();
  let taken = 0;
  for (const each of fc.sample(fc.oneof({ weight: 4, arbitrary: wrongBatch }, { weight: 1, arbitrary: free }), parameters)) {
    const expected = await outcome(memory.commit(each));
    same(await outcome(storage.commit(each)), expected, "the outcome");
    if (expected === "taken") taken++;
    else if (!/^(SettingsError|InvalidPath|MetadataError|PartitionError|PreconditionFailed)$/.test(String(expected)))
      throw new Error(`A wrong batch was refused with ${String(expected)}`);
  }
  const lines = (of: Storage): Promise<string[]> => Array.fromAsync(of.export());
  same(await lines(storage), await lines(memory), "the rows");
  await using copy = Storage.memory();
  await copy.import(storage.export());
  same(await lines(copy), await lines(memory), "the rows of an imported copy");
  for (const { assetKey } of await memory.getAssetRecords())
    same(
      await storage.getEventsForAsset(assetKey, { types: "all", limit: 10_000 }),
      await memory.getEventsForAsset(assetKey, { types: "all", limit: 10_000 }),
      "events",
    );
  same(await storage.computeStaleness({ partitions: true }), await memory.computeStaleness({ partitions: true }), "staleness");
  const pruned = await storage.prune({ before: 5000 });
  same(pruned, await memory.prune({ before: 5000 }), "what is pruned");
  same(await lines(storage), await lines(memory), "the rows that are left");
  return taken;
}
