import { GCSStore, type GCSStoreOptions } from "edgewater/gcs";
import { conditionsCases, copyCases, fullObjectStoreCases, objectStoreCases } from "edgewater/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCampaign } from "../../campaigns/faults/campaign.ts";
import { sameServer } from "../../support/breadth.ts";
import { type GCSContractServer, startGCSContractServer } from "../../support/servers/gcs-contract-server.ts";

let server: GCSContractServer;
beforeAll(async () => {
  server = await startGCSContractServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const storeOf = (more: Partial<GCSStoreOptions> = {}): GCSStore => {
  const { endpoint, bucket, accessToken } = server;
  return new GCSStore({ endpoint, bucket, credentials: async () => ({ accessToken }), ...more });
};
const byKey = (): Pick<GCSStoreOptions, "credentials"> => ({ credentials: { accessId: server.accessId, secret: server.secret } });

describe.each(fullObjectStoreCases())("GCSStore on the contract server, with a token", ({ name, run }) => {
  it(name, () => run(storeOf()));
});

describe("GCSStore on the contract server, with an HMAC key", () => {
  beforeAll(async () => {
    const names: string[] = [];
    for await (const { key } of storeOf().list()) names.push(key);
    await storeOf().delete(names);
  });
  for (const { name, run } of [...objectStoreCases({ pageObjects: 30 }), ...conditionsCases(), ...copyCases()])
    it(name, { tags: sameServer(name) }, () => run(storeOf(byKey())));
});

describe("GCSStore", () => {
  const chunkSize = 256 * 1024;
  const bytes = Uint8Array.from({ length: 5 * chunkSize + 1000 }, (_, index) => (index * 7) % 251);
  const streamed = (): ReadableStream<Uint8Array> => new Blob([bytes]).stream();
  const isWhole = async (key: string): Promise<boolean> => Buffer.from(bytes).equals(Buffer.from(await (await storeOf().get(key)).bytes()));

  it("uploads a stream resumably, also under a condition", async () => {
    const store = storeOf({ chunkSize });
    const metadata = { a: "b", Ünicode: " " };
    const { etag = "" } = await store.put("stream", streamed(), { mode: "create", contentType: "text/plain", metadata });
    expect(await store.head("stream")).toMatchObject({ etag, size: bytes.byteLength, contentType: "text/plain", metadata });
    expect(await isWhole("stream")).toBe(true);
    await expect(store.put("stream", streamed(), { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    await store.put("stream", streamed(), { mode: { ifMatch: etag } });
    await expect(store.put("stream", streamed(), { mode: { ifMatch: etag } })).rejects.toMatchObject({ code: "PreconditionFailed" });
    await store.put("stream", streamed());
    expect(await isWhole("stream")).toBe(true);
    await store.put("exact", new Blob([bytes.slice(0, 2 * chunkSize)]).stream());
    expect((await store.head("exact")).size).toBe(2 * chunkSize);
    expect(server.openUploads()).toBe(0);
  });

  it("checks the condition of a stream when the upload ends", async () => {
    let isWritten = false;
    const interrupted: typeof fetch = async (input, init) => {
      if (/-\d+\/\d+$/.test(new Headers(init?.headers).get("content-range") ?? "") && !isWritten) {
        isWritten = true;
        await storeOf().put("between", "another");
      }
      return fetch(input, init);
    };
    const store = storeOf({ chunkSize, fetch: interrupted });
    await expect(store.put("between", streamed(), { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(await (await store.get("between")).text()).toBe("another");
    expect(server.openUploads()).toBe(0);
  });

  it("gives up an upload when its stream fails, and leaves no object", async () => {
    let chunks = 0;
    const failing = new ReadableStream<Uint8Array>({
      pull: (controller) => (++chunks > 3 ? controller.error(new Error("broken")) : controller.enqueue(new Uint8Array(chunkSize))),
    });
    await expect(storeOf({ chunkSize }).put("half", failing)).rejects.toMatchObject({ code: "Unavailable" });
    await expect(storeOf().head("half")).rejects.toMatchObject({ code: "NotFound" });
    expect(server.openUploads()).toBe(0);
  });

  it.each(["before", "after"])("continues an upload when the connection breaks %s the server has received a chunk", async (when) => {
    let count = 0;
    const breaking: typeof fetch = async (input, init) => {
      const isChunk = init?.method === "PUT" && String(input).includes("upload_id");
      const isBroken = isChunk && ++count % 3 === 1;
      if (isBroken && when === "before") throw new TypeError("reset");
      const response = await fetch(input, init);
      if (isBroken) throw new TypeError("reset");
      return response;
    };
    const store = storeOf({ chunkSize, fetch: breaking, retry: { delayMs: 1 } });
    const { etag = "" } = await store.put(`broken/${when}`, streamed(), { mode: "create" });
    expect(await isWhole(`broken/${when}`)).toBe(true);
    expect((await store.head(`broken/${when}`)).etag).toBe(etag);
    expect(server.openUploads()).toBe(0);
  });

  it.each([
    ["has forgotten bytes that it acknowledged", () => new Response(null, { status: 308 })],
    ["states more bytes than it was sent", () => new Response(null, { status: 308, headers: { range: `bytes=0-${9 * chunkSize}` } })],
    ["states an invalid range", () => new Response(null, { status: 308, headers: { range: "bytes=0-many" } })],
  ])("gives up an upload when the server %s, and sends no wrong bytes", async (_, statusAnswer) => {
    let chunks = 0;
    const isWrong: boolean[] = [];
    const send: typeof fetch = async (_url, init) => {
      const range = new Headers(init?.headers).get("content-range") ?? "";
      if (init?.method === "POST") return new Response("", { status: 201, headers: { location: "http://gcs.test/session" } });
      if (init?.method === "DELETE") return new Response("");
      if (range === "bytes */*") return statusAnswer();
      const sent = new Uint8Array(await new Response(init?.body as Uint8Array<ArrayBuffer>).arrayBuffer());
      const [start = 0, end = 0] = (/(\d+)-(\d+)/.exec(range) ?? []).slice(1).map(Number);
      isWrong.push(sent.byteLength !== end - start + 1 || sent[0] !== 65 + start / chunkSize);
      return ++chunks === 1
        ? new Response(null, { status: 308, headers: { range: `bytes=0-${chunkSize - 1}` } })
        : new Response(null, { status: 503 });
    };
    let count = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (count === 4 ? controller.close() : controller.enqueue(new Uint8Array(chunkSize).fill(65 + count++))),
    });
    const store = storeOf({ endpoint: "http://gcs.test", chunkSize, fetch: send, retry: { maxRetries: 2, delayMs: 1 } });
    await expect(store.put("k", body)).rejects.toMatchObject({ code: "Unavailable" });
    expect(isWrong).toEqual([false, false]);
  });

  it("sends no upload to another server than was asked", async () => {
    const urls: string[] = [];
    const send: typeof fetch = async (url) => {
      urls.push(String(url));
      return new Response("", { status: 201, headers: { location: "http://elsewhere.test/session" } });
    };
    const store = storeOf({ endpoint: "http://gcs.test", chunkSize, fetch: send });
    await expect(store.put("k", streamed())).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining("http://elsewhere.test"),
    });
    expect(urls).toHaveLength(1);
  });

  it.each(["GET", "HEAD", "PUT", "DELETE"] as const)("signs a URL for %s that permits no other method", async (method) => {
    const key = `signed/ü+ ${method}`;
    await storeOf().put(key, "here");
    const url = await storeOf(byKey()).signedUrl(key, { method });
    const send = (how: string): Promise<Response> => fetch(url, { method: how, ...(how === "PUT" ? { body: "new" } : {}) });
    const others = { GET: "PUT", HEAD: "DELETE", PUT: "GET", DELETE: "PUT" };
    expect((await send(others[method])).status).toBe(403);
    expect((await send(method)).ok).toBe(true);
    await expect(storeOf().signedUrl(key)).rejects.toMatchObject({ code: "NotSupported" });
  });

  it("gets another token once when one is refused", async () => {
    let asked = 0;
    const { accessToken } = server;
    const credentials = () => ({ accessToken: ++asked === 2 ? accessToken : "expired", expiration: new Date(Date.now() + 3_600_000) });
    await storeOf({ credentials }).put("token", "x");
    expect(asked).toBe(2);
    await expect(storeOf({ credentials: () => ({ accessToken: "expired" }) }).put("token", "x")).rejects.toMatchObject({
      code: "Unauthenticated",
    });
  });

  it("explains wrong settings, without showing a secret", async () => {
    for (const [more, code, message] of [
      [{ credentials: { accessId: server.accessId, secret: "wrong-secret" } }, "Unauthenticated", /403 SignatureDoesNotMatch/],
      [{ credentials: { accessId: "nobody", secret: "wrong-secret" } }, "Unauthenticated", /403 InvalidAccessKeyId/],
      [{ bucket: "missing" }, "NotFound", /the bucket does not exist \(404 NoSuchBucket\)/],
      [{ endpoint: "http://127.0.0.1:1", retry: { maxRetries: 0 } }, "Unavailable", /http:\/\/127.0.0.1:1 cannot be reached/],
    ] as const) {
      const error = await storeOf(more)
        .put("k", "x")
        .catch((caught: unknown) => caught as Error);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/wrong-secret|[0-9a-f]{64}/);
    }
    expect(() => storeOf({ chunkSize: 1000 })).toThrow(expect.objectContaining({ code: "SettingsError", field: "chunkSize" }));
    expect(() => storeOf({ endpoint: "https://a:very-secret@b" })).toThrow(expect.objectContaining({ code: "SettingsError" }));
  });

  it("keeps 100 conditional writes exact despite faults and other writers", async () => {
    const { broken, faults, results } = await runCampaign({ endpoint: server.endpoint, conflict: "SlowDown", storeOf }, 100, 20_240_503);
    expect(broken).toEqual([]);
    for (const fault of ["commit-500", "commit-reset", "duplicate", "other replaces"]) expect(faults[fault], fault).toBeGreaterThan(0);
    expect(results["written"]).toBeGreaterThan(50);
  }, 300_000);

  it("sends requests to Google's XML API, with the bucket in the path", async () => {
    const urls: string[] = [];
    const send: typeof fetch = async (input) => {
      urls.push(String(input));
      return new Response(null, { headers: { "x-goog-generation": "1" } });
    };
    await new GCSStore({ bucket: "quakes", credentials: { accessToken: "t" }, fetch: send }).put("a b/c+d", "x");
    expect(urls).toEqual(["https://storage.googleapis.com/quakes/a%20b/c%2Bd"]);
  });
});
