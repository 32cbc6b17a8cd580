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

  it("deletes by the thousand", async () => {
    const requests: string[] = [];
    const store = makeStore({ fetch: watching(({ method, url }) => void requests.push(`${method} ${new URL(url).search}`)) });
    await store.delete(Array.from({ length: 2500 }, (_, index) => `keys/none/${index}`));
    expect(requests).toEqual(["POST ?delete=", "POST ?delete=", "POST ?delete="]);
  });

  it("deletes one by one where the server knows nothing else", async () => {
    const refuse = ({ method }: Request): Response | undefined =>
      method === "POST" ? new Response("<Error><Code>NotImplemented</Code></Error>", { status: 501 }) : undefined;
    const store = makeStore({ fetch: watching(refuse) });
    for (const key of ["keys/one/a", "keys/one/b"]) await store.put(key, "x");
    await store.delete(["keys/one/a", "keys/one/b"]);
    expect(await toArray(store.list("keys/one"))).toEqual([]);
  });

  it("says which of many could not be deleted", async () => {
    const answer = "<DeleteResult><Error><Key>k/2</Key><Code>AccessDenied</Code></Error></DeleteResult>";
    const store = makeStore({ fetch: watching(({ method }) => (method === "POST" ? new Response(answer) : undefined)) });
    await expect(store.delete(["k/1", "k/2"])).rejects.toMatchObject({ code: "PermissionDenied", key: "k/2" });
  });
});
