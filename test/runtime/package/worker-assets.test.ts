/** The Worker of `examples/worker-assets` over the packed library. `npm run worker-assets` does the same with more and larger requests. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { type AssetsWorker, startAssetsWorker, tokens } from "../../support/worker-assets.ts";
import { largeUpload, malformedRequests, manyRequests } from "../../support/worker-assets-load.ts";

/** More than one part of an upload to R2. */
const largeBytes = 5_500_000;
const limit = 6_000_000;

describe.skipIf(components.workerd.path === undefined)("the Worker that persists assets", () => {
  let worker: AssetsWorker;
  beforeAll(async () => {
    worker = await startAssetsWorker(inject("installed"), limit);
  });
  afterAll(() => worker?.[Symbol.asyncDispose]());

  const put = (station: string, body: string): Promise<Response> =>
    worker.call(`/assets/readings?partition=${station}`, { method: "PUT", body });
  const json = async (path: string, init?: Parameters<AssetsWorker["call"]>[1]): Promise<unknown> => (await worker.call(path, init)).json();

  it("stores what is uploaded, and serves it with its version, in ranges, and not again when it is known", async () => {
    const uploaded = await put("north", "a,1\nb,2\nbroken\n");
    expect(uploaded.status).toBe(201);
    const path = "/assets/readings?partition=north";
    const response = await worker.call(path);
    const etag = response.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"sha256:[0-9a-f]{64}"$/);
    expect(uploaded.headers.get("etag")?.replace("W/", "")).toBe(etag);
    expect(await response.text()).toBe("a,1\nb,2\nbroken\n");

    const status = async (headers: Record<string, string>): Promise<number> => (await worker.call(path, { headers })).status;
    expect(await status({ "if-none-match": etag })).toBe(304);
    expect(await status({ "if-none-match": `"other", W/${etag}` })).toBe(304);
    expect(await status({ "if-none-match": '"other"' })).toBe(200);
    const range = async (header: string, more = {}): Promise<unknown> => {
      const part = await worker.call(path, { headers: { range: header, ...more } });
      return [part.status, part.headers.get("content-range"), part.status === 206 ? await part.text() : undefined];
    };
    expect(await range("bytes=4-6")).toEqual([206, "bytes 4-6/15", "b,2"]);
    expect(await range("bytes=-3")).toEqual([206, "bytes 12-14/15", "en\n"]);
    expect(await range("bytes=15-")).toEqual([416, "bytes */15", undefined]);
    expect(await range("bytes=0-1,3-4")).toEqual([200, null, undefined]);
    expect(await range("bytes=0-1", { "if-range": '"other"' })).toEqual([200, null, undefined]);
    const head = await worker.call(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), head.headers.get("etag")]).toEqual([200, "15", etag]);
    expect((await worker.call("/assets/readings?partition=south")).status).toBe(404);
  });

  it("makes what is asked for, and nothing that is unchanged", async () => {
    expect(await json("/materialize", { method: "POST", body: "{}" })).toMatchObject({ success: true, failedAssets: [] });
    expect(await json("/assets/totals?partition=north")).toEqual({ json: { count: 2, sum: 3, highest: 2, rejected: 1 } });
    const { headers } = await worker.call("/assets/report");
    await json("/materialize", { method: "POST" });
    expect((await worker.call("/assets/report")).headers.get("last-modified")).toBe(headers.get("last-modified"));
  });

  it("makes a run as a Workflow, once for each id, and tells its status", async () => {
    await put("south", "c,5\n");
    const begin = (): Promise<Response> =>
      worker.call("/materialize", { method: "POST", body: JSON.stringify({ background: true, id: "nightly" }) });
    const begun = await begin();
    expect([begun.status, await begun.json()]).toEqual([202, { runId: "nightly" }]);
    let told: unknown;
    const latest = Date.now() + 60_000;
    do told = await json(begun.headers.get("location") ?? "");
    while ((told as { status: string }).status !== "Success" && Date.now() < latest);
    expect(told).toEqual({ runId: "nightly", status: "Success" });
    expect((await begin()).status).toBe(202);
    expect(await json("/assets/report")).toEqual({ json: { madeFrom: ["north", "south"], count: 3, sum: 8 } });
  });

  it("makes what the conditions ask for when the cron trigger fires", async () => {
    await put("east", "d,7\n");
    expect((await fetch(`${worker.server.url}/cdn-cgi/handler/scheduled`)).status).toBe(200);
    expect(await json("/assets/totals?partition=east")).toMatchObject({ json: { sum: 7 } });
    const { assets } = (await json("/status")) as { assets: readonly { asset: string; status: string }[] };
    expect(assets.find(({ asset }) => asset === "totals")).toMatchObject({ status: expect.stringMatching(/UpToDate|Missing/) });
  });

  it("shows the inspector to those who have a token", async () => {
    const open = (password: string): Promise<Response> =>
      worker.call("/inspector/", { token: "", headers: { authorization: `Basic ${btoa(`me:${password}`)}` } });
    expect((await worker.call("/inspector/", { token: "" })).headers.get("www-authenticate")).toContain("Basic");
    expect((await open("a-wrong-password")).status).toBe(401);
    expect((await open(tokens.read)).status).not.toBe(401);
  });

  it("survives malformed requests", async () => {
    await put("west", "e,1\n");
    expect(await malformedRequests(worker, limit)).toEqual([]);
  });

  it("survives many requests at once", async () => {
    const { problems } = await manyRequests(worker, 24);
    expect(problems).toEqual([]);
  });

  it("streams an upload of several parts", async () => {
    expect((await largeUpload(worker, largeBytes)).problems).toEqual([]);
  });
});
