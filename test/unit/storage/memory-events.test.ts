import { describe, expect, it } from "vitest";
import { PartitionKey } from "../../../src/partition/partition-key.ts";
import { partitionId } from "../../../src/storage/backend.ts";
import type { AnyEvent } from "../../../src/storage/events.ts";
import { MemoryEvents } from "../../../src/storage/memory-events.ts";

const places = 50;
const assetKey = "daily";

function eventOf(id: number): AnyEvent {
  const event = {
    id,
    assetKey,
    partitionKey: PartitionKey.single(`k${id % places}`),
    runId: `run ${id % 7}`,
    eventType: "Materialization",
  };
  return event as unknown as AnyEvent;
}

function filled(count: number): MemoryEvents {
  const events = new MemoryEvents();
  for (let id = 1; id <= count; id++) events.add(eventOf(id));
  return events;
}

describe("events in memory", () => {
  it("finds the events of an asset, a partition, a run and a span of ids, in both directions", () => {
    const events = filled(1000);
    const of = partitionId(PartitionKey.single("k3"));
    const ids = (query: Parameters<typeof events.find>[0]): readonly number[] => events.find(query).map(({ id }) => id);

    expect(ids({ assetKey, partitionId: of, after: 100, before: 253 })).toEqual([103, 153, 203]);
    expect(ids({ assetKey, partitionId: of, newestFirst: true, limit: 2 })).toEqual([953, 903]);
    expect(ids({ assetKey, partitionId: of, runId: "run 3" })).toEqual([3, 353, 703]);
    expect(ids({ runId: "run 1", after: 990 })).toEqual([995]);
    expect(ids({ assetKey: "other" })).toEqual([]);
  });

  it("never returns what was deleted, however much is deleted one by one", () => {
    const events = filled(5000);
    const kept = new Set<number>();
    for (let id = 1; id <= 5000; id++) {
      if (id % 10 === 0) kept.add(id);
      else events.delete([id]);
      if (id % 500 === 0) expect(events.find({ before: id + 1 }).map((event) => event.id)).toEqual([...kept]);
    }

    expect(events.get(7)).toBeUndefined();
    expect(events.get(10)?.id).toBe(10);
    expect(events.find({ assetKey, newestFirst: true, limit: 1 }).map(({ id }) => id)).toEqual([5000]);
    events.add(eventOf(5001));
    expect(events.find({ after: 4990 }).map(({ id }) => id)).toEqual([5000, 5001]);
  });
});
