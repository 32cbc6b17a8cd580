/** Converts an IndexedDB database to plain JSON and back, without the code under test. Times of leases become 0. */
export interface Dump {
  readonly version: number;
  readonly stores: readonly {
    readonly name: string;
    readonly keyPath: string | string[] | null;
    readonly indexes: readonly { readonly name: string; readonly keyPath: string | string[] }[];
    readonly rows: readonly { readonly key: unknown; readonly value: unknown }[];
  }[];
}

export async function dump(name: string): Promise<Dump> {
  const database = await settle(indexedDB.open(name));
  const names = [...database.objectStoreNames];
  const transaction = database.transaction(names);
  const stores = await Promise.all(
    names.map(async (each) => {
      const store = transaction.objectStore(each);
      const [keys, values] = await Promise.all([settle(store.getAllKeys()), settle(store.getAll())]);
      const rows = keys.map((key, index) => ({ key: store.keyPath === null ? key : null, value: plain(values[index]) }));
      const indexes = [...store.indexNames].map((index) => ({ name: index, keyPath: store.index(index).keyPath }));
      return { name: each, keyPath: store.keyPath, indexes, rows };
    }),
  );
  database.close();
  return { version: database.version, stores };
}

export async function restore(name: string, { version, stores }: Dump): Promise<void> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const { name: each, keyPath, indexes, rows } of stores) {
      const store = request.result.createObjectStore(each, { keyPath });
      for (const index of indexes) store.createIndex(index.name, index.keyPath);
      for (const { key, value } of rows) store.put(revived(value), (key ?? undefined) as IDBValidKey | undefined);
    }
  };
  (await settle(request)).close();
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, each) => (each instanceof Uint8Array ? { bytes: [...each] } : name === "at" ? 0 : each)));
}

function revived(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, each) => (Array.isArray(each?.bytes) ? Uint8Array.from(each.bytes) : each));
}

function settle<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
