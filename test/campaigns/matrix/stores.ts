/** Every store on every runtime: how to create it there, or why it cannot run. */
import { certify, type GuaranteeCase, readOnlyCases } from "edgewater/testing";
import { inject } from "vitest";
import { cephConditions } from "../../services/ceph/guarantees.ts";

export const runtimes = ["Node", "Deno", "Bun", "workerd", "Chromium", "Firefox", "WebKitGTK"] as const;
export type Runtime = (typeof runtimes)[number];

type Cases = () => Promise<readonly GuaranteeCase[]>;

export interface MatrixEntry {
  /** The store and its server. */
  readonly name: string;
  /** What a write that has resolved survives. */
  readonly durability: string;
  /** The runtimes on which it runs. */
  readonly on: readonly Runtime[];
  /** Why it does not run on the others. */
  readonly elsewhere: string;
  readonly cases: Cases;
}

const all = { attributes: true, ranges: true, streams: true, pagination: true, delimiter: true, copies: true } as const;
const full = { ...all, conditions: true, conditionalCopies: true } as const;
const systems: readonly Runtime[] = ["Node", "Deno", "Bun"];
const browsers: readonly Runtime[] = ["Chromium", "Firefox", "WebKitGTK"];

/** Fewer in browsers, where every key needs a preflight request. */
const pageObjects = "document" in globalThis ? 30 : 1100;

