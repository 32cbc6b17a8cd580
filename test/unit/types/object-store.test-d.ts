/** Compiled by `npm run check`, never run: the type of a store has exactly the capabilities of the store. */
import {
  type AttributesPut,
  type ConditionalCopy,
  type ConditionalGet,
  type ConditionalPut,
  type Delete,
  type DelimitedList,
  type FullObjectMeta,
  type FullObjectStore,
  type Get,
  type Head,
  type List,
  MemoryStore,
  type Named,
  type ObjectStore,
  type PagedList,
  type Put,
  type RangeGet,
  type Sign,
  type StreamPut,
} from "edgewater";
import type { AzureStore } from "edgewater/azure";
import type { GCSStore } from "edgewater/gcs";
import type { HTTPStore } from "edgewater/http";
import { IndexedDBStore } from "edgewater/indexeddb";
import type { KVStore } from "edgewater/kv";
import { LocalStore } from "edgewater/local";
import type { R2Store } from "edgewater/r2";
import type { S3Store } from "edgewater/s3";
import { certify } from "edgewater/testing";
import type { UnstorageStore } from "edgewater/unstorage";
import { withCache, withFaults, withLimit, withPrefix, withRetry, withTrace } from "edgewater/with";

declare function needs<Capability>(store: Capability): void;
declare const plain: ObjectStore & AsyncDisposable;
declare const other: UnstorageStore;
declare const kv: KVStore;
declare const r2: R2Store;
declare const s3: S3Store;
declare const web: Named & Get;
declare const stream: ReadableStream<Uint8Array>;
const memory = new MemoryStore();
const local = new LocalStore("folder", { fsync: true });
const database = new IndexedDBStore("database", { durability: "strict" });

for (const store of [memory, local, database, r2, s3]) {
  needs<ObjectStore>(store);
  needs<FullObjectStore>(store);
  needs<ConditionalPut & ConditionalGet & AttributesPut & StreamPut & RangeGet & PagedList & DelimitedList & ConditionalCopy>(store);
  void store.put("k", stream, { mode: { ifMatch: "e" }, contentType: "a/b", metadata: { a: "b" } });
}
declare const azure: AzureStore;
declare const gcs: GCSStore;
declare const http: HTTPStore;
for (const store of [azure, gcs]) needs<FullObjectStore & Sign>(store);
needs<Get & RangeGet & ConditionalGet & Head>(http);
// @ts-expect-error it is read only
needs<Put>(http);
// @ts-expect-error it is read only
needs<Delete>(http);
// @ts-expect-error it cannot list
needs<List>(http);
needs<Sign>(s3);
// @ts-expect-error a folder has no signed URLs
needs<Sign>(local);
needs<ObjectStore>(plain);
needs<Named & Put & Get & Head & Delete & List>(other);
needs<Named & AttributesPut & Get & Head<FullObjectMeta> & Delete & List>(kv);
// @ts-expect-error a driver may expose a part of a write
needs<ObjectStore>(other);
// @ts-expect-error it is eventually consistent
needs<ObjectStore>(kv);
// @ts-expect-error it has no conditions
needs<ConditionalPut>(kv);
// @ts-expect-error it has no conditions
needs<ConditionalPut>(plain);
// @ts-expect-error it has no conditions
needs<ConditionalGet>(plain);
// @ts-expect-error it does not store attributes
needs<AttributesPut>(plain);
// @ts-expect-error it does not accept streams
needs<StreamPut>(plain);
// @ts-expect-error it reads whole objects
needs<RangeGet>(plain);
// @ts-expect-error it has no pagination
needs<PagedList>(plain);
// @ts-expect-error it cannot copy
needs<ConditionalCopy>(plain);
// @ts-expect-error the smallest store type has no conditions
needs<ConditionalPut>(memory as ObjectStore);
// @ts-expect-error it has no conditional writes
void plain.put("k", "x", { mode: "create" });
// @ts-expect-error it does not store a content type
void plain.put("k", "x", { contentType: "a/b" });
// @ts-expect-error an unknown mode
void memory.put("k", "x", { mode: "append" });
// @ts-expect-error the only delimiter is the slash
memory.list("p", { delimiter: ":" });

const all = { attributes: true, ranges: true, streams: true, pagination: true, delimiter: true, copies: true } as const;
certify(() => local, { ...all, conditions: true, conditionalCopies: true });
certify(async () => plain, { pageObjects: 200 });
certify(() => other, { atomic: false });
certify(() => kv, { attributes: true, consistent: false });
// @ts-expect-error its type has conditions
certify(() => memory, { ...all, conditionalCopies: true });
// @ts-expect-error its type has no conditions
certify(() => plain, { conditions: true });
// @ts-expect-error its type is not atomic
certify(() => other, {});
// @ts-expect-error its type is eventually consistent
certify(() => kv, { attributes: true });

// A wrapper has exactly the capabilities of the store that it wraps.
for (const wrapped of [
  withPrefix(local, "p"),
  withRetry(r2),
  withLimit(memory, 3),
  withCache(r2, other),
  withTrace(memory, () => undefined),
  withFaults(memory, () => undefined),
]) {
  needs<FullObjectStore>(wrapped);
  void wrapped.put("k", stream, { mode: { ifMatch: "e" }, contentType: "a/b", metadata: { a: "b" } });
}
for (const wrapped of [
  withPrefix(plain, "p"),
  withRetry(plain),
  withLimit(plain, 3),
  withCache(plain, memory),
  withTrace(plain, () => {}),
]) {
  needs<ObjectStore>(wrapped);
  // @ts-expect-error the wrapped store has no conditions
  needs<ConditionalPut>(wrapped);
  // @ts-expect-error the wrapped store does not store attributes
  void wrapped.put("k", "x", { contentType: "a/b" });
  // @ts-expect-error the wrapped store cannot copy
  void wrapped.copy("a", "b");
}
needs<FullObjectStore>(withTrace(withLimit(withRetry(withPrefix(withCache(memory, plain), "p")), 3), () => {}));
needs<Sign>(withPrefix(s3, "p"));
needs<AsyncDisposable>(withPrefix(plain, "p"));
needs<AttributesPut>(withPrefix(kv, "p"));
// @ts-expect-error the wrapped store is eventually consistent
needs<ObjectStore>(withRetry(kv));
// @ts-expect-error the wrapped store is not atomic
needs<ObjectStore>(withRetry(other));
// @ts-expect-error writes of others are seen later
needs<ObjectStore>(withCache(memory, plain, { maxAgeMs: 1000 }));
needs<ConditionalPut & ConditionalGet>(withCache(memory, plain, { maxAgeMs: 1000 }));
// A write-back cache leaves conditions and etags to the store that it uploads to.
const writeBack = withCache(s3, memory, { mode: "write-back" });
needs<AttributesPut & StreamPut & RangeGet & DelimitedList & AsyncDisposable>(writeBack);
certify(() => writeBack, { ...all, consistent: false });
// @ts-expect-error writes of others are seen later
needs<ObjectStore>(writeBack);
// @ts-expect-error it has no conditions
needs<ConditionalPut>(writeBack);
// @ts-expect-error the store to upload to has no conditions
withCache(plain, memory, { mode: "write-back" });
// @ts-expect-error on S3 an etag names the bytes, not the write
withCache(memory, s3, { mode: "write-back" });
// @ts-expect-error the store is always asked
withCache(s3, memory, { mode: "write-back", maxAgeMs: 1 });
const reading = withLimit(web, 2);
needs<Get>(reading);
// @ts-expect-error the wrapped store is read only
needs<Put>(reading);
