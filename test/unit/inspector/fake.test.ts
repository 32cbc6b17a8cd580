import { describe, expect, it } from "vitest";
import { fakeInspection } from "../../support/inspection/fake.ts";

describe("the fake inspection", () => {
  it("has 10,000 nodes, 100,000 partitions and 2,000 runs, and is equal for an equal seed", async () => {
    const [one, other] = [fakeInspection(), fakeInspection()];
    const snapshot = await one.snapshot();
    expect(snapshot.nodes.length).toBe(10_000);
    expect(JSON.stringify(await other.snapshot()) === JSON.stringify(snapshot)).toBe(true);
    const hourly = await one.partitions("hourly");
    expect(hourly.statuses.reduce((sum, [, count]) => sum + count, 0)).toBe(100_000);
    const runs: string[] = [];
    for (let before: number | undefined; ; before = runs.length > 0 ? (await one.run(runs.at(-1) ?? "")).startedAt : undefined) {
      const page = await one.runs({ limit: 500, ...(before !== undefined && { before }) });
      if (page.length === 0) break;
      runs.push(...page.map(({ runId }) => runId));
    }
    expect(new Set(runs).size).toBe(2000);
    const different = await fakeInspection({ seed: 2 }).snapshot();
    expect(JSON.stringify(different.edges) === JSON.stringify(snapshot.edges)).toBe(false);
  });

  it("goes on after a cursor with the same events", async () => {
    const inspection = fakeInspection({ nodes: 100, partitions: 10, runs: 5, eventsPerSecond: 200 });
    const hear = async (after: number, count: number): Promise<readonly number[]> => {
      const abort = new AbortController();
      const ids: number[] = [];
      for await (const told of inspection.events(after, abort.signal)) {
        if ("events" in told) ids.push(...told.events.map(({ id }) => id));
        if (ids.length >= count) abort.abort();
      }
      return ids;
    };
    const first = await hear(0, 20);
    expect(first.slice(0, 3)).toEqual([1, 2, 3]);
    expect((await hear(10, 5))[0]).toBe(11);
  });
});
