import { asset, dynamicPartitions, MemoryStore, Repository, Storage, SuperJsonIOHandler, staticPartitions } from "edgewater";
import { describe, expect, it } from "vitest";

const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });

/** A repository of two assets that are made from each other, with these partitions. */
function open(storage: Storage, partitions: Parameters<typeof asset>[0]["partitions"], made: string[], onMade = (): void => {}) {
  const compute = (_: unknown, { partitionKey = "none" }: { partitionKey?: string }): string => {
    made.push(partitionKey);
    onMade();
    return partitionKey;
  };
  const first = asset({ name: "first", ...(partitions && { partitions }) }, compute);
  const second = asset({ name: "second", ...(partitions && { partitions }), inputs: { first } }, compute);
  return Repository.open({ assets: [first, second], storage, ioHandler });
}

/** A backfill of a, b and c that was canceled once the first partition was made. */
async function canceled(storage: Storage, partitions: Parameters<typeof asset>[0]["partitions"], made: string[]): Promise<string> {
  const canceling = new AbortController();
  await using repository = await open(storage, partitions, made, () => {
    if (made.length === 2) canceling.abort();
  });
  const options = { partitionKeys: "all", partitionsPerRun: 1, maxConcurrency: 1, signal: canceling.signal } as const;
  await expect(repository.backfill(options)).rejects.toMatchObject({ code: "Aborted" });
  return (await repository.backfills.list())[0]?.backfillId ?? "";
}

describe("a backfill whose partitions were removed since it began", () => {
  it("makes the rest, and says what it has skipped and why", async () => {
    const storage = Storage.memory();
    await storage.addDynamicPartitions("names", ["a", "b", "c"]);
    const backfillId = await canceled(storage, dynamicPartitions("names"), []);
    await storage.deleteDynamicPartition("names", "b");

    const made: string[] = [];
    await using repository = await open(storage, dynamicPartitions("names"), made);
    const result = await repository.backfill({ resume: backfillId });
    expect(result).toMatchObject({ status: "Failure", success: false, counts: { total: 6, failed: 0, skipped: 2, left: 0 } });
    expect(made).not.toContain("b");
    expect(made).toContain("c");
    const skipped = await storage.getEventsForRun(`${backfillId}.1`, { types: ["StepSkipped"] });
    expect(skipped.map((event) => "reason" in event && event.reason)).toContainEqual(
      expect.stringContaining('"b" is not a partition of "first"'),
    );

    await storage.addDynamicPartitions("names", ["b"]);
    expect(await repository.backfill({ resume: backfillId })).toMatchObject({ status: "Success", counts: { made: 6 } });
  });

  it("makes nothing of an asset that has no partitions any more, or has some now", async () => {
    const storage = Storage.memory();
    const backfillId = await canceled(storage, staticPartitions(["a", "b", "c"]), []);
    const made: string[] = [];
    await using repository = await open(storage, undefined, made);
    expect(await repository.backfill({ resume: backfillId })).toMatchObject({ status: "Failure", counts: { left: 0 } });
    expect(made).toEqual([]);
  });
});
