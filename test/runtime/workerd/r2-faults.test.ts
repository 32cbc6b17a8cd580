/** R2Store over a binding that fails before or after a call, with other writes in between. */
import { env } from "cloudflare:workers";
import { R2Store } from "edgewater/r2";
import { describe, expect, it } from "vitest";
import { type Fault, FaultyBucket } from "./faulty-bucket.ts";

const { ASSETS } = env;
const internal = "put: We encountered an internal error. Please try again. (10001)";
const tooOften = "put: Reduce your concurrent request rate for the same object. (10058)";
const lost = "Network connection lost.";
const other = new R2Store(ASSETS);

function faulty(faults: Record<string, Fault[]>, maxRetries = 3): { store: R2Store; calls: string[] } {
  const bucket = new FaultyBucket(ASSETS, faults);
  return { store: new R2Store(bucket.binding, { retry: { maxRetries, delayMs: 1 } }), calls: bucket.calls };
}

const textOf = async (key: string): Promise<string> => (await other.get(key)).text();

describe.each([internal, lost])("R2Store over a binding that fails with %s", (failure) => {
  const key = (name: string): string => `faults/${failure.length}/${name}`;

  it("recognises its own create that was done although the call failed", async () => {
    const { store, calls } = faulty({ put: [{ after: failure }] });
    const { etag } = await store.put(key("create"), "mine", { mode: "create", metadata: { a: "b" } });
    expect(await other.head(key("create"))).toMatchObject({ etag, metadata: { a: "b" } });
    expect(calls).toEqual(["put", "head"]);
  });

  it("retries a create that was not done", async () => {
    const { store } = faulty({ put: [{ before: failure }, { before: failure }] });
    await store.put(key("again"), "mine", { mode: "create" });
    expect(await textOf(key("again"))).toBe("mine");
  });

  it("does not take the create of another writer for its own", async () => {
    await other.put(key("theirs"), "theirs", { mode: "create" });
    const { store } = faulty({ put: [{ after: failure }] });
    await expect(store.put(key("theirs"), "mine", { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(await textOf(key("theirs"))).toBe("theirs");
  });

  it("recognises its own write after another writer has replaced it", async () => {
    const { etag = "" } = await other.put(key("chain"), "0");
    const meanwhile = async () => other.put(key("chain"), "2", { mode: { ifMatch: (await other.head(key("chain"))).etag ?? "" } });
    const { store } = faulty({ put: [{ after: failure, meanwhile }] });
    const written = await store.put(key("chain"), "1", { mode: { ifMatch: etag } });
    expect(await textOf(key("chain"))).toBe("2");
    await expect(store.put(key("chain"), "3", { mode: { ifMatch: written.etag ?? "" } })).rejects.toMatchObject({
      code: "PreconditionFailed",
    });
  });

  it("reports an unknown outcome when another write removed its write token", async () => {
    const { etag = "" } = await other.put(key("hidden"), "0");
    const { store } = faulty({ put: [{ after: failure, meanwhile: () => other.put(key("hidden"), "2") }] });
    const put = store.put(key("hidden"), "1", { mode: { ifMatch: etag } });
    await expect(put).rejects.toMatchObject({ code: "Unavailable", outcome: "unknown", key: key("hidden") });
  });

  it("retries reads, lists, deletes and overwrites", async () => {
    const { store, calls } = faulty(
      Object.fromEntries(["put", "get", "head", "list", "delete"].map((name) => [name, [{ before: failure }]])),
    );
    await store.put(key("plain"), "x");
    expect(await (await store.get(key("plain"))).text()).toBe("x");
    await store.head(key("plain"));
    for await (const each of store.list(key("plain"))) void each;
    await store.delete(key("plain"));
    expect(calls).toEqual(["put", "put", "get", "get", "head", "head", "list", "list", "delete", "delete"]);
  });

  it("retries as often as the policy allows", async () => {
    const { store, calls } = faulty({ get: Array(9).fill({ before: failure }) }, 2);
    await expect(store.get("k")).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining(failure),
      store: "R2Store",
    });
    expect(calls).toHaveLength(3);
  });

  it("retries a copy with a new stream, and recognises a copy that was done", async () => {
    const bytes = new Uint8Array(300_000).map((_, index) => index % 251);
    await other.put(key("source"), bytes, { metadata: { a: "b" } });
    const { store } = faulty({ put: [{ before: failure }, { after: failure }] });
    await store.copy(key("source"), key("target"), { mode: "create" });
    const object = await other.get(key("target"));
    expect(object.meta.metadata).toEqual({ a: "b" });
    expect(await object.bytes()).toEqual(bytes);
  });

  it("completes an upload in parts once, and retries a part", async () => {
    const stream = () => new Blob([new Uint8Array(11 * 2 ** 20).fill(7)]).stream();
    const { store, calls } = faulty({ part: [{ before: failure }], complete: [{ after: failure }] });
    const { etag } = await store.put(key("parts"), stream(), { mode: "create", contentType: "a/b" });
    expect(await other.head(key("parts"))).toMatchObject({ etag, size: 11 * 2 ** 20, contentType: "a/b" });
    expect(calls.filter((call) => call === "part")).toHaveLength(4);
    expect(calls.filter((call) => call === "complete")).toHaveLength(1);
  });
});

describe("R2Store", () => {
  it("waits a second and retries when R2 refuses a second write of a key", async () => {
    const { store, calls } = faulty({ put: [{ before: tooOften }, { before: tooOften }] });
    const start = Date.now();
    await store.put("faults/often", "x", { mode: "create" });
    expect(calls.filter((call) => call !== "put")).toEqual([]);
    expect(Date.now() - start).toBeGreaterThanOrEqual(1900);
    expect(await textOf("faults/often")).toBe("x");
  });

  it("writes nothing when the signal is aborted during the wait for a retry", async () => {
    const { store } = faulty({ put: Array(9).fill({ before: tooOften }) });
    const put = store.put("faults/aborted", "x", { mode: "create", signal: AbortSignal.timeout(50) });
    const error = await put.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "Aborted", outcome: undefined });
    await expect(other.head("faults/aborted")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("aborts an upload in parts that fails", async () => {
    const { store, calls } = faulty({ part: Array(9).fill({ before: internal }) }, 1);
    const put = store.put("faults/parts", new Blob([new Uint8Array(11 * 2 ** 20)]).stream());
    await expect(put).rejects.toMatchObject({ code: "Unavailable" });
    expect(calls.at(-1)).toBe("abort");
    await expect(other.head("faults/parts")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("reports a missing bucket, not a missing object", async () => {
    const { store } = faulty({ get: [{ before: "get: The specified bucket does not exist. (10006)" }] });
    await expect(store.get("k")).rejects.toMatchObject({ code: "NotFound", message: expect.stringContaining("bucket"), key: undefined });
  });

  it("hides its own metadata entries, and reads those of S3Store", async () => {
    const metadata = { edgewaternonces: "mine", edgewatermetadata: "too", a: "b" };
    await other.put("faults/own", "x", { mode: "create", metadata });
    expect((await other.head("faults/own")).metadata).toEqual(metadata);
    const customMetadata = { edgewatermetadata: JSON.stringify({ contentType: "ä/b", metadata: { Ünicode: "" } }), plain: "x" };
    await ASSETS.put("faults/s3", new Uint8Array(), { customMetadata });
    expect(await other.head("faults/s3")).toMatchObject({ contentType: "ä/b", metadata: { Ünicode: "", plain: "x" } });
  });
});
