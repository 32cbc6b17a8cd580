import { withPrefix } from "../with/prefix.ts";
import type { Wrapped } from "../with/wrapped.ts";
import { openers } from "./openers.ts";
import { placeOf, urlError } from "./place.ts";
import type { OpenOptions, Stores } from "./stores.ts";

type SchemeOf<Url extends string> = Url extends `${infer Scheme}:${string}` ? Scheme : never;

/** Any of the stores. One that only reads has no `put`: `"put" in store` tells. */
type AnyOpened = { readonly [Scheme in keyof Stores]: Wrapped<Stores[Scheme]> }[keyof Stores];

/** What a URL opens: the store of its scheme, where the compiler knows that, or any of them. */
export type Opened<Url extends string | URL> = Url extends string
  ? string extends Url
    ? AnyOpened
    : SchemeOf<Url> extends keyof Stores
      ? Wrapped<Stores[SchemeOf<Url>]>
      : never
  : AnyOpened;

/**
 * Opens a store by its URL, and loads the code of no other.
 *
 * | URL | opens |
 * |-|-|
 * | `memory:` | a `MemoryStore` |
 * | `file:///folder` | a `LocalStore`, on Node, Deno and Bun |
 * | `s3://bucket/prefix?region=eu-west-1` | an `S3Store`; also `endpoint` and `style`; or `AWS_REGION`, `AWS_ENDPOINT_URL_S3` |
 * | `az://container/prefix?account=quakes` | an `AzureStore`; also `endpoint`; or `AZURE_STORAGE_ACCOUNT` |
 * | `gs://bucket/prefix` | a `GCSStore`, with `{ gs: { credentials } }`; also `endpoint` |
 * | `https://host/path` | an `HTTPStore`, which only reads |
 * | `indexeddb:database/prefix`, `opfs:folder/prefix` | an `IndexedDBStore`, an `OPFSStore` |
 * | `r2:BINDING/prefix`, `kv:BINDING/prefix` | an `R2Store`, a `KVStore`, with `{ env }` of the Worker |
 *
 * What the URL does not say comes from the options, then from the environment. Credentials are never in the URL.
 *
 * @throws `SettingsError` for a scheme that no store has, and for a URL that lacks something or has too much;
 * `InvalidPath` for a prefix that is none; `NotSupported` where the runtime lacks what the store needs
 *
 * @example
 * ```ts
 * import { openStore } from "edgewater/open";
 *
 * const store = await openStore("s3://quakes/v1?region=eu-west-1"); // an S3Store below v1/
 * ```
 */
export async function openStore<const Url extends string | URL>(url: Url, options: OpenOptions = {}): Promise<Opened<Url>> {
  const place = placeOf(url);
  if (!Object.hasOwn(openers, place.scheme)) {
    const known = Object.keys(openers).map((scheme) => `${scheme}:`);
    throw urlError(`No store has URLs that begin with ${place.scheme}: — there are ${known.join(", ")}`);
  }
  const { store, prefix = "" } = await openers[place.scheme as keyof Stores](place, options);
  return withPrefix(store, prefix) as Opened<Url>;
}
