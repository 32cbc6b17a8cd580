import { type EnvironmentSource, environmentOf } from "../../runtime/environment.ts";
import type { AzureStore, AzureStoreOptions } from "../azure/index.ts";
import type { GCSStore, GCSStoreOptions } from "../gcs/index.ts";
import type { HTTPStore, HTTPStoreOptions } from "../http/store.ts";
import type { IndexedDBStore, IndexedDBStoreOptions } from "../indexeddb/index.ts";
import type { KVNamespaceBinding, KVStore, KVStoreOptions } from "../kv/store.ts";
import type { LocalStore, LocalStoreOptions } from "../local/index.ts";
import type { MemoryStore } from "../memory/store.ts";
import type { OPFSStore } from "../opfs/index.ts";
import type { R2BucketBinding, R2Store, R2StoreOptions } from "../r2/index.ts";
import type { S3Store, S3StoreOptions } from "../s3/index.ts";
import type { Named } from "../types.ts";
import { queryOf, type StoreURL, urlError } from "./url.ts";

/** The store that a URL of each scheme opens. */
export interface Stores {
  /** `az:` URLs. */
  readonly az: AzureStore;
  /** `azure:` URLs. */
  readonly azure: AzureStore;
  /** `file:` URLs. */
  readonly file: LocalStore;
  /** `gs:` URLs. */
  readonly gs: GCSStore;
  /** `http:` URLs. */
  readonly http: HTTPStore;
  /** `https:` URLs. */
  readonly https: HTTPStore;
  /** `indexeddb:` URLs. */
  readonly indexeddb: IndexedDBStore;
  /** `kv:` URLs. */
  readonly kv: KVStore;
  /** `memory:` URLs. */
  readonly memory: MemoryStore;
  /** `opfs:` URLs. */
  readonly opfs: OPFSStore;
  /** `r2:` URLs. */
  readonly r2: R2Store;
  /** `s3:` URLs. */
  readonly s3: S3Store;
}

/** Options of {@link openStore}. What the URL contains takes precedence. */
export interface OpenOptions {
  /**
   * The source of credentials, settings and bindings that neither the URL nor the options contain: a Worker's `env`, for
   * example. Default: the environment of the runtime.
   */
  readonly env?: EnvironmentSource | undefined;
  /** Options of an `AzureStore`. */
  readonly az?: Partial<Omit<AzureStoreOptions, "container">> | undefined;
  /** Options of a `LocalStore`. */
  readonly file?: LocalStoreOptions | undefined;
  /** Options of a `GCSStore`. */
  readonly gs?: Partial<Omit<GCSStoreOptions, "bucket">> | undefined;
  /** Options of an `HTTPStore`. */
  readonly http?: HTTPStoreOptions | undefined;
  /** Options of an `IndexedDBStore`. */
  readonly indexeddb?: IndexedDBStoreOptions | undefined;
  /** Options of a `KVStore`. */
  readonly kv?: KVStoreOptions | undefined;
  /** Options of an `R2Store`. */
  readonly r2?: R2StoreOptions | undefined;
  /** Options of an `S3Store`. */
  readonly s3?: Partial<Omit<S3StoreOptions, "bucket">> | undefined;
}

/** A store, and the prefix in it that the URL contains. */
export interface OpenedURL<Store extends Named = Named> {
  readonly store: Store;
  readonly prefix?: string;
}

type Opener<Store extends Named> = (url: StoreURL, options: OpenOptions) => Promise<OpenedURL<Store>>;

/** One opener per scheme. Each loads the code of its store when it is called. */
export const openers: { readonly [Scheme in keyof Stores]: Opener<Stores[Scheme]> } = {
  az: openAzure,
  azure: openAzure,
  file: openFile,
  gs: openGCS,
  http: openHTTP,
  https: openHTTP,
  indexeddb: openIndexedDB,
  kv: openKV,
  memory: openMemory,
  opfs: openOPFS,
  r2: openR2,
  s3: openS3,
};

async function openAzure(url: StoreURL, { env, az }: OpenOptions): Promise<OpenedURL<Stores["az"]>> {
  const { account = az?.account ?? textIn(env, "AZURE_STORAGE_ACCOUNT"), endpoint = az?.endpoint } = queryOf(url, "account", "endpoint");
  if (account === undefined) throw missing(url, "account", "AZURE_STORAGE_ACCOUNT");
  const { AzureStore, fromEnvironment } = await import("../azure/index.ts");
  const { name: container, prefix } = splitName(url, "container");
  return { store: new AzureStore({ credentials: fromEnvironment(env), ...az, account, container, endpoint }), prefix };
}

async function openFile(url: StoreURL, { file }: OpenOptions): Promise<OpenedURL<Stores["file"]>> {
  queryOf(url);
  if (url.host !== "" || !url.base.startsWith("file:///")) throw urlError("Invalid file: URL; expected three slashes: file:///folder");
  const { LocalStore } = await import("#files");
  return { store: new LocalStore(new URL(url.base), file) };
}

