import { MemoryStore, Storage } from "edgewater";

/** Records in memory that can be reached by what runs steps elsewhere: in tests, that is in this isolate. */
export function reachedStorage(storage: Storage = Storage.memory()): Storage {
  return new Proxy(storage, {
    get: (_, property) => {
      if (property === "reach") return "anywhere";
      const value = Reflect.get(storage, property);
      return typeof value === "function" ? value.bind(storage) : value;
    },
  });
}

/** A store in memory that can be reached likewise. */
export function reachedStore(): MemoryStore {
  return Object.defineProperty(new MemoryStore(), "reach", { value: "anywhere" });
}
