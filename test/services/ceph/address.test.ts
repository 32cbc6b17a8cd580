/** The URLs of requests, and signed URLs. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { describe, expect, inject, it } from "vitest";
import { makeStore } from "./store.ts";

/** A `fetch` that sends requests for `*.localhost` to 127.0.0.1: not every resolver knows these names. */
const toLoopback: typeof fetch = async (input, init) => {
  const { port, host, pathname, search } = new URL(String(input));
  const headers = { ...Object.fromEntries(new Headers(init?.headers)), host };
  const message = request({ host: "127.0.0.1", port, path: pathname + search, method: init?.method, headers });
  message.end(init?.body);
  const [answer] = (await once(message, "response")) as [IncomingMessage];
  const chunks = await Array.fromAsync(answer as AsyncIterable<Uint8Array<ArrayBuffer>>);
  return new Response(init?.method === "HEAD" ? null : new Blob(chunks), {
    status: answer.statusCode ?? 0,
    headers: answer.headers as Record<string, string>,
  });
};

describe("S3Store on Ceph", () => {
  it("puts the bucket into the host with style virtual-host", async () => {
    const endpoint = `http://localhost:${new URL(inject("s3").endpoint).port}`;
    const store = makeStore({ endpoint, style: "virtual-host", fetch: toLoopback });
    await store.put("address/a b+c", "in the host");
    expect(await (await makeStore().get("address/a b+c")).text()).toBe("in the host");
    expect(await (await store.get("address/a b+c", { range: { start: 3 } })).text()).toBe("the host");
  });

  it.each(["address/signed", "address/a+b =%2F?#🌊"])(
    "signs URLs for %s that work without credentials and permit one method",
    async (key) => {
      const store = makeStore();
      const put = await fetch(await store.signedUrl(key, { method: "PUT", expiresInSeconds: 60 }), { method: "PUT", body: "signed" });
      expect(put.status).toBe(200);
      expect(await (await fetch(await store.signedUrl(key))).text()).toBe("signed");
      expect((await fetch(await store.signedUrl(key, { method: "HEAD" }), { method: "HEAD" })).headers.get("content-length")).toBe("6");
      const forReading = await store.signedUrl(key);
      expect((await fetch(forReading, { method: "DELETE" })).status).toBe(403);
      expect((await fetch(forReading.replace("Expires=3600", "Expires=7200"))).status).toBe(403);
      expect((await fetch(await store.signedUrl(key, { method: "DELETE" }), { method: "DELETE" })).status).toBe(204);
      await expect(store.get(key)).rejects.toMatchObject({ code: "NotFound" });
    },
  );

  it("signs URLs that expire", async () => {
    const store = makeStore();
    await store.put("address/ends", "x");
    const statusOf = async (expiresInSeconds: number): Promise<() => Promise<number>> => {
      const url = await store.signedUrl("address/ends", { expiresInSeconds });
      return async () => (await fetch(url)).status;
    };
    expect(await (await statusOf(3600))()).toBe(200);
    await expect.poll(await statusOf(1), { interval: 500 }).toBe(403);
  });

  it.each([0, -1, 1.5, 604_801, Number.NaN])("refuses to sign a URL for %d seconds", async (expiresInSeconds) => {
    await expect(makeStore().signedUrl("k", { expiresInSeconds })).rejects.toMatchObject({
      code: "SettingsError",
      field: "expiresInSeconds",
    });
  });
});
