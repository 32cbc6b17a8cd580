import type { FullObjectStore } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, rejects } from "./check.ts";

/** The cases for a store with every capability: options combined in one call. */
export function combinedOptionsCases(): readonly ObjectStoreCase<FullObjectStore>[] {
  return [
    {
      name: "writes a stream and a Blob with attributes under a condition",
      run: async (store) => {
        const one = { contentType: "a/1", metadata: { number: "1" } };
        const { etag = "" } = await store.put("conformance/combined/put", new Blob(["one"]).stream(), { mode: "create", ...one });
        await hasContent(store, "one", one);
        const refused = { contentType: "a/2", metadata: { number: "2" } };
        await rejects(() => store.put("conformance/combined/put", new Blob(["two"]), { mode: "create", ...refused }), "AlreadyExists");
        const stale = store.put("conformance/combined/put", new Blob(["two"]).stream(), { mode: { ifMatch: `${etag}x` }, ...refused });
        await rejects(() => stale, "PreconditionFailed");
        await hasContent(store, "one", one);
        await store.put("conformance/combined/put", new Blob(["three"]).stream(), { mode: { ifMatch: etag }, metadata: { number: "3" } });
        await hasContent(store, "three", { contentType: undefined, metadata: { number: "3" } });
      },
    },
    {
      name: "reads a range under a condition on the etag",
      run: async (store) => {
        const { etag = "" } = await store.put("conformance/combined/get", "0123456789");
        const range = { start: 2, end: 4 };
        equal(await (await store.get("conformance/combined/get", { range, ifMatch: etag })).text(), "23", "range of the object");
        await rejects(() => store.get("conformance/combined/get", { range, ifMatch: `${etag}x` }), "PreconditionFailed");
        await rejects(() => store.get("conformance/combined/get", { range, ifNoneMatch: etag }), "NotModified");
        await store.put("conformance/combined/get", "abcdefghij");
        await rejects(() => store.get("conformance/combined/get", { range, ifMatch: etag }), "PreconditionFailed");
        equal(await (await store.get("conformance/combined/get", { range, ifNoneMatch: etag })).text(), "cd", "range of another version");
      },
    },
  ];
}

async function hasContent(
  store: FullObjectStore,
  body: string,
  { contentType, metadata }: { readonly contentType: string | undefined; readonly metadata: { readonly number: string } },
): Promise<void> {
  const object = await store.get("conformance/combined/put");
  equal(await object.text(), body, "body");
  equal([object.meta.contentType, object.meta.metadata["number"]], [contentType, metadata.number], "attributes");
}
