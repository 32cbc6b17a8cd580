import type { AttributesPut, Delete, FullObjectMeta, Get, GetOptions, Head } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, rejects, whileWriting } from "./check.ts";

type Store = AttributesPut & Get<GetOptions, FullObjectMeta> & Head<FullObjectMeta> & Delete;

const attributes = { contentType: "application/json; charset=utf-8", metadata: { run: "1", author: "grün 🌊", empty: "" } };
const none = { contentType: undefined, metadata: {} };

/** The cases for a store that stores a content type and metadata. */
export function attributesCases(): readonly ObjectStoreCase<Store>[] {
  return [
    {
      name: "stores content type and metadata, and returns them from get and head",
      run: async (store) => {
        await store.put("conformance/attributes/all", "{}", attributes);
        await hasAttributes(store, "conformance/attributes/all", attributes);
        await store.put("conformance/attributes/type", "{}", { contentType: "text/plain" });
        await hasAttributes(store, "conformance/attributes/type", { contentType: "text/plain", metadata: {} });
        await store.put("conformance/attributes/metadata", "{}", { metadata: { a: "b" } });
        await hasAttributes(store, "conformance/attributes/metadata", { contentType: undefined, metadata: { a: "b" } });
        await store.put("conformance/attributes/none", "{}");
        await hasAttributes(store, "conformance/attributes/none", none);
      },
    },
    {
      name: "replaces and deletes the attributes together with the object",
      run: async (store) => {
        await store.put("conformance/attributes/replaced", "1", attributes);
        await store.put("conformance/attributes/replaced", "2", { metadata: { other: "x" } });
        await hasAttributes(store, "conformance/attributes/replaced", { contentType: undefined, metadata: { other: "x" } });
        await store.put("conformance/attributes/replaced", "3");
        await hasAttributes(store, "conformance/attributes/replaced", none);
        await store.put("conformance/attributes/replaced", "4", attributes);
        await store.delete("conformance/attributes/replaced");
        await store.put("conformance/attributes/replaced", "5");
        await hasAttributes(store, "conformance/attributes/replaced", none);
      },
    },
    {
      name: "never returns an object with the attributes of another version",
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
      name: "refuses attributes that are not strings",
      run: async (store) => {
        await rejects(() => store.put("conformance/attributes/wrong", "x", { metadata: { a: 1 as unknown as string } }), "MetadataError");
        await rejects(() => store.get("conformance/attributes/wrong"), "NotFound");
      },
    },
  ];
}

async function hasAttributes(store: Store, key: string, expected: Pick<FullObjectMeta, "contentType" | "metadata">): Promise<void> {
  for (const meta of [(await store.get(key)).meta, await store.head(key)]) {
    equal(meta.contentType, expected.contentType, `content type of ${key}`);
    equal(Object.entries(meta.metadata).sort(), Object.entries(expected.metadata).sort(), `metadata of ${key}`);
  }
}
