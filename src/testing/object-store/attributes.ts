import type { AttributesPut, Delete, FullObjectMeta, Get, GetOptions, Head } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, rejects } from "./check.ts";
import { whileWriting } from "./while-writing.ts";

type Store = AttributesPut & Get<GetOptions, FullObjectMeta> & Head<FullObjectMeta> & Delete;

const attributes = { contentType: "application/json; charset=utf-8", metadata: { run: "1", author: "grün 🌊", empty: "" } };
const none = { contentType: undefined, metadata: {} };

/** The promises of a store that keeps a content type and metadata. */
export function attributesCases(): readonly ObjectStoreCase<Store>[] {
  return [
    {
      name: "keeps content type and metadata, and tells them in get and head",
      run: async (store) => {
        await store.put("conformance/attributes/all", "{}", attributes);
        await isKept(store, "conformance/attributes/all", attributes);
        await store.put("conformance/attributes/type", "{}", { contentType: "text/plain" });
        await isKept(store, "conformance/attributes/type", { contentType: "text/plain", metadata: {} });
        await store.put("conformance/attributes/metadata", "{}", { metadata: { a: "b" } });
        await isKept(store, "conformance/attributes/metadata", { contentType: undefined, metadata: { a: "b" } });
        await store.put("conformance/attributes/none", "{}");
        await isKept(store, "conformance/attributes/none", none);
      },
    },
    {
      name: "replaces the attributes with the object, and forgets them with it",
      run: async (store) => {
        await store.put("conformance/attributes/replaced", "1", attributes);
        await store.put("conformance/attributes/replaced", "2", { metadata: { other: "x" } });
        await isKept(store, "conformance/attributes/replaced", { contentType: undefined, metadata: { other: "x" } });
        await store.put("conformance/attributes/replaced", "3");
        await isKept(store, "conformance/attributes/replaced", none);
        await store.put("conformance/attributes/replaced", "4", attributes);
        await store.delete("conformance/attributes/replaced");
        await store.put("conformance/attributes/replaced", "5");
        await isKept(store, "conformance/attributes/replaced", none);
      },
    },
    {
      name: "never shows an object with another's attributes",
      run: async (store) => {
        await store.put("conformance/attributes/pair", "");
        await whileWriting(
          30,
          (round) => {
            const body = round % 3 === 0 ? "" : String(round);
            return store.put("conformance/attributes/pair", body, body === "" ? {} : { metadata: { body } });
          },
          async () => {
            const object = await store.get("conformance/attributes/pair");
            equal(object.meta.metadata["body"] ?? "", await object.text(), "metadata of the body");
          },
        );
      },
    },
    {
      name: "refuses attributes that are not text",
      run: async (store) => {
        await rejects(() => store.put("conformance/attributes/wrong", "x", { metadata: { a: 1 as unknown as string } }), "MetadataError");
        await rejects(() => store.get("conformance/attributes/wrong"), "NotFound");
      },
    },
  ];
}

async function isKept(store: Store, key: string, expected: Pick<FullObjectMeta, "contentType" | "metadata">): Promise<void> {
  for (const meta of [(await store.get(key)).meta, await store.head(key)]) {
    equal(meta.contentType, expected.contentType, `content type of ${key}`);
    equal(Object.entries(meta.metadata).sort(), Object.entries(expected.metadata).sort(), `metadata of ${key}`);
  }
}
