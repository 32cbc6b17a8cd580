import { IndexedDBStore } from "edgewater/indexeddb";
import { createStore, set } from "idb-keyval";
import { type Row, ratio } from "../harness.ts";
import { betweenTabs } from "./tabs.ts";

declare global {
  interface Window {
    measure(): Promise<readonly Row[]>;
  }
}

Object.assign(window, betweenTabs);
window.measure = async () => [...(await inDatabase()), ...(await inWorker())];

async function inDatabase(): Promise<readonly Row[]> {
  const keys = Array.from({ length: 1000 }, (_, index) => `object-${index}`);
  const bytes = crypto.getRandomValues(new Uint8Array(1000));
  const store = new IndexedDBStore("bench");
  const plain = createStore("bench-anchor", "values");
  const together = { name: "IndexedDBStore", run: async () => void (await Promise.all(keys.map((key) => store.put(key, bytes)))) };
  const oneByOne = {
    name: "idb-keyval, one per transaction",
    run: async () => {
      for (const key of keys) await set(key, bytes, plain);
    },
  };
  return [await ratio("1,000 puts of 1 KB into IndexedDB through a batch", together, oneByOne, 1 / 5)];
}

function inWorker(): Promise<readonly Row[]> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data));
    worker.onerror = ({ message }) => reject(new Error(message));
  });
}
