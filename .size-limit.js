/**
 * How large the jobs of this library may be: the named imports of a job with everything that they load, now or later,
 * minified and gzipped. Node's modules and optional peers are not counted.
 *
 * Each limit is what was measured plus 10 %. Whoever raises one gives the reason in the commit. What a page downloads for
 * its first run is measured in a browser: test/runtime/browser-pages/first-run.
 */
const root = { "dist/index.js": "{ asset, Repository, SuperJsonIOHandler }" };
const notCounted = ["node:*", "postgres", "superjson", "unstorage"];

const job = (name, imports, limit) => ({
  name,
  import: imports,
  path: Object.keys(imports),
  ignore: notCounted,
  limit,
  gzip: true,
});

const withRoot = (subpath, path, names, limit) => job(`edgewater and edgewater/${subpath}`, { ...root, [path]: names }, limit);

export default [
  job("edgewater", root, "89.7 kB"),
  withRoot("local", "dist/object-store/local/index.js", "{ LocalStore }", "102.8 kB"),
  withRoot("s3", "dist/object-store/s3/index.js", "{ S3Store, fromEnvironment }", "110.5 kB"),
  withRoot("azure", "dist/object-store/azure/index.js", "{ AzureStore, fromEnvironment }", "107.7 kB"),
  withRoot("gcs", "dist/object-store/gcs/index.js", "{ GCSStore }", "107.2 kB"),
  withRoot("http", "dist/object-store/http/index.js", "{ HTTPStore }", "96.1 kB"),
  withRoot("indexeddb", "dist/object-store/indexeddb/index.js", "{ IndexedDBStore }", "96.3 kB"),
  withRoot("opfs", "dist/object-store/opfs/index.js", "{ OPFSStore }", "96.3 kB"),
  withRoot("r2", "dist/object-store/r2/index.js", "{ R2Store }", "97.3 kB"),
  withRoot("kv", "dist/object-store/kv/index.js", "{ KVStore }", "92.3 kB"),
  withRoot("unstorage", "dist/object-store/unstorage/index.js", "{ UnstorageStore }", "92.0 kB"),
  withRoot("open", "dist/object-store/open/index.js", "{ openStore }", "137.2 kB"),
  withRoot("with", "dist/object-store/with/index.js", "{ withPrefix, withRetry, withLimit, withCache, withTrace, withFaults }", "95.6 kB"),
  withRoot("parallel", "dist/executors/parallel/index.js", "{ parallel, serveSteps }", "89.7 kB"),
  withRoot("cron", "dist/cron/index.js", "{ cronPartitions }", "103.0 kB"),
  withRoot("remote", "dist/remote/index.js", "{ remote }", "86.6 kB"),
  withRoot("d1", "dist/storage/sql/d1.js", "{ d1 }", "95.2 kB"),
  withRoot("durable-object", "dist/storage/sql/durable-object.js", "{ durableObject }", "95.2 kB"),
  withRoot("postgres", "dist/storage/sql/postgres.js", "{ postgres }", "96.1 kB"),
  withRoot("sqlite", "dist/storage/sql/sqlite.js", "{ sqlite }", "96.7 kB"),
];
