/** Compiled by `npm run check`, never run: a store offers in its type what it can do, and nothing else. */
import {
  type AttributesPut,
  type ConditionalCopy,
  type ConditionalGet,
  type ConditionalPut,
  type DelimitedList,
  type FullObjectStore,
  MemoryStore,
  type ObjectStore,
  type PagedList,
  type RangeGet,
  type Sign,
  type StreamPut,
} from "edgewater";
import { LocalStore } from "edgewater/fs";
import type { IndexedDBStore } from "edgewater/indexeddb";
import { S3Store } from "edgewater/s3";
import type { UnstorageStore } from "edgewater/unstorage";

declare function needs<Capability>(store: Capability): void;
declare const plain: IndexedDBStore;
declare const other: UnstorageStore;
declare const stream: ReadableStream<Uint8Array>;
const memory = new MemoryStore();
const local = new LocalStore("folder", { fsync: true });
const s3 = new S3Store({ bucket: "b", region: "r", credentials: { accessKeyId: "a", secretAccessKey: "s" } });

for (const store of [memory, local, s3]) {
  needs<ObjectStore>(store);
  needs<FullObjectStore>(store);
  needs<ConditionalPut & ConditionalGet & AttributesPut & StreamPut & RangeGet & PagedList & DelimitedList & ConditionalCopy>(store);
  void store.put("k", stream, { mode: { ifMatch: "e" }, contentType: "a/b", metadata: { a: "b" } });
}
needs<Sign>(s3);
// @ts-expect-error a folder signs nothing
needs<Sign>(local);
needs<ObjectStore>(plain);
needs<ObjectStore>(other);
// @ts-expect-error it has no conditions
needs<ConditionalPut>(plain);
// @ts-expect-error it has no conditions
needs<ConditionalGet>(other);
// @ts-expect-error it keeps no attributes
needs<AttributesPut>(plain);
// @ts-expect-error it takes no streams
needs<StreamPut>(plain);
// @ts-expect-error it reads whole objects
needs<RangeGet>(plain);
// @ts-expect-error it lists everything
needs<PagedList>(plain);
// @ts-expect-error it copies nothing
needs<ConditionalCopy>(plain);
// @ts-expect-error a store of the least kind promises no conditions
needs<ConditionalPut>(memory as ObjectStore);
// @ts-expect-error it creates nothing under a condition
void plain.put("k", "x", { mode: "create" });
// @ts-expect-error it keeps no content type
void plain.put("k", "x", { contentType: "a/b" });
// @ts-expect-error there is no such mode
void memory.put("k", "x", { mode: "append" });
// @ts-expect-error only the slash delimits
memory.list("p", { delimiter: ":" });
