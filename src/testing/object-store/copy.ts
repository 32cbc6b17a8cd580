import type { AttributesPut, ConditionalCopy, FullObjectMeta, Get, GetOptions } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, readBytes, rejects } from "./check.ts";

type Store = AttributesPut & Get<GetOptions, FullObjectMeta> & ConditionalCopy;

/** The promises of a store that copies. */
export function copyCases(): readonly ObjectStoreCase<Store>[] {
  return [
    {
      name: "copies an object with its attributes, and leaves the source",
      run: async (store) => {
        const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
        await store.put("conformance/copy/from", bytes, { contentType: "image/png", metadata: { a: "b" } });
        await store.put("conformance/copy/to", "old");
        const { etag } = await store.copy("conformance/copy/from", "conformance/copy/to");
        for (const key of ["conformance/copy/from", "conformance/copy/to"]) {
          equal(
            (await readBytes(store, key)).every((byte, index) => byte === index % 256),
            true,
            `bytes of ${key}`,
          );
          const { meta } = await store.get(key);
          equal([meta.size, meta.contentType, meta.metadata["a"]], [300_000, "image/png", "b"], `what is known of ${key}`);
        }
        equal((await store.get("conformance/copy/to")).meta.etag, etag, "etag of the copy");
      },
    },
    {
      name: "copies depending on what is there",
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
    {
      name: "refuses to copy what is not there, or to where no key is",
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