export const stores: readonly MatrixEntry[] = [
  {
    name: "MemoryStore",
    durability: "nothing: it ends with the process",
    on: runtimes,
    elsewhere: "",
    cases: async () => {
      const { MemoryStore } = await import("edgewater");
      return certify(() => new MemoryStore(), full);
    },
  },
  {
    name: "LocalStore",
    durability: "a crash of the process; with `fsync` a power loss",
    on: systems,
    elsewhere: "there is no file system",
    cases: async () => {
      const { LocalStore } = await import("edgewater/local");
      const { folder } = inject("matrix");
      return certify(() => new LocalStore(`${folder}/${crypto.randomUUID()}`), { ...full, keyMayBePrefix: false });
    },
  },
  {
    name: "S3Store, Ceph RADOS Gateway",
    durability: "what the server guarantees; it may hide an overwrite behind a conditional write (docs/s3.md)",
    on: runtimes,
    elsewhere: "",
    cases: async () => {
      const { S3Store } = await import("edgewater/s3");
      const { endpoint, region, bucket, hidingBucket, muteBucket, ...credentials } = inject("s3");
      const prefixed = prefixes();
      return prefixed(() => new S3Store({ bucket, region, endpoint, credentials }), { ...full, ...cephConditions, pageObjects });
    },
  },
  {
    name: "AzureStore, Azurite",
    durability: "what the service guarantees",
    on: runtimes,
    elsewhere: "",
    cases: async () => {
      const { AzureStore } = await import("edgewater/azure");
      const { accountKey, ...where } = inject("azure");
      const prefixed = prefixes();
      return prefixed(() => new AzureStore({ ...where, credentials: { accountKey } }), { ...full, refused: /\\|\.$/, pageObjects });
    },
  },
  {
    name: "GCSStore, contract server only",
    durability: "what the service guarantees",
    on: runtimes,
    elsewhere: "",
    cases: async () => {
      const { GCSStore } = await import("edgewater/gcs");
      const { endpoint, bucket, accessToken } = inject("matrix").gcs;
      const prefixed = prefixes();
      return prefixed(() => new GCSStore({ endpoint, bucket, credentials: async () => ({ accessToken }) }), { ...full, pageObjects });
    },
  },
  {
    name: "HTTPStore, static server",
    durability: "read only",
    on: runtimes,
    elsewhere: "",
    cases: async () => {
      const { HTTPStore } = await import("edgewater/http");
      const { url } = inject("matrix").web;
      const run = crypto.randomUUID();
      const fill = (key: string, body: Uint8Array<ArrayBuffer>): Promise<Response> =>
        fetch(`${url}/${run}/${key.split("/").map(encodeURIComponent).join("/")}`, { method: "PUT", body });
      return readOnlyCases(fill).map((each) => ({
        name: each.name,
        capability: "reads",
        run: () => each.run(new HTTPStore(`${url}/${run}`)),
      }));
    },
  },
  {
    name: "IndexedDBStore",
    durability: "a crash of the browser; with `durability: strict` a power loss",
    on: browsers,
    elsewhere: "there is no IndexedDB",
    cases: async () => {
      const { IndexedDBStore } = await import("edgewater/indexeddb");
      return certify(() => new IndexedDBStore(crypto.randomUUID()), full);
    },
  },
  {
    name: "OPFSStore, in a window",
    durability: "a crash of the browser",
    on: browsers,
    elsewhere: "there is no Origin Private File System",
    cases: async () => {
      const { OPFSStore } = await import("edgewater/opfs");
      return certify(() => new OPFSStore(crypto.randomUUID()), { ...full, pageObjects: 50 });
    },
  },
  {
    name: "OPFSStore, in a worker",
    durability: "a crash of the browser",
    on: ["Chromium", "Firefox"],
    elsewhere: "there is no Origin Private File System; in a worker of WebKitGTK its files cannot be written",
    cases: async () => {
      const [{ OPFSStore }, { inWorker }] = await Promise.all([import("edgewater/opfs"), import("../../runtime/browser/in-worker.ts")]);
      // The cases run in the worker; only their names are used here.
      return certify(() => new OPFSStore("names"), { ...full, pageObjects: 50 }).map(({ name, capability }) => ({
        name,
        capability,
        run: () => inWorker("conformance", { kind: "OPFSStore", name }),
      }));
    },
  },
  {
    name: "R2Store",
    durability: "what Cloudflare guarantees",
    on: ["workerd"],
    elsewhere: "the binding is a Worker's; R2 speaks S3 to others",
    cases: async () => {
      const [{ R2Store }, { env }] = await Promise.all([import("edgewater/r2"), bindings()]);
      return certify(() => new R2Store(env.ASSETS), { ...full, etagsNameContent: true, pageObjects: 1010 });
    },
  },
  {
    name: "KVStore",
    durability: "what Cloudflare guarantees; visible some time later",
    on: ["workerd"],
    elsewhere: "the binding is a Worker's",
    cases: async () => {
      const [{ KVStore }, { env }] = await Promise.all([import("edgewater/kv"), bindings()]);
      return certify(() => new KVStore(env.VALUES), { attributes: true, consistent: false, pageObjects: 1010 });
    },
  },
  {
    name: "UnstorageStore, memory driver",
    durability: "nothing: it ends with the process",
    on: runtimes,
    elsewhere: "",
    cases: async () => {
      const [{ UnstorageStore }, { default: memory }] = await Promise.all([
        import("edgewater/unstorage"),
        import("unstorage/drivers/memory"),
      ]);
      return certify(() => new UnstorageStore(memory()), { atomic: false });
    },
  },
  {
    name: "UnstorageStore, fs driver",
    durability: "a crash of the process, except for a write in progress",
    on: systems,
    elsewhere: "there is no file system",
    cases: async () => {
      const [{ UnstorageStore }, { default: fs }] = await Promise.all([import("edgewater/unstorage"), import("unstorage/drivers/fs")]);
      const { folder } = inject("matrix");
      const make = () => new UnstorageStore(fs({ base: `${folder}/${crypto.randomUUID()}` }));
      // The driver leaves empty folders behind, so their names cannot become keys.
      return certify(make, { atomic: false, keyMayBePrefix: false }).filter(
        ({ name }) => name !== "accepts the name of a former folder as a key",
      );
    },
  },
  {
    name: "UnstorageStore, redis driver",
    durability: "what the server is set to",
    on: systems,
    elsewhere: "there are no sockets for it",
    cases: async () => {
      const [{ UnstorageStore }, { default: redis }] = await Promise.all([
        import("edgewater/unstorage"),
        import("unstorage/drivers/redis"),
      ]);
      const { port } = inject("redis");
      return certify(() => new UnstorageStore(redis({ host: "127.0.0.1", port, base: crypto.randomUUID() })), { atomic: false });
    },
  },
];

/** All runtimes share one bucket, so each run of the suite gets its own prefix. */
function prefixes(): typeof certify {
  return ((make: () => never, capabilities: never) => {
    const run = crypto.randomUUID();
    return certify(async () => (await import("edgewater/with")).withPrefix(make(), run) as never, capabilities);
  }) as typeof certify;
}

/** Hides the module from bundlers for browsers, which cannot resolve it. */
function bindings(): Promise<typeof import("cloudflare:workers")> {
  const module = "cloudflare:workers";
  return import(/* @vite-ignore */ module);
}