async function openGCS(url: StoreURL, { gs }: OpenOptions): Promise<OpenedURL<Stores["gs"]>> {
  const { endpoint = gs?.endpoint } = queryOf(url, "endpoint");
  const { credentials } = gs ?? {};
  if (credentials === undefined)
    throw urlError("Cannot open a gs: URL without credentials; pass them in the options: { gs: { credentials } }", "credentials");
  const { GCSStore } = await import("../gcs/index.ts");
  const { name: bucket, prefix } = splitName(url, "bucket");
  return { store: new GCSStore({ ...gs, credentials, bucket, endpoint }), prefix };
}

async function openHTTP(url: StoreURL, { http }: OpenOptions): Promise<OpenedURL<Stores["http"]>> {
  queryOf(url);
  const { HTTPStore } = await import("../http/store.ts");
  return { store: new HTTPStore(url.base, http) };
}

async function openIndexedDB(url: StoreURL, { indexeddb }: OpenOptions): Promise<OpenedURL<Stores["indexeddb"]>> {
  queryOf(url);
  const { IndexedDBStore } = await import("../indexeddb/index.ts");
  const { name, prefix } = splitName(url, "database");
  return { store: new IndexedDBStore(name, indexeddb), prefix };
}

async function openKV(url: StoreURL, { env, kv }: OpenOptions): Promise<OpenedURL<Stores["kv"]>> {
  queryOf(url);
  const { KVStore } = await import("../kv/store.ts");
  const { name, prefix } = splitName(url, "binding");
  return { store: new KVStore(bindingIn<KVNamespaceBinding>(env, url, name, "getWithMetadata"), kv), prefix };
}

async function openMemory(url: StoreURL): Promise<OpenedURL<Stores["memory"]>> {
  queryOf(url);
  if (url.host + url.path !== "") throw urlError("Invalid memory: URL; it has no name, because each one opens a new store: memory:");
  const { MemoryStore } = await import("../memory/store.ts");
  return { store: new MemoryStore() };
}

async function openOPFS(url: StoreURL): Promise<OpenedURL<Stores["opfs"]>> {
  queryOf(url);
  const { OPFSStore } = await import("../opfs/index.ts");
  const { name, prefix } = splitName(url, "folder");
  return { store: new OPFSStore(name), prefix };
}

async function openR2(url: StoreURL, { env, r2 }: OpenOptions): Promise<OpenedURL<Stores["r2"]>> {
  queryOf(url);
  const { R2Store } = await import("../r2/index.ts");
  const { name, prefix } = splitName(url, "binding");
  return { store: new R2Store(bindingIn<R2BucketBinding>(env, url, name, "createMultipartUpload"), { bucket: name, ...r2 }), prefix };
}

async function openS3(url: StoreURL, { env, s3 }: OpenOptions): Promise<OpenedURL<Stores["s3"]>> {
  const query = queryOf(url, "region", "endpoint", "style");
  const { S3Store, endpointFromEnvironment, fromEnvironment } = await import("../s3/index.ts");
  const endpoint = query.endpoint ?? s3?.endpoint ?? endpointFromEnvironment(env);
  const region = query.region ?? s3?.region ?? textIn(env, "AWS_REGION") ?? textIn(env, "AWS_DEFAULT_REGION");
  // The default region of S3 servers other than AWS.
  const known = region ?? (endpoint === undefined ? undefined : "us-east-1");
  if (known === undefined) throw missing(url, "region", "AWS_REGION");
  const style = query.style ?? s3?.style;
  if (style !== undefined && style !== "path" && style !== "virtual-host")
    throw urlError('Invalid style of an s3: URL; expected "path" or "virtual-host"', "style");
  const { name: bucket, prefix } = splitName(url, "bucket");
  return { store: new S3Store({ credentials: fromEnvironment(env), ...s3, bucket, region: known, endpoint, style }), prefix };
}

/** The name that a URL starts with, with or without two slashes before it, and the prefix that follows. */
function splitName({ scheme, host, path }: StoreURL, what: string): { readonly name: string; readonly prefix: string } {
  if (/:\d*$/.test(host))
    throw urlError(`Invalid ${scheme}: URL: it has a port; expected the name of a ${what}: ${scheme}://${what}/prefix`);
  const [first = "", ...rest] = host === "" ? path.split("/") : [host, path];
  if (first === "") throw urlError(`Invalid ${scheme}: URL; expected the name of a ${what}: ${scheme}://${what}/prefix`);
  return { name: first, prefix: rest.join("/") };
}

function textIn(env: OpenOptions["env"], name: string): string | undefined {
  const value = environmentOf(env)(name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A binding of the Worker, recognised by a method that only this kind of binding has. */
function bindingIn<Binding>(env: OpenOptions["env"], { scheme }: StoreURL, name: string, method: string): Binding {
  const binding = env === undefined ? undefined : environmentOf(env)(name);
  if (typeof binding === "object" && binding !== null && method in binding) return binding as Binding;
  throw urlError(
    `Cannot open a ${scheme}: URL: ${JSON.stringify(name)} is not such a binding in env; pass the Worker's env in the options: { env }`,
    "env",
  );
}

function missing({ scheme }: StoreURL, name: string, variable: string): ReturnType<typeof urlError> {
  return urlError(`Cannot open a ${scheme}: URL without ${name}; add ?${name}=…, or set ${variable} in the environment`, name);
}
