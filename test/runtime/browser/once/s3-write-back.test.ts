/** Browser stores before S3: what is put is local first, and uploaded. */
import { isEdgewaterError, MemoryStore, originStorage, persist } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { S3Store } from "edgewater/s3";
import { certify } from "edgewater/testing";
import { withCache, withFaults, withPrefix } from "edgewater/with";
import { describe, expect, inject, it } from "vitest";
import { hasSyncHandles } from "../in-worker.ts";

const { endpoint, region, bucket, ...credentials } = inject("s3");
const bucketOf = (prefix: string) => withPrefix(new S3Store({ bucket, region, endpoint, credentials }), `write-back/${prefix}`);

const capabilities = {
  conditions: false,
  attributes: true,
  ranges: true,
  streams: true,
  pagination: true,
  delimiter: true,
  copies: true,
  conditionalCopies: false,
  consistent: false,
  // Every key needs its own preflight request.
  pageObjects: 20,
} as const;
const overS3 = () => withCache(bucketOf(crypto.randomUUID()), new IndexedDBStore(crypto.randomUUID()), { mode: "write-back" });
const overMemory = () => withCache(new MemoryStore(), new OPFSStore(crypto.randomUUID()), { mode: "write-back" });

describe.each(certify(overS3, capabilities))("withCache with write-back, IndexedDBStore before S3Store", ({ name, run }) => {
  it(name, run);
});

describe.each(hasSyncHandles ? certify(overMemory, capabilities) : [])(
  "withCache with write-back, OPFSStore before MemoryStore",
  ({ name, run }) => {
    it(name, run);
  },
);

it("uploads to S3 what was written without a connection, from the tab that is opened next", async () => {
  const [prefix, database] = [crypto.randomUUID(), crypto.randomUUID()];
  const far = bucketOf(prefix);
  const first = withCache(
    withFaults(far, () => "before"),
    new IndexedDBStore(database),
    {
      mode: "write-back",
    },
  );
  await first.put("a", "one", { contentType: "text/plain" });
  await first.put("a/b", new Blob(["two"]).stream());
  await first.delete("c");
  await first.close();
  const tabs = [1, 2].map(() => withCache(far, new IndexedDBStore(database), { mode: "write-back" }));
  expect((await tabs[0]?.pending())?.map(({ key, size }) => [key, size])).toEqual([
    ["a", 3],
    ["a/b", 3],
    ["c", 0],
  ]);
  await Promise.all(tabs.map((tab) => tab.flush()));
  for (const tab of tabs) expect(await tab.pending()).toEqual([]);
  expect(await Array.fromAsync(far.list(), ({ key }) => key)).toEqual(["a", "a/b"]);
  expect(await (await far.get("a")).text()).toBe("one");

  const [here, elsewhere] = [tabs[0] as (typeof tabs)[0], far];
  await here.get("a");
  await elsewhere.put("a", "theirs");
  await here.put("a", "mine");
  const error = await here.flush().catch((caught: unknown) => caught);
  expect(isEdgewaterError(error, "Conflict")).toBe(true);
  expect(await (await far.get("a")).text()).toBe("theirs");
  await here.resolve("a", "near");
  expect(await (await far.get("a")).text()).toBe("mine");
  for (const tab of tabs) await tab.close();
});

it("tells what the browser promises about the storage of this origin", async () => {
  const { persisted, usage, quota = 0 } = await originStorage();
  // Only WebKitGTK reports nothing.
  if (usage === undefined) return expect(hasSyncHandles).toBe(false);
  expect(persisted).toBe(false);
  expect(usage).toBeGreaterThanOrEqual(0);
  expect(quota).toBeGreaterThan(usage);
  // Firefox asks the user, whom no test has.
  if (/Chrome/.test(navigator.userAgent)) expect(await persist()).toMatchObject({ persisted: expect.any(Boolean), quota });
});
