/** Looks at what a killed writer has left, tells it, and goes on writing until it is killed. */
import { type FullObjectStore, isEdgewaterError } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { bodyOf, type Found, isDelete, type Key, type Kind, keys } from "./plan.ts";

export async function run(kind: Kind): Promise<void> {
  const store = storeOf(kind);
  const found = await Promise.all(keys.map((key) => look(store, key)));
  const listed: string[] = [];
  for await (const { key } of store.list()) listed.push(key);
  const goOn = await post<boolean>("/found", { kind, found, listed });
  if (goOn) await Promise.all(found.map(({ key, version }) => write(store, kind, key, version)));
  else await post("/left", { kind, left: await leftOf(kind, store) });
}

function storeOf(kind: Kind): FullObjectStore {
  const place = kind.replaceAll(/\W+/g, "-");
  if (kind.startsWith("OPFS")) return new OPFSStore(place);
  return new IndexedDBStore(place, { durability: kind.endsWith("strict") ? "strict" : "relaxed" });
}

async function look(store: FullObjectStore, key: Key): Promise<Found> {
  try {
    const { meta, bytes } = await store.get(key);
    const version = Number(meta.metadata["version"]);
    const [body, expected] = [await bytes(), bodyOf(key, version)];
    const isWhole = body.byteLength === expected.byteLength && body.every((byte, index) => byte === expected[index]);
    return { key, version, ...(isWhole ? {} : { torn: `${body.byteLength} bytes of ${expected.byteLength}` }) };
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return { key, version: 0 };
    return { key, version: 0, torn: String(error) };
  }
}

/** One write after the other, each told when it is acknowledged. */
async function write(store: FullObjectStore, kind: Kind, key: Key, last: number): Promise<void> {
  for (let version = await post<number>("/begin", { kind, key, last }); ; version++) {
    if (isDelete(version)) {
      await store.delete(key);
    } else {
      const bytes = bodyOf(key, version);
      const body = key.endsWith("streamed") ? new Blob([bytes]).stream() : bytes;
      const etag = await etagOf(store, key);
      const mode = version % 2 === 0 || etag === undefined ? "overwrite" : { ifMatch: etag };
      await store.put(key, body, { mode, metadata: { version: String(version) } });
    }
    await post("/acknowledged", { kind, key, version });
  }
}

async function etagOf(store: FullObjectStore, key: Key): Promise<string | undefined> {
  try {
    return (await store.head(key)).etag;
  } catch (error) {
    if (isEdgewaterError(error, "NotFound", "Integrity")) return undefined;
    throw error;
  }
}

/** What is left of killed writes after one that was not. */
async function leftOf(kind: Kind, store: FullObjectStore): Promise<string[]> {
  await store.put("last", "x");
  await store.delete([...keys, "last"]);
  const place = kind.replaceAll(/\W+/g, "-");
  if (kind.startsWith("OPFS")) {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(place);
    const unfinished = await folder.getDirectoryHandle("~tmp");
    return await Array.fromAsync(unfinished.keys());
  }
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(place);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const left: string[] = [];
  for (const name of database.objectStoreNames) {
    const request = database.transaction(name).objectStore(name).getAllKeys();
    await new Promise((resolve) => {
      request.onsuccess = resolve;
    });
    left.push(...request.result.map((each) => `${name}: ${each}`));
  }
  database.close();
  return left;
}

export async function post<Answer>(path: string, value: unknown): Promise<Answer> {
  return (await fetch(path, { method: "POST", body: JSON.stringify(value) })).json();
}
