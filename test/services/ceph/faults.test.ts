/** Conditional writes through the fault proxy; `npm run faults` sends ten thousand. */
import { AwsClient } from "aws4fetch";
import { EdgewaterError, type GetResult } from "edgewater";
import { S3Store } from "edgewater/s3";
import { expect, inject, it } from "vitest";
import { runCampaign, s3, type TestedServer } from "../../campaigns/faults/campaign.ts";
import { rounds } from "../../support/breadth.ts";
import { startFaultProxy } from "../../support/servers/fault-proxy.ts";

const { bucket, ...server } = inject("s3");
const seed = 20_240_501;

it("keeps hundreds of conditional writes exact despite faults and other writers", async () => {
  const sent = rounds(250, 500);
  const { writes, results, faults, broken } = await runCampaign(s3(server, bucket), sent, seed);
  expect(broken, `seed ${seed}`).toEqual([]);
  expect(writes).toBeGreaterThanOrEqual(sent);
  for (const fault of ["commit-500", "commit-reset", "commit-late", "late", "duplicate", "409", "503", "other replaces"]) {
    expect(faults[fault], fault).toBeGreaterThan(0);
  }
  // Unknown outcomes are rare: they need a store that cannot read, or another writer that leaves no trace.
  expect(results["written"]).toBeGreaterThan(sent / 2);
  expect(results["Unavailable unknown"] ?? 0).toBeLessThan(sent / 10);
}, 300_000);

it("catches a client that trusts the last answer", async () => {
  const { storeOf, ...tested } = s3(server, bucket);
  const testedOf: NonNullable<TestedServer["testedOf"]> = (options) => {
    const client = new AwsClient({ ...server, service: "s3", retries: 2 });
    const store = storeOf(options);
    return {
      head: (key) => store.head(key),
      put: async (key, body, { mode } = {}) => {
        const condition = typeof mode === "object" ? { "if-match": mode.ifMatch.replaceAll('"', "") } : { "if-none-match": "*" };
        const url = `${options.endpoint}/${bucket}/${key}`;
        const response = await client.fetch(url, { method: "PUT", body, headers: condition }).catch((cause: unknown) => {
          throw new EdgewaterError("Unavailable", "reset", { cause });
        });
        if (response.status === 412) throw new EdgewaterError("PreconditionFailed", "412");
        if (!response.ok) throw new EdgewaterError("Unavailable", String(response.status));
        return { etag: response.headers.get("etag") ?? undefined };
      },
    };
  };
  const { broken } = await runCampaign({ ...tested, storeOf, testedOf }, 120, seed + 1);
  expect(broken.filter((line) => line.startsWith("a false verdict")).length).toBeGreaterThan(3);
}, 300_000);

it.each(["truncated", "long"] as const)("never returns a body as whole when the answer is %s", async (fault) => {
  const { endpoint, region, ...credentials } = server;
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
  const proxy = await startFaultProxy(endpoint, 0, ({ method }) => ({ fault: method === "GET" ? fault : "none" }));
  const store = new S3Store({ bucket, region, credentials, endpoint: proxy.endpoint, retry: { maxRetries: 1, delayMs: 1 } });
  await store.put("faults/body", bytes);
  const read = async (how: (object: GetResult) => Promise<unknown>): Promise<unknown> => how(await store.get("faults/body"));
  for (const how of [
    (object: GetResult) => object.bytes(),
    (object: GetResult) => object.text(),
    (object: GetResult) => new Response(object.stream()).arrayBuffer(),
  ]) {
    await expect(read(how)).rejects.toMatchObject({ code: "Unavailable", key: "faults/body" });
  }
  await expect(store.list("faults/body-none")[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "Unavailable" });
  await proxy.close();
});
