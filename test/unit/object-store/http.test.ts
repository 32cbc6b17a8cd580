import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HTTPStore } from "edgewater/http";
import { readOnlyCases } from "edgewater/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileName, type StaticServer, type StaticServerOptions, serveFolder } from "../../support/servers/static.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-http-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fill(key: string, bytes: Uint8Array | string): Promise<void> {
  const path = join(folder, ...key.split("/").map(fileName));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

const servers: Readonly<Record<string, StaticServerOptions>> = {
  "a server with ranges and etags": {},
  "a server that ignores ranges": { ignoresRanges: true },
  "a server that compresses when asked": { compresses: "when asked" },
  "a server that compresses everything and states no size": { compresses: "always", ignoresRanges: true },
  "a server that states no length and refuses HEAD": { hidesLength: true, refusesHead: true, ignoresRanges: true },
  "a server with weak etags": { etags: "weak" },
};

for (const [kind, options] of Object.entries(servers)) {
  describe(`HTTPStore on ${kind}`, () => {
    let server: StaticServer;
    beforeAll(async () => {
      server = await serveFolder(folder, options);
    });
    afterAll(() => server[Symbol.asyncDispose]());
    it.each(readOnlyCases(fill))("$name", ({ run }) => run(new HTTPStore(server.url)));
  });
}

describe("HTTPStore", () => {
  const authorization = "Bearer very-secret";

  it("sends its headers, reads them before every request, and sends them to no other server", async () => {
    await fill("told", "here");
    await using inner = await serveFolder(folder);
    await using secured = await serveFolder(folder, { authorization });
    await using redirecting = await serveFolder(folder, { redirectsTo: inner.url });
    let asked = 0;
    const headers = async () => {
      asked++;
      return { authorization, "x-api-key": "very-secret" };
    };
    const store = new HTTPStore(secured.url, { headers });
    expect(await (await store.get("told")).text()).toBe("here");
    await store.head("told");
    expect(asked).toBe(2);
    const elsewhere = new HTTPStore(redirecting.url, { headers });
    expect(await (await elsewhere.get("told", { range: { start: 1, end: 3 } })).text()).toBe("er");
    expect(redirecting.requests[0]?.headers["x-api-key"]).toBe("very-secret");
    expect(inner.requests[0]?.headers).not.toHaveProperty("x-api-key");
    expect(inner.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(await (await new HTTPStore(redirecting.url).get("told")).text()).toBe("here");
  });

  it("explains failures, without showing a secret", async () => {
    await using secured = await serveFolder(folder, { authorization });
    const wrong = new HTTPStore(secured.url, { headers: { authorization: "Bearer wrong-secret" } });
    const failing = new HTTPStore(secured.url, {
      headers: () => {
        throw new Error("no token");
      },
    });
    const unreachable = new HTTPStore("http://127.0.0.1:1", { headers: { authorization }, retry: { maxRetries: 0 } });
    for (const [store, code] of [
      [wrong, "Unauthenticated"],
      [failing, "Unauthenticated"],
      [unreachable, "Unavailable"],
    ] as const) {
      const error = await store.get("told").catch((caught: unknown) => caught as Error);
      expect(error).toMatchObject({ code, key: "told" });
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("-secret");
    }
  });

  it("fails after too many redirects", async () => {
    const loop: typeof fetch = async () => new Response(null, { status: 302, headers: { location: "/again" } });
    const store = new HTTPStore("http://127.0.0.1:1", { headers: { a: "b" }, fetch: loop, retry: { maxRetries: 0 } });
    await expect(store.get("k")).rejects.toMatchObject({ code: "Unavailable" });
  });

  it("refuses a condition when the server sends no etag", async () => {
    await fill("plain", "x");
    await using server = await serveFolder(folder, { etags: "none" });
    const store = new HTTPStore(server.url);
    expect((await store.head("plain")).etag).toBeUndefined();
    await expect(store.get("plain", { ifMatch: '"1"' })).rejects.toMatchObject({ code: "NotSupported", field: "ETag" });
  });

  it("refuses a range of a whole object that turns out longer than its length", async () => {
    const long = async (): Promise<Response> => new Response("abcdefghij", { headers: { "content-length": "5", etag: '"1"' } });
    const object = await new HTTPStore("http://127.0.0.1:1", { fetch: long }).get("k", { range: { start: 3, end: 5 } });
    await expect(object.text()).rejects.toMatchObject({ code: "Unavailable", message: expect.stringContaining("more than its 5 bytes") });
  });

  it("detects a body that ends within the requested range, also when it cuts out the range itself", async () => {
    const short: typeof fetch = async () => new Response("0123", { headers: { "content-length": "10", etag: '"1"' } });
    const store = new HTTPStore("http://127.0.0.1:1", { fetch: short });
    const object = await store.get("k", { range: { start: 2, end: 8 } });
    await expect(object.bytes()).rejects.toMatchObject({ code: "Unavailable", message: /ended after 2 of 6 bytes/ });
  });

  it.each(["nonsense", "ftp://host/x", "https://user:very-secret@host", "https://host/x?token=very-secret"])(
    "refuses the base %s",
    (base) => {
      expect(() => new HTTPStore(base)).toThrow(
        expect.objectContaining({ code: "SettingsError", message: expect.not.stringContaining("very-secret") }),
      );
    },
  );
});
