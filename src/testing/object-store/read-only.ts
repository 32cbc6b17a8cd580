import type { FullGet, Head, Named, Put } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, readBytes, rejects } from "./check.ts";
import { rangeCases } from "./range.ts";

type Store = Named & FullGet & Head;

/**
 * The cases for a read-only store.
 *
 * @param fill writes an object where the store reads it
 *
 * @example
 * ```ts
 * const cases = readOnlyCases((key, bytes) => writeFile(join(served, key), bytes));
 * describe.each(cases)("HTTPStore", ({ name, run }) => it(name, () => run(new HTTPStore(url))));
 * ```
 */
export function readOnlyCases(fill: (key: string, bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>): readonly ObjectStoreCase<Store>[] {
  const put: Put["put"] = async (key, body) => {
    await fill(key, typeof body === "string" ? new TextEncoder().encode(body) : body);
    return { etag: undefined };
  };
  const ranges = rangeCases().map(({ name, run }) => ({
    name,
    run: (store: Store) => run({ put, get: (key, options) => store.get(key, options) }),
  }));
  return [
    {
      name: "returns the stored bytes as bytes, text and stream",
      run: async (store) => {
        const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
        await put("conformance/bytes", bytes);
        equal(await readBytes(store, "conformance/bytes"), [...bytes], "bytes");
        await put("conformance/text", "\ufeffgrün 🌊");
        equal(await (await store.get("conformance/text")).text(), "\ufeffgrün 🌊", "text");
        const opened = await store.get("conformance/text");
        equal((await new Response(opened.stream()).arrayBuffer()).byteLength, 13, "streamed bytes");
        await put("conformance/empty", "");
        equal(await readBytes(store, "conformance/empty"), [], "bytes of an empty object");
        equal((await store.head("conformance/empty")).size, 0, "size of an empty object");
      },
    },
    {
      name: "returns the same key, size, etag and time from get and head",
      run: async (store) => {
        await put("conformance/meta", "12345");
        const opened = await store.get("conformance/meta");
        const head = await store.head("conformance/meta");
        equal(await opened.text(), "12345", "body");
        for (const meta of [opened.meta, head]) {
          equal([meta.key, meta.size, meta.etag], ["conformance/meta", 5, head.etag], "key, size and etag");
          equal(meta.lastModified === undefined || Math.abs(Date.now() - meta.lastModified.getTime()) < 600_000, true, "a recent time");
        }
      },
    },
    {
      name: "keeps keys with special characters apart",
      run: async (store) => {
        const names = ["a b", "a+b", "a%20b", "a%2Fb", "a=b&c", "a?b", "a#b", "a:b", "a\\b", "a.", "a$", "a'(b)*!", "a;b,c", 'a"<b>&'];
        const all = [...names, ".hidden", "~", "ä", "a\u0308", "日本", "x".repeat(200)];
        for (const name of all) await put(`conformance/hostile/${name}`, name);
        for (const name of all) equal(await (await store.get(`conformance/hostile/${name}`)).text(), name, `body of ${name}`);
      },
    },
    {
      name: "fails with NotFound for a missing object, and names store and key",
      run: async (store) => {
        for (const read of [() => store.get("conformance/missing"), () => store.head("conformance/missing")]) {
          const error = await rejects(read, "NotFound");
          equal([error.store, error.key], [store.name, "conformance/missing"], "store and key of the error");
        }
      },
    },
    {
      name: "refuses invalid keys",
      run: async (store) => {
        for (const key of ["", "/a", "a/", "a//b", ".", "a/../b", "..", "a\nb", "a\ud800b"]) {
          await rejects(() => store.get(key), "InvalidPath");
          await rejects(() => store.head(key), "InvalidPath");
        }
      },
    },
    {
      name: "ends calls with an aborted signal with Aborted and the reason as cause",
      run: async (store) => {
        await put("conformance/abort", "here");
        const reason = new Error("enough");
        const signal = AbortSignal.abort(reason);
        for (const call of [() => store.get("conformance/abort", { signal }), () => store.head("conformance/abort", { signal })]) {
          equal((await rejects(call, "Aborted")).cause, reason, "cause");
        }
      },
    },
    {
      name: "reads an object under a condition on its etag",
      run: async (store) => {
        await put("conformance/read", "old");
        const { etag: old = "" } = await store.head("conformance/read");
        await put("conformance/read", "a newer one");
        const { etag = "" } = await store.head("conformance/read");
        const range = { start: 2, end: 7 };
        equal(await (await store.get("conformance/read", { ifMatch: etag, range })).text(), "newer", "body of ifMatch");
        equal(await (await store.get("conformance/read", { ifNoneMatch: old })).text(), "a newer one", "body of ifNoneMatch");
        await rejects(() => store.get("conformance/read", { ifMatch: old }), "PreconditionFailed");
        await rejects(() => store.get("conformance/read", { ifMatch: old, range }), "PreconditionFailed");
        await rejects(() => store.get("conformance/read", { ifNoneMatch: etag }), "NotModified");
      },
    },
    ...ranges,
  ];
}
