import { environmentOf } from "../../runtime/environment.ts";
import type { KVNamespaceBinding } from "../kv/store.ts";
import type { R2BucketBinding } from "../r2/index.ts";
import type { Named } from "../types.ts";
import { type Place, queryOf, urlError } from "./place.ts";
import type { OpenOptions, Stores } from "./stores.ts";

/** A store, and the part of it that is meant; empty for all of it. */
export interface OpenedPlace<Store extends Named = Named> {
  readonly store: Store;
  readonly prefix?: string;
}

type Opener<Store extends Named> = (place: Place, options: OpenOptions) => Promise<OpenedPlace<Store>>;

/** How a URL of each scheme is opened. Each loads its store with its first use. */
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

async function openAzure(place: Place, { env, az }: OpenOptions): Promise<OpenedPlace<Stores["az"]>> {
  const { account = az?.account ?? textIn(env, "AZURE_STORAGE_ACCOUNT"), endpoint = az?.endpoint } = queryOf(place, "account", "endpoint");
  if (account === undefined) throw missing(place, "account", "AZURE_STORAGE_ACCOUNT");
  const { AzureStore, fromEnvironment } = await import("../azure/index.ts");
  const { name: container, prefix } = named(place, "container");
  return { store: new AzureStore({ credentials: fromEnvironment(env), ...az, account, container, endpoint }), prefix };
}

async function openFile(place: Place, { file }: OpenOptions): Promise<OpenedPlace<Stores["file"]>> {
  queryOf(place);
  if (place.host !== "" || !place.bare.startsWith("file:///")) throw urlError("A file: URL has three slashes: file:///folder");
  const { LocalStore } = await import("#files");
  return { store: new LocalStore(new URL(place.bare), file) };
}

async function openGCS(place: Place, { gs }: OpenOptions): Promise<OpenedPlace<Stores["gs"]>> {
  const { endpoint = gs?.endpoint } = queryOf(place, "endpoint");
  const { credentials } = gs ?? {};
  if (credentials === undefined) throw urlError("A gs: URL needs credentials in the options: { gs: { credentials } }", "credentials");
  const { GCSStore } = await import("../gcs/index.ts");
  const { name: bucket, prefix } = named(place, "bucket");
  return { store: new GCSStore({ ...gs, credentials, bucket, endpoint }), prefix };
}

async function openHTTP(place: Place, { http }: OpenOptions): Promise<OpenedPlace<Stores["http"]>> {
  queryOf(place);
  const { HTTPStore } = await import("../http/store.ts");
  return { store: new HTTPStore(place.bare, http) };
}

async function openIndexedDB(place: Place, { indexeddb }: OpenOptions): Promise<OpenedPlace<Stores["indexeddb"]>> {
  queryOf(place);
  const { IndexedDBStore } = await import("../indexeddb/index.ts");
  const { name, prefix } = named(place, "database");
  return { store: new IndexedDBStore(name, indexeddb), prefix };
}

async function openKV(place: Place, { env, kv }: OpenOptions): Promise<OpenedPlace<Stores["kv"]>> {
  queryOf(place);
  const { KVStore } = await import("../kv/store.ts");
  const { name, prefix } = named(place, "binding");
  return { store: new KVStore(bindingIn<KVNamespaceBinding>(env, place, name, "getWithMetadata"), kv), prefix };
}

async function openMemory(place: Place): Promise<OpenedPlace<Stores["memory"]>> {
  queryOf(place);
  if (place.host + place.path !== "") throw urlError("A memory: URL has no name: every one opens a store of its own");
  const { MemoryStore } = await import("../memory/store.ts");
  return { store: new MemoryStore() };
}

async function openOPFS(place: Place): Promise<OpenedPlace<Stores["opfs"]>> {
  queryOf(place);
  const { OPFSStore } = await import("../opfs/index.ts");
  const { name, prefix } = named(place, "folder");
  return { store: new OPFSStore(name), prefix };
}

async function openR2(place: Place, { env, r2 }: OpenOptions): Promise<OpenedPlace<Stores["r2"]>> {
  queryOf(place);
  const { R2Store } = await import("../r2/index.ts");
  const { name, prefix } = named(place, "binding");
  return { store: new R2Store(bindingIn<R2BucketBinding>(env, place, name, "createMultipartUpload"), { bucket: name, ...r2 }), prefix };
}

async function openS3(place: Place, { env, s3 }: OpenOptions): Promise<OpenedPlace<Stores["s3"]>> {
  const query = queryOf(place, "region", "endpoint", "style");
  const endpoint = query.endpoint ?? s3?.endpoint ?? textIn(env, "AWS_ENDPOINT_URL_S3");
  const region = query.region ?? s3?.region ?? textIn(env, "AWS_REGION") ?? textIn(env, "AWS_DEFAULT_REGION");
  // Other servers than AWS's have one region, by this name.
  const known = region ?? (endpoint === undefined ? undefined : "us-east-1");
  if (known === undefined) throw missing(place, "region", "AWS_REGION");
  const style = query.style ?? s3?.style;
  if (style !== undefined && style !== "path" && style !== "virtual-host")
    throw urlError("The style of an s3: URL is path or virtual-host", "style");
  const { S3Store, fromEnvironment } = await import("../s3/index.ts");
  const { name: bucket, prefix } = named(place, "bucket");
  return { store: new S3Store({ credentials: fromEnvironment(env), ...s3, bucket, region: known, endpoint, style }), prefix };
}

/** The name that comes first, after two slashes or none, and what comes after it. */
function named({ scheme, host, path }: Place, what: string): { readonly name: string; readonly prefix: string } {
  const [first = "", ...rest] = host === "" ? path.split("/") : [host, path];
  if (first === "") throw urlError(`A ${scheme}: URL names a ${what}: ${scheme}://${what}/prefix`);
  return { name: first, prefix: rest.join("/") };
}

function textIn(env: OpenOptions["env"], name: string): string | undefined {
  const value = environmentOf(env)(name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A Worker's binding, recognised by a method that nothing else has. */
function bindingIn<Binding>(env: OpenOptions["env"], { scheme }: Place, name: string, method: string): Binding {
  const binding = env === undefined ? undefined : environmentOf(env)(name);
  if (typeof binding === "object" && binding !== null && method in binding) return binding as Binding;
  throw urlError(`A ${scheme}: URL names a binding of the Worker, and ${JSON.stringify(name)} is none in the options: { env }`, "env");
}

function missing({ scheme }: Place, name: string, variable: string): ReturnType<typeof urlError> {
  return urlError(`A ${scheme}: URL needs ?${name}=…, or ${variable} in the environment`, name);
}
