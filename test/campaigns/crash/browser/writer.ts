/** Reports what the killed writer before it left behind, and writes until it is killed itself. */
import type { FullObjectStore } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { keys } from "../plan.ts";
import { lookAt, write } from "../writes.ts";
import type { Kind } from "./kinds.ts";

export async function run(kind: Kind): Promise<void> {
  const store = storeOf(kind);
  await post("/started", { kind });
  const firsts = await post<number[] | null>("/left", { kind, left: await lookAt(store) });
  if (firsts === null) return void (await post("/remains", { kind, remains: await remainsOf(kind, store) }));
  const acknowledge = (key: string) => (version: number) => post("/acknowledged", { kind, key, version });
  await Promise.all(keys.map((key, index) => write(store, key, firsts[index] ?? 1, acknowledge(key))));
}

function storeOf(kind: Kind): FullObjectStore {
  const name = kind.replaceAll(/\W+/g, "-");
  if (kind.startsWith("OPFS")) return new OPFSStore(name);
  return new IndexedDBStore(name, { durability: kind.endsWith("strict") ? "strict" : "relaxed" });
}

/** The files and records that remain after one more write and after all objects were deleted. */
async function remainsOf(kind: Kind, store: FullObjectStore): Promise<string[]> {
  await store.put("last", "x");
  await store.delete([...keys, "last"]);
  const name = kind.replaceAll(/\W+/g, "-");
  if (kind.startsWith("OPFS")) {
    return filesIn(await (await navigator.storage.getDirectory()).getDirectoryHandle(name));
  }
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const remains: string[] = [];
  for (const store of database.objectStoreNames) {
    const request = database.transaction(store).objectStore(store).getAllKeys();
    await new Promise((resolve) => {
      request.onsuccess = resolve;
    });
    remains.push(...request.result.map((each) => `${store}: ${each}`));
  }
  database.close();
  return remains;
}

/** The files in a folder. A crash may leave empty folders, which have no effect. */
async function filesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, entry] of folder.entries()) {
    if (entry.kind === "directory") names.push(...(await filesIn(entry as FileSystemDirectoryHandle)));
    else names.push(name);
  }
  return names;
}

export async function post<Answer>(path: string, value: unknown): Promise<Answer> {
  return (await fetch(path, { method: "POST", body: JSON.stringify(value) })).json();
}
