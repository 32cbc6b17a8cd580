import type { AttributesPut, ConditionalCopy, Copy, FullObjectMeta, Get, GetOptions, Put } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, rejects } from "./check.ts";

/** The cases for a store that copies. */
export function copyCases(): readonly ObjectStoreCase<Put & Get & Copy>[] {
  return [
    {
      name: "copies an object and keeps the source",
      run: async (store) => {
        const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
        await store.put("conformance/copy/from", bytes);
        await store.put("conformance/copy/to", "old");
        const { etag } = await store.copy("conformance/copy/from", "conformance/copy/to");
        for (const key of ["conformance/copy/from", "conformance/copy/to"]) {
          const object = await store.get(key);
          equal(object.meta.size, 300_000, `size of ${key}`);
          const isSame = (await object.bytes()).every((byte, index) => byte === index % 256);
          equal(isSame, true, `bytes of ${key}`);
        }
        equal((await store.get("conformance/copy/to")).meta.etag, etag, "etag of the copy");
      },
    },
    {
      name: "refuses to copy a missing object, and invalid keys",
      run: async (store) => {
        await rejects(() => store.copy("conformance/copy/missing", "conformance/copy/nothing"), "NotFound");
        await rejects(() => store.get("conformance/copy/nothing"), "NotFound");
        await store.put("conformance/copy/some", "x");
        await rejects(() => store.copy("conformance/copy/some", "a//b"), "InvalidPath");
        await rejects(() => store.copy("a//b", "conformance/copy/some"), "InvalidPath");
      },
    },
  ];
}

/** The cases for a store that copies under a condition on the target. */
export function conditionalCopyCases(): readonly ObjectStoreCase<Put & Get & ConditionalCopy>[] {
  return [
    {
      name: "copies under a condition on the target",
      run: async (store) => {
        await store.put("conformance/copy/source", "new");
        const { etag = "" } = await store.put("conformance/copy/target", "old");
        const copy = (mode: "create" | { ifMatch: string }) => store.copy("conformance/copy/source", "conformance/copy/target", { mode });
        await rejects(() => copy("create"), "AlreadyExists");
        await copy({ ifMatch: etag });
        await rejects(() => copy({ ifMatch: etag }), "PreconditionFailed");
        equal(await (await store.get("conformance/copy/target")).text(), "new", "body");
      },
    },
  ];
}

/** The cases for a store that copies attributes. */
export function attributesCopyCases(): readonly ObjectStoreCase<AttributesPut & Get<GetOptions, FullObjectMeta> & Copy>[] {
  return [
    {
      name: "copies the attributes of the source, and replaces those of the target",
      run: async (store) => {
        await store.put("conformance/copy/described", "x", { contentType: "image/png", metadata: { a: "b" } });
        await store.put("conformance/copy/other", "y", { contentType: "text/plain", metadata: { a: "c", d: "e" } });
        await store.copy("conformance/copy/described", "conformance/copy/other");
        for (const key of ["conformance/copy/described", "conformance/copy/other"]) {
          const { contentType, metadata } = (await store.get(key)).meta;
          equal([contentType, ...Object.entries(metadata).flat()], ["image/png", "a", "b"], `attributes of ${key}`);
        }
      },
    },
  ];
}
