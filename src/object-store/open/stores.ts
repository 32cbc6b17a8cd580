import type { EnvironmentSource } from "../../runtime/environment.ts";
import type { AzureStore, AzureStoreOptions } from "../azure/index.ts";
import type { GCSStore, GCSStoreOptions } from "../gcs/index.ts";
import type { HTTPStore, HTTPStoreOptions } from "../http/store.ts";
import type { IndexedDBStore, IndexedDBStoreOptions } from "../indexeddb/index.ts";
import type { KVStore, KVStoreOptions } from "../kv/store.ts";
import type { LocalStore, LocalStoreOptions } from "../local/index.ts";
import type { MemoryStore } from "../memory/store.ts";
import type { OPFSStore } from "../opfs/index.ts";
import type { R2Store, R2StoreOptions } from "../r2/index.ts";
import type { S3Store, S3StoreOptions } from "../s3/index.ts";

/** What a URL of each scheme opens. */
export interface Stores {
  readonly az: AzureStore;
  readonly azure: AzureStore;
  readonly file: LocalStore;
  readonly gs: GCSStore;
  readonly http: HTTPStore;
  readonly https: HTTPStore;
  readonly indexeddb: IndexedDBStore;
  readonly kv: KVStore;
  readonly memory: MemoryStore;
  readonly opfs: OPFSStore;
  readonly r2: R2Store;
  readonly s3: S3Store;
}

/** What a URL does not say. Where it says the same, the URL counts. */
export interface OpenOptions {
  /**
   * Where credentials, settings and bindings come from that neither the URL nor the options name: a Worker's `env`, or
   * the runtime's own environment unless given.
   */
  readonly env?: EnvironmentSource | undefined;
  readonly az?: Partial<Omit<AzureStoreOptions, "container">> | undefined;
  readonly file?: LocalStoreOptions | undefined;
  readonly gs?: Partial<Omit<GCSStoreOptions, "bucket">> | undefined;
  readonly http?: HTTPStoreOptions | undefined;
  readonly indexeddb?: IndexedDBStoreOptions | undefined;
  readonly kv?: KVStoreOptions | undefined;
  readonly r2?: R2StoreOptions | undefined;
  readonly s3?: Partial<Omit<S3StoreOptions, "bucket">> | undefined;
}
