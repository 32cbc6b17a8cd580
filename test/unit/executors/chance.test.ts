/** Graphs at random over queues and engines that repeat, lose, reorder and suspend at random, by seed. */
import { type Asset, asset, Repository, SuperJsonIOHandler } from "edgewater";
import { type Chance, fakeEngine, fakeQueue, openExecutorSuite } from "edgewater/testing";
import { expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { randomOf } from "../../support/random.ts";
import { reachedStorage, reachedStore } from "../../support/reached.ts";

/** Assets that take some of those before them; each value is one more than the sum of its inputs. */
function graphOf(chance: Chance): { readonly assets: readonly Asset<number>[]; readonly expected: readonly number[] } {
  const assets: Asset<number>[] = [];
  const expected: number[] = [];
  for (let index = 0; index < 8; index++) {
    const chosen = assets.map((_, other) => other).filter(() => chance() < 0.35);
    const inputs = Object.fromEntries(chosen.map((other) => [`i${other}`, assets[other] as Asset<number>]));
    expected.push(chosen.reduce((sum, other) => sum + (expected[other] as number), 1));
    assets.push(
      asset({ name: `a${index}`, inputs }, (values) =>
        Object.values(values as Record<string, number>).reduce((sum, value) => sum + value, 1),
      ),
    );
  }
  return { assets, expected };
}

const seeds = Array.from({ length: rounds(2, 12) }, (_, index) => index + 1);

it.each(["name", "index"] as const)("engines that remember by %s end every run with one record for each output", async (by) => {
  for (const seed of seeds) {
    const { assets, expected } = graphOf(randomOf(seed));
    const storage = reachedStorage();
    await using repository = await Repository.open({ assets, storage, ioHandler: new SuperJsonIOHandler({ store: reachedStore() }) });
    const { materialize } = fakeEngine(by, randomOf(1000 + seed));
    const result = await materialize?.(repository, {});
    expect(result, `seed ${seed}`).toMatchObject({ success: true });
    for (const [index, value] of expected.entries()) {
      expect(await repository.load(`a${index}`), `seed ${seed}`).toBe(value);
      expect(await storage.getEventsForAsset(`a${index}`), `seed ${seed}`).toHaveLength(1);
    }
    expect(await storage.kvList()).toEqual([]);
    expect(await storage.getLeases()).toEqual([]);
  }
});

it("queues that deliver twice and out of order make every step once", async () => {
  for (const seed of seeds) {
    const chance = randomOf(seed);
    const storage = reachedStorage();
    const store = reachedStore();
    const calls = new Map<string, number>();
    const names = Array.from({ length: 8 }, (_, index) => `many.${index}`);
    const place = { storage, store };
    await using repository = await openExecutorSuite({ ...place, executor: fakeQueue(place, chance) });
    const result = await repository.materialize({ selection: names });
    expect(result.success).toBe(true);
    for (const { key } of await storage.kvList("suite/call/")) {
      const name = key.split("/")[2] ?? "";
      calls.set(name, (calls.get(name) ?? 0) + 1);
    }
    expect(Object.fromEntries(calls), `seed ${seed}`).toEqual(Object.fromEntries(names.map((name) => [name, 1])));
    for (const name of names) expect(await storage.getEventsForAsset(name)).toHaveLength(1);
  }
});
