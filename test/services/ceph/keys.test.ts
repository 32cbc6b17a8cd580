import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toArray } from "../../../src/testing/object-store/check.ts";
import { makeStore, watching } from "./store.ts";

const odd = [
  "plus+and space",
  "a=b&c=d?e#f",
  "%2F and %252F",
  "100%",
  "日本/語",
  "🌊/ä/a\u0308",
  "non\ufffecharacter\uffff",
  "next\u0085line and\u2028more",
  "!*'();:@$,[]",
  '<Key>&amp;"',
  `${"long/".repeat(199)}12345`,
];

describe("S3Store on Ceph", () => {
  it.each(odd)("writes, reads, copies, lists and deletes %j", async (name) => {
    const store = makeStore();
    const key = name.length === 1000 ? name : `keys/${name}`;
    await store.put(key, name, { mode: "create" });
    expect(await (await store.get(key)).text()).toBe(name);
    const { etag } = await store.head(key);
    expect(await store.copy(key, `copy/of-${name}`.slice(0, 1000))).toEqual({ etag });
    const [folder = ""] = key.split("/");
    expect((await toArray(store.list(folder))).map((each) => each.key)).toContain(key);
    await store.delete([key, "keys/another"]);
    await expect(store.head(key)).rejects.toMatchObject({ code: "NotFound" });
  });

  it("deletes a thousand keys per request", async () => {
    const requests: string[] = [];
    const store = makeStore({ fetch: watching(({ method, url }) => void requests.push(`${method} ${new URL(url).search}`)) });
    await store.delete(Array.from({ length: 2500 }, (_, index) => `keys/none/${index}`));
    expect(requests).toEqual(["POST ?delete=", "POST ?delete=", "POST ?delete="]);
  });

  it.each([
    [501, "NotImplemented"],
    [400, "MissingContentMD5"],
    [400, "InvalidRequest"],
  ])("deletes one key per request when the server answers a batch with %d %s", async (status, code) => {
    const refuse = ({ method }: Request): Response | undefined =>
      method === "POST" ? new Response(`<Error><Code>${code}</Code></Error>`, { status }) : undefined;
    const store = makeStore({ fetch: watching(refuse) });
    for (const key of ["keys/one/a", "keys/one/b"]) await store.put(key, "x");
    await store.delete(["keys/one/a", "keys/one/b"]);
    expect(await toArray(store.list("keys/one"))).toEqual([]);
  });

  it("sends the SHA-256 of the body with a batch", async () => {
    const requests: { readonly checksum: string | null; readonly body: Uint8Array<ArrayBuffer> }[] = [];
    const recording: typeof fetch = (input, init) => {
      const checksum = new Headers(init?.headers).get("x-amz-checksum-sha256");
      if (init?.method === "POST") requests.push({ checksum, body: init.body as Uint8Array<ArrayBuffer> });
      return fetch(input, init);
    };
    await makeStore({ fetch: recording }).delete(["keys/sum/a", "keys/sum/b"]);
    expect(requests).toHaveLength(1);
    for (const { checksum, body } of requests) expect(checksum).toBe(createHash("sha256").update(body).digest("base64"));
  });

  it("names the key that could not be deleted", async () => {
    const answer = "<DeleteResult><Error><Key>k/2</Key><Code>AccessDenied</Code></Error></DeleteResult>";
    const store = makeStore({ fetch: watching(({ method }) => (method === "POST" ? new Response(answer) : undefined)) });
    await expect(store.delete(["k/1", "k/2"])).rejects.toMatchObject({ code: "PermissionDenied", key: "k/2" });
  });
});
