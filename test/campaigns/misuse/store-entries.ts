/** The verbs of every store and wrapper that Node can make, as entries. The servers and bindings behind them are empty. */
import { MemoryStore } from "edgewater";
import { AzureStore } from "edgewater/azure";
import { GCSStore } from "edgewater/gcs";
import { HTTPStore } from "edgewater/http";
import { IndexedDBStore } from "edgewater/indexeddb";
import { KVStore } from "edgewater/kv";
import { LocalStore } from "edgewater/local";
import { OPFSStore } from "edgewater/opfs";
import { R2Store } from "edgewater/r2";
import { S3Store } from "edgewater/s3";
import { UnstorageStore } from "edgewater/unstorage";
import { withCache, withFaults, withLimit, withPrefix, withRetry, withTrace } from "edgewater/with";
import memoryDriver from "unstorage/drivers/memory";
import type { Entry } from "./entries.ts";

/** The verbs of any store; some stores lack some of them. */
type Verbs = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** What stands before the options of a verb. */
const verbs = {
  put: ["key", "x"],
  get: ["key"],
  head: ["key"],
  delete: ["key"],
  list: [""],
  copy: ["key", "other"],
  signedUrl: ["key"],
  accept: ["key"],
} as const;

/** A server that has nothing, and an empty binding. */
const transport = { fetch: async () => new Response(null, { status: 404 }), retry: { maxRetries: 0 } };
const kv = {
  put: async () => undefined,
  getWithMetadata: async () => ({ value: null, metadata: null }),
  delete: async () => undefined,
  list: async () => ({ keys: [], list_complete: true }),
};
const r2 = {
  put: async () => null,
  get: async () => null,
  head: async () => null,
  delete: async () => undefined,
  list: async () => ({ objects: [], delimitedPrefixes: [], truncated: false }),
  createMultipartUpload: async () => undefined,
};
const credentials = { accessKeyId: "id", secretAccessKey: "key" };

/** @param folder an empty folder for a LocalStore */
export function storeEntries(folder: string): readonly Entry[] {
  const memory = new MemoryStore();
  const stores: Readonly<Record<string, object>> = {
    MemoryStore: memory,
    LocalStore: new LocalStore(folder),
    S3Store: new S3Store({ bucket: "b", region: "r", credentials, ...transport }),
    AzureStore: new AzureStore({ account: "a", container: "c", credentials: { accountKey: "a2V5" }, ...transport }),
    GCSStore: new GCSStore({ bucket: "b", credentials: { ...credentials, accessToken: "t" } as never, ...transport }),
    HTTPStore: new HTTPStore("https://example.com", transport),
    KVStore: new KVStore(kv as never, { retry: { maxRetries: 0 } }),
    R2Store: new R2Store(r2 as never, { retry: { maxRetries: 0 } }),
    IndexedDBStore: new IndexedDBStore("data"),
    OPFSStore: new OPFSStore("data"),
    UnstorageStore: new UnstorageStore(memoryDriver()),
    withCache: withCache(memory, new MemoryStore()),
    "withCache of write-back": withCache(memory, new MemoryStore(), { mode: "write-back" }),
    withFaults: withFaults(memory, () => undefined),
    withLimit: withLimit(memory, 2),
    withPrefix: withPrefix(memory, "prefix"),
    withRetry: withRetry(memory, { maxRetries: 0 }),
    withTrace: withTrace(memory, () => undefined),
  };
  return Object.entries(stores).flatMap(([name, store]) =>
    Object.entries(verbs)
      .filter(([verb]) => verb in store)
      .map(([verb, before]): Entry => {
        const call = (options: unknown) => (store as Verbs)[verb]?.(...before, options);
        return { name: `${name}.${verb}`, right: {}, call: call as Entry["call"] };
      }),
  );
}
