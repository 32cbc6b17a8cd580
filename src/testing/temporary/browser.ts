import { IndexedDBStore } from "../../object-store/indexeddb/index.ts";
import type { Temporary } from "./types.ts";

/** A store and a Storage in new IndexedDB databases. */
export async function temporary(): Promise<Temporary> {
  const name = `edgewater-${crypto.randomUUID()}`;
  const [objects, storagePath] = [`${name}-objects`, `${name}-storage`];
  const store = new IndexedDBStore(objects);
  return {
    store,
    storagePath,
    remove: async () => {
      await store.close();
      await Promise.all([objects, storagePath].map(deleteDatabase));
    },
  };
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
