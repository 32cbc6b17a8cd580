import type { FullGet, Head, Named, Put } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, readBytes, rejects } from "./check.ts";
import { rangeCases } from "./range.ts";

type Store = Named & FullGet & Head;

/**
 * The promises of a store that only reads. What it reads is put there by `fill`, in whatever way.
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
      name: "gives the very bytes that are there, as bytes, text and stream",
      run: async (store) => {
        const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
        await put("conformance/bytes", bytes);
        equal(await readBytes(store, "conformance/bytes"), [...bytes], "bytes");
        await put("conformance/text", "\ufeffgrün 🌊");
        equal(await (await store.get("conformance/text")).text(), "\ufeffgrün 🌊", "text");
        const { stream } = await store.get("conformance/text");
        equal((await new Response(stream()).arrayBuffer()).byteLength, 13, "streamed bytes");
        await put("conformance/empty", "");
        equal(await readBytes(store, "conformance/empty"), [], "bytes of an empty object");
        equal((await store.head("conformance/empty")).size, 0, "size of an empty object");
      },
    },
    {
      name: "tells key, size, etag and time in get and head alike",
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
      name: "keeps every key apart from every other",
      run: async (store) => {
        const names = ["a b", "a+b", "a%20b", "a%2Fb", "a=b&c", "a?b", "a#b", "a:b", "a\\b", "a.", "a$", "a'(b)*!", "a;b,c", 'a"<b>&'];
        const all = [...names, ".hidden", "~", "ä", "a\u0308", "日本", "x".repeat(200)];
        for (const name of all) await put(`conformance/hostile/${name}`, name);
        for (const name of all) equal(await (await store.get(`conformance/hostile/${name}`)).text(), name, `body of ${name}`);
      },
    },
    {
      name: "raises NotFound for a missing object, naming store and key",
      run: async (store) => {
        for (const read of [() => store.get("conformance/missing"), () => store.head("conformance/missing")]) {
          const error = await rejects(read, "NotFound");
          equal([error.store, error.key], [store.name, "conformance/missing"], "store and key of the error");
        }
      },
    },
    {
      name: "refuses what is not a key",
      run: async (store) => {
        for (const key of ["", "/a", "a/", "a//b", ".", "a/../b", "..", "a\nb", "a\ud800b"]) {
          await rejects(() => store.get(key), "InvalidPath");
          await rejects(() => store.head(key), "InvalidPath");
        }
      },
    },
    {
      name: "ends every call of an aborted signal with Aborted, and its reason as the cause",
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
      name: "reads depending on the etag",
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
