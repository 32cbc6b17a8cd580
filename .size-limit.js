/**
 * How large the jobs of this library may be: the named imports of a job with everything that they load, now or later,
 * minified and gzipped. Node's modules and optional peers are not counted.
 *
 * Each limit is what was measured plus 10 %. Whoever raises one gives the reason in the commit. What a page downloads for
 * its first run is measured in a browser: test/runtime/browser-pages/first-run. The page of the inspector, which a server
 * loads when somebody opens it, is not counted here: its limits are in inspector-ui/vite.config.ts.
 */
const root = { "dist/index.js": "{ asset, Repository, SuperJsonIOHandler }" };
const notCounted = ["node:*", "@uwdata/flechette", "hyparquet-compressors", "pg-boss", "postgres", "superjson", "unstorage", "*/page.js"];

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
  job("edgewater", root, "110.3 kB"),
  withRoot("local", "dist/object-store/local/index.js", "{ LocalStore }", "123.4 kB"),
  withRoot("s3", "dist/object-store/s3/index.js", "{ S3Store, fromEnvironment }", "131.0 kB"),
  withRoot("azure", "dist/object-store/azure/index.js", "{ AzureStore, fromEnvironment }", "128.3 kB"),
  withRoot("gcs", "dist/object-store/gcs/index.js", "{ GCSStore }", "127.8 kB"),
  withRoot("http", "dist/object-store/http/index.js", "{ HTTPStore }", "116.8 kB"),
  withRoot("indexeddb", "dist/object-store/indexeddb/index.js", "{ IndexedDBStore }", "117.0 kB"),
  withRoot("opfs", "dist/object-store/opfs/index.js", "{ OPFSStore }", "116.9 kB"),
  withRoot("r2", "dist/object-store/r2/index.js", "{ R2Store }", "118.0 kB"),
  withRoot("kubernetes", "dist/executors/kubernetes/index.js", "{ kubernetes, serveStep }", "122 kB"),
  withRoot("kv", "dist/object-store/kv/index.js", "{ KVStore }", "113.0 kB"),
  withRoot("unstorage", "dist/object-store/unstorage/index.js", "{ UnstorageStore }", "112.8 kB"),
  withRoot("open", "dist/object-store/open/index.js", "{ openStore }", "157.7 kB"),
  withRoot("with", "dist/object-store/with/index.js", "{ withPrefix, withRetry, withLimit, withCache, withTrace, withFaults }", "120 kB"),
  withRoot("parallel", "dist/executors/parallel/index.js", "{ parallel, serveSteps }", "112.3 kB"),
  withRoot("restate", "dist/executors/restate/index.js", "{ restate }", "120 kB"),
  withRoot("dbos", "dist/executors/dbos/index.js", "{ dbos }", "120 kB"),
  withRoot("durable", "dist/executors/durable.js", "{ durable }", "120 kB"),
  withRoot(
    "cloudflare",
    "dist/executors/cloudflare/index.js",
    "{ cloudflareWorkflow, cloudflareQueue, consumeSteps, workflowId }",
    "116.0 kB",
  ),
  withRoot("pg-boss", "dist/executors/pg-boss/index.js", "{ pgBoss }", "112.9 kB"),
  withRoot(
    "inspector",
    "dist/inspector/index.js",
    "{ connectInspection, inspect, inspector, nodeListener, openReport, writeReport }",
    "165.8 kB",
  ),
  // Alone, with what it takes of hyparquet and hyparquet-writer: a table can be read without a repository.
  job("edgewater/delta, alone", { "dist/delta/index.js": "{ DeltaIOHandler, DeltaTable }" }, "89.6 kB"),
  withRoot("cron", "dist/cron/index.js", "{ cronPartitions }", "125.6 kB"),
  withRoot("remote", "dist/remote/index.js", "{ remote }", "117.4 kB"),
  withRoot("d1", "dist/storage/sql/d1.js", "{ d1 }", "116.2 kB"),
  withRoot("durable-object", "dist/storage/sql/durable-object.js", "{ durableObject }", "116.1 kB"),
  withRoot("postgres", "dist/storage/sql/postgres.js", "{ postgres }", "117.0 kB"),
  withRoot("sqlite", "dist/storage/sql/sqlite.js", "{ sqlite }", "117.7 kB"),
];
