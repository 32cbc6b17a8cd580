import type { Delete, Get, Head, List, Named, Put } from "../../object-store/types.ts";
import { different, equal, keys, type ObjectStoreCase, readBytes, rejects, toArray } from "./check.ts";

/** A store with the basic verbs. */
export type BasicStore = Named & Put & Get & Head & Delete & List;

/** Options of {@link keysAndBytesCases}. */
export interface KeysAndBytesCasesOptions {
  /** Whether the store can hold `a` beside `a/b`; a file system cannot. Default: true. */
  readonly keyMayBePrefix?: boolean;
  /** How many objects the case for long lists writes; more than a page of the store. Default: 1,100. */
  readonly pageObjects?: number;
  /** Matches keys that the store refuses with `InvalidPath`, because it cannot store them exactly. Default: none. */
  readonly refused?: RegExp;
}

/** The cases for the basic verbs: keys, bytes, lists, errors and signals. */
export function keysAndBytesCases(options: KeysAndBytesCasesOptions = {}): readonly ObjectStoreCase<BasicStore>[] {
  const { keyMayBePrefix = true, pageObjects = 1100, refused } = options;
  return [
    {
      name: "returns the bytes that were put",
      run: async (store) => {
        const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
        await store.put("conformance/bytes", bytes);
        equal(await readBytes(store, "conformance/bytes"), [...bytes], "bytes");
      },
    },
    {
      name: "writes text as UTF-8 and keeps a byte order mark",
      run: async (store) => {
        await store.put("conformance/text", "\ufeffgrün 🌊");
        equal(await (await store.get("conformance/text")).text(), "\ufeffgrün 🌊", "text");
        equal((await store.head("conformance/text")).size, 13, "size in bytes");
      },
    },
    {
      name: "returns the body as a stream",
      run: async (store) => {
        await store.put("conformance/stream", "streamed");
        const opened = await store.get("conformance/stream");
        equal(await new Response(opened.stream()).text(), "streamed", "streamed body");
      },
    },
    {
      name: "stores an empty object",
      run: async (store) => {
        await store.put("conformance/empty", "");
        equal(await readBytes(store, "conformance/empty"), [], "bytes");
        equal((await store.head("conformance/empty")).size, 0, "size");
      },
    },
    {
      name: "replaces a whole object, with a new etag if the store has etags",
      run: async (store) => {
        const first = await store.put("conformance/replaced", "a long first body");
        const second = await store.put("conformance/replaced", "short");
        equal(await (await store.get("conformance/replaced")).text(), "short", "body");
        if (first.etag !== undefined) different(first.etag, second.etag, "etags of two versions");
        if (second.etag !== undefined) equal((await store.head("conformance/replaced")).etag, second.etag, "etag of put and head");
      },
    },
    {
      name: "does not change an object when the caller later changes its own bytes",
      run: async (store) => {
        const bytes = new Uint8Array([1, 2, 3]);
        await store.put("conformance/owned", bytes);
        bytes[0] = 9;
        const read = await (await store.get("conformance/owned")).bytes();
        read[1] = 9;
        equal(await readBytes(store, "conformance/owned"), [1, 2, 3], "bytes");
      },
    },
    {
      name: "returns the same key, size and time from get, head and list",
      run: async (store) => {
        await store.put("conformance/meta/object", "12345");
        const [listed] = await toArray(store.list("conformance/meta"));
        const opened = await store.get("conformance/meta/object");
        await opened.bytes();
        for (const meta of [listed, opened.meta, await store.head("conformance/meta/object")]) {
          equal(meta?.key, "conformance/meta/object", "key");
          equal(meta?.size, 5, "size");
          equal(meta?.etag, listed?.etag, "etag");
          equal(meta?.lastModified === undefined || Math.abs(Date.now() - meta.lastModified.getTime()) < 600_000, true, "a recent time");
        }
      },
    },
    {
      name: "fails with NotFound for a missing object, and names store and key",
      run: async (store) => {
        for (const read of [
          () => store.get("conformance/missing"),
          () => store.head("conformance/missing"),
          () => store.get("conformance/no/such/folder"),
        ]) {
          const error = await rejects(read, "NotFound");
          equal(error.store, store.name, "store of the error");
          equal(error.key?.startsWith("conformance/"), true, "key of the error");
        }
      },
    },
    {
      name: "deletes one object or several, and ignores missing ones",
      run: async (store) => {
        for (const name of ["a", "b", "c"]) await store.put(`conformance/delete/${name}`, name);
        await store.delete("conformance/delete/a");
        await store.delete(["conformance/delete/b", "conformance/delete/missing"]);
        await store.delete([]);
        equal(await keys(store, "conformance/delete"), ["conformance/delete/c"], "keys that are left");
        await rejects(() => store.get("conformance/delete/a"), "NotFound");
      },
    },
    {
      name: "accepts the name of a former folder as a key",
      run: async (store) => {
        await store.put("conformance/folder/inner/object", "x");
        await store.delete("conformance/folder/inner/object");
        await store.put("conformance/folder", "now an object");
        equal(await keys(store, "conformance/folder"), [], "keys below");
        equal(await (await store.get("conformance/folder")).text(), "now an object", "body");
      },
    },
    {
      name: "matches a prefix by whole segments",
      run: async (store) => {
        for (const key of ["p/x", "p/y/z", "pp/x", "p.x"]) await store.put(`conformance/segments/${key}`, "x");
        const below = ["conformance/segments/p/x", "conformance/segments/p/y/z"];
        equal(await keys(store, "conformance/segments/p"), below, "keys below p");
        equal(await keys(store, "conformance/segments/p/"), below, "keys below p/");
        equal(await keys(store, "conformance/segments/none"), [], "keys below nothing");
      },
    },
    {
      name: "lists in UTF-8 order",
      run: async (store) => {
        const names = ["a-b", "a.b", "a/b", "a0", "ab", "z", "é", "\uffee", "\u{1f30a}"];
        for (const name of [...names].reverse()) await store.put(`conformance/order/${name}`, "x");
        equal(
          await keys(store, "conformance/order"),
          names.map((name) => `conformance/order/${name}`),
          "keys",
        );
      },
    },
    {
      name: "lists every page",
      run: async (store) => {
        const names = Array.from({ length: pageObjects }, (_, index) => `conformance/pages/${String(index).padStart(6, "0")}`);
        for (let start = 0; start < names.length; start += 50)
          await Promise.all(names.slice(start, start + 50).map((name) => store.put(name, "x")));
        equal(await keys(store, "conformance/pages"), names, "keys");
        await store.delete(names);
        equal(await keys(store, "conformance/pages"), [], "keys after deleting all");
      },
    },
    {
      name: "keeps keys with special characters apart",
      run: async (store) => {
        const all = [
          "a b",
          "a+b",
          "a%20b",
          "a%2Fb",
          "a=b&c",
          "a?b",
          "a#b",
          "a:b",
          "a\\b",
          "a.",
          "a~",
          "a~~",
          "~tmp",
          ".tmp~",
          ".hidden",
          "a$",
          "a'(b)*!",
          "a;b,c",
          'a"<b>&',
          "ä",
          "a\u0308",
          "日本",
          "x".repeat(200),
        ];
        const names = all.filter((name) => !refused?.test(name));
        for (const name of all) {
          if (!names.includes(name)) await rejects(() => store.put(`conformance/hostile/${name}`, name), "InvalidPath");
        }
        for (const name of names) await store.put(`conformance/hostile/${name}`, name);
        for (const name of names) equal(await (await store.get(`conformance/hostile/${name}`)).text(), name, `body of ${name}`);
        equal((await keys(store, "conformance/hostile")).length, names.length, "number of keys");
        equal((await keys(store, "conformance/hostile")).sort(), names.map((name) => `conformance/hostile/${name}`).sort(), "keys");
      },
    },
    {
      name: "refuses invalid keys and prefixes before it does anything",
      run: async (store) => {
        for (const key of ["", "/a", "a/", "a//b", ".", "a/../b", "a/./b", "..", "a\u0000b", "a\nb", "a\ud800b"]) {
          await rejects(() => store.put(key, "x"), "InvalidPath");
          await rejects(() => store.get(key), "InvalidPath");
          await rejects(() => store.head(key), "InvalidPath");
          await rejects(() => store.delete(["conformance/fine", key]), "InvalidPath");
        }
        await rejects(() => toArray(store.list("../x")), "InvalidPath");
      },
    },
    {
      name: keyMayBePrefix ? "stores a key that is also a prefix" : "refuses a key that is also a prefix, and keeps the existing object",
      run: async (store) => {
        await store.put("conformance/both", "object");
        if (keyMayBePrefix) {
          await store.put("conformance/both/below", "below");
          equal(await (await store.get("conformance/both")).text(), "object", "body");
          equal(await keys(store, "conformance/both"), ["conformance/both/below"], "keys below");
        } else {
          await rejects(() => store.put("conformance/both/below", "below"), "NotSupported");
          equal(await (await store.get("conformance/both")).text(), "object", "body");
          await store.put("conformance/folder2/below", "below");
          await rejects(() => store.put("conformance/folder2", "object"), "NotSupported");
          equal(await (await store.get("conformance/folder2/below")).text(), "below", "body");
        }
        await rejects(() => store.get("conformance/both/nothing"), "NotFound");
      },
    },
    {
      name: "ends calls with an aborted signal with Aborted and the reason as cause",
      run: async (store) => {
        const reason = new Error("enough");
        const signal = AbortSignal.abort(reason);
        await store.put("conformance/abort", "before");
        const calls = [
          () => store.put("conformance/abort", "after", { signal }),
          () => store.get("conformance/abort", { signal }),
          () => store.head("conformance/abort", { signal }),
          () => store.delete("conformance/abort", { signal }),
          () => toArray(store.list("conformance", { signal })),
        ];
        for (const call of calls) equal((await rejects(call, "Aborted")).cause, reason, "cause");
        equal(await (await store.get("conformance/abort")).text(), "before", "body");
      },
    },
  ];
}
