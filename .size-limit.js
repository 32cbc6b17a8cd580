/** How large what people import may be: bytes of its minified and gzipped code, without what it loads later. */

/** What no browser loads. */
const node = ["./streamed.js", "./direct-signer.js"];

/** What the root loads when it is first needed, and what others bring. */
const later = [
  ...node,
  "valibot",
  "*/superjson/serializer.js",
  // src/storage/memory.ts: the records of a Storage that is kept in memory
  "./memory.js",
  "#embedded",
  "*/questions.js",
  "*/staleness.js",
  "*/subscribe.js",
  "*/export.js",
  "*/import.js",
  "*/prune.js",
  "*/dynamic-keys.js",
  "*/definitions.js",
  "*/evaluate.js",
  "*/observe.js",
  "*/resume.js",
  "*/status.js",
  "*/write-value.js",
  "*/load-partitions.js",
  "*/inspect.js",
];

const root = { "dist/index.js": "{ Repository, SuperJsonIOHandler, MemoryStore }" };

/** A store together with the root, because it shares much with it: 5 kB beside the root, without what it loads later. */
const withRoot = (subpath, path, names, ignore = [], limit = "19 kB") => ({
  name: `root and edgewater/${subpath}`,
  import: { ...root, [path]: names },
  path: ["dist/index.js", path],
  ignore: [...later, ...ignore],
  limit,
  gzip: true,
});

const alone = (name, path, names, limit, ignore = []) => ({ name, path, import: names, limit, ignore, gzip: true });

export default [
  {
    name: "root with Repository, SuperJsonIOHandler, MemoryStore",
    path: "dist/index.js",
    import: root["dist/index.js"],
    ignore: later,
    limit: "14 kB",
    gzip: true,
  },
  alone(
    "superjson's serializer, loaded with the first value",
    "dist/serializer/superjson/serializer.js",
    "{ superjsonSerializer }",
    "23 kB",
  ),
  withRoot("fs", "dist/object-store/local/index.js", "{ LocalStore }", [
    "./walk.js",
    "node:fs",
    "node:fs/promises",
    "node:os",
    "node:path",
    "node:process",
    "node:url",
    "node:util",
  ]),
  withRoot("s3", "dist/object-store/s3/index.js", "{ S3Store, fromEnvironment }", [
    "aws4fetch",
    "./list.js",
    "./delete.js",
    "./parts.js",
    "./conditional.js",
    "./meanings.js",
    "./copy.js",
    "./signed-url.js",
    "../transport/copy.js",
  ]),
  alone(
    "edgewater/s3 alone, with all that a browser loads later",
    "dist/object-store/s3/index.js",
    "{ S3Store, fromEnvironment }",
    "13.1 kB",
    [...node, "aws4fetch"],
  ),
  withRoot("azure", "dist/object-store/azure/index.js", "{ AzureStore, fromEnvironment }", [
    "./list.js",
    "./blocks.js",
    "./shared-key.js",
    "./meanings.js",
    "./attempt.js",
    "./copy.js",
    "./signed-url.js",
    "../transport/conditional.js",
    "../transport/copy.js",
    "../transport/delete.js",
  ]),
  alone(
    "edgewater/azure alone, with all that a browser loads later",
    "dist/object-store/azure/index.js",
    "{ AzureStore, fromEnvironment }",
    "12.7 kB",
    node,
  ),
  withRoot("gcs", "dist/object-store/gcs/index.js", "{ GCSStore }", [
    "./list.js",
    "./resumable.js",
    "./copy.js",
    "./meanings.js",
    "./attempt.js",
    "./signed-url.js",
    "../transport/conditional.js",
    "../transport/copy.js",
    "../transport/delete.js",
  ]),
  alone("edgewater/gcs alone, with all that a browser loads later", "dist/object-store/gcs/index.js", "{ GCSStore }", "12.1 kB", node),
  alone("edgewater/http", "dist/object-store/http/store.js", "{ HTTPStore }", "5 kB"),
  withRoot("indexeddb", "dist/object-store/indexeddb/index.js", "{ IndexedDBStore }", ["idb-keyval"]),
  withRoot("opfs", "dist/object-store/opfs/index.js", "{ OPFSStore }"),
  withRoot("r2", "dist/object-store/r2/index.js", "{ R2Store }"),
  alone("edgewater/kv", "dist/object-store/kv/store.js", "{ KVStore }", "5 kB"),
  alone("edgewater/unstorage", "dist/object-store/unstorage/store.js", "{ UnstorageStore }", "5 kB", ["unstorage"]),
  alone("edgewater/cron", "dist/cron/index.js", "{ cronPartitions }", "5 kB", ["croner"]),
  withRoot("with", "dist/object-store/with/index.js", "{ withPrefix, withRetry, withLimit, withCache, withTrace, withFaults }"),
  alone(
    "edgewater/open, without the stores, which it loads when they are opened",
    "dist/object-store/open/index.js",
    "{ openStore }",
    "5 kB",
    [
      "#files",
      "*/azure/index.js",
      "*/gcs/index.js",
      "*/http.js",
      "*/indexeddb/index.js",
      "*/kv.js",
      "*/memory.js",
      "*/opfs/index.js",
      "*/r2/index.js",
      "*/s3/index.js",
    ],
  ),
  // Where records lie: the schema and its queries, and metadata's way into JSON and back.
  withRoot("d1", "dist/storage/sql/d1.js", "{ d1 }", [], "22.5 kB"),
  withRoot("durable-object", "dist/storage/sql/durable-object.js", "{ durableObject }", [], "22.5 kB"),
  withRoot("postgres", "dist/storage/sql/postgres.js", "{ postgres }", ["postgres"], "22.5 kB"),
  withRoot("sqlite", "dist/storage/sql/sqlite.js", "{ sqlite }", ["node:sqlite", "node:fs/promises"], "22.5 kB"),
  withRoot("(IndexedDB for records)", "dist/storage/indexeddb/index.js", "{ embedded }", ["idb"], "20.5 kB"),
];
