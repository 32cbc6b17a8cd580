import type { MemoryStore, ObjectMeta, ObjectStore } from "edgewater";

/** What a store keeps beside the bytes of its objects. */
export type Keeps = "etags and metadata" | "metadata" | "nothing";

/** A store that keeps less, like those without conditions on writes. */
export function withLess(store: MemoryStore, keeps: Keeps): ObjectStore {
  if (keeps === "etags and metadata") return store;
  const less = (meta: ObjectMeta): ObjectMeta => ({ ...meta, etag: undefined, ...(keeps === "nothing" && { metadata: {} }) });
  return new Proxy<ObjectStore>(store, {
    get: (_, name) => {
      if (name === "etags") return undefined;
      if (name === "head") return async (key: string) => less(await store.head(key));
      if (name === "put") {
        return async (
          key: string,
          body: Uint8Array<ArrayBuffer>,
          { metadata = {} }: { readonly metadata?: Record<string, string> } = {},
        ) => ({ ...(await store.put(key, body, keeps === "nothing" ? {} : { metadata })), etag: undefined });
      }
      if (name === "get") {
        return async (key: string) => {
          const object = await store.get(key);
          return new Proxy(object, {
            get: (_, part) => {
              const value = Reflect.get(object, part);
              if (part === "meta") return less(object.meta);
              return typeof value === "function" ? value.bind(object) : value;
            },
          });
        };
      }
      const value = Reflect.get(store, name);
      return typeof value === "function" ? value.bind(store) : value;
    },
  });
}
