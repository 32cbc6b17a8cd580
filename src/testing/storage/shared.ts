import { bytes, made, type SharedStorageCase, same } from "./check.ts";

/** Cases for a Storage that several have open at the same time. */
export const sharedCases: readonly SharedStorageCase[] = [
  {
    name: "reads what another has written, and what was written before it was reopened",
    run: async (open) => {
      const first = await open();
      await first.commit({ events: [made("a")], kv: [{ key: "k", value: bytes(1) }] });
      const second = await open();
      same(await second.getEventsForAsset("a"), await first.getEventsForAsset("a"), "events");
      await second.commit({ events: [made("a", { dataVersion: "v2" })] });
      same((await first.getLatestMaterialization("a"))?.dataVersion, "v2", "the latest");
      await Promise.all([first.close(), second.close()]);
      await using third = await open();
      same((await third.getEventsForAsset("a")).length, 2, "events after opening again");
      same(await third.kvGet("k"), bytes(1), "a key after opening again");
    },
  },
  {
    name: "can be created by several at the same time",
    run: async (open) => {
      const all = await Promise.all([open(), open(), open(), open()]);
      await Promise.all(all.map((storage) => storage.commit({ events: [made("a")] })));
      same((await all[0]?.getEventsForAsset("a"))?.length, 4, "events");
      await Promise.all(all.map((storage) => storage.close()));
    },
  },
  {
    name: "loses no increment when 6 writers increment a counter 10 times each",
    run: async (open) => {
      const all = await Promise.all(Array.from({ length: 6 }, open));
      await Promise.all(
        all.map(async (storage) => {
          for (let done = 0; done < 10; ) {
            const before = await storage.kvGet("counter");
            if (await storage.kvCompareAndSet("counter", before, bytes((before?.[0] ?? 0) + 1))) done++;
          }
        }),
      );
      same(await all[0]?.kvGet("counter"), bytes(60), "the counter");
      await Promise.all(all.map((storage) => storage.close()));
    },
  },
  {
    name: "gives a subscription every event once and in order while others commit",
    run: async (open) => {
      const reader = await open();
      const writers = await Promise.all(Array.from({ length: 4 }, open));
      const [perWriter, abort] = [25, new AbortController()];
      const seen: number[] = [];
      const reading = (async () => {
        for await (const { id } of reader.subscribe({ intervalMs: 1, signal: abort.signal })) {
          seen.push(id);
          if (seen.length === perWriter * writers.length) abort.abort();
        }
      })();
      const written = await Promise.all(
        writers.map(async (storage, writer) => {
          const ids: number[] = [];
          for (let index = 0; index < perWriter; index++)
            ids.push(...(await storage.commit({ events: [made(`a${writer}`)] })).map(({ id }) => id));
          return ids;
        }),
      );
      const giveUp = setTimeout(() => abort.abort(), 30_000);
      await reading;
      clearTimeout(giveUp);
      same(
        seen,
        written.flat().sort((left, right) => left - right),
        "ids that the subscriber saw",
      );
      await Promise.all([reader, ...writers].map((storage) => storage.close()));
    },
  },
];
