/** Another thread with its own connection: increments a counter by compare-and-set, and commits an event each time. */
import "edgewater/polyfill";
import { Storage } from "../../../src/storage/storage.ts";
import { made } from "../../../src/testing/storage/check.ts";

self.addEventListener(
  "message",
  async ({ data: { database, times, name } }: MessageEvent<{ database: string; times: number; name: string }>) => {
    await using storage = await Storage.embedded(database);
    for (let done = 0; done < times; ) {
      const before = await storage.kvGet("counter");
      if (await storage.kvCompareAndSet("counter", before, new Uint8Array([(before?.[0] ?? 0) + 1]))) done++;
      await storage.commit({ events: [made(name)] });
    }
    await storage.close();
    self.postMessage("done");
  },
);
