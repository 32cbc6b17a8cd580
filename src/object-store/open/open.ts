import { aFunction, anObject, aPlainObject, checkOptions, either, nearest, type OptionKinds } from "../../options.ts";
import { withPrefix } from "../with/prefix.ts";
import type { Wrapped } from "../with/wrap.ts";
import { type OpenOptions, openers, type Stores } from "./openers.ts";
import { parseStoreURL, urlError } from "./url.ts";

type SchemeOf<Url extends string> = Url extends `${infer Scheme}:${string}` ? Scheme : never;

const kinds: OptionKinds<OpenOptions> = {
  env: /* @__PURE__ */ either(anObject, aFunction),
  az: aPlainObject,
  file: aPlainObject,
  gs: aPlainObject,
  http: aPlainObject,
  indexeddb: aPlainObject,
  kv: aPlainObject,
  r2: aPlainObject,
  s3: aPlainObject,
};

/** Any of the stores. Check `"put" in store`, because a read-only store has no `put`. */
type AnyOpened = { readonly [Scheme in keyof Stores]: Wrapped<Stores[Scheme]> }[keyof Stores];

/** The type of the store that a URL opens: the store of its scheme if the compiler knows the URL, otherwise any of them. */
export type Opened<Url extends string | URL> = Url extends string
  ? string extends Url
    ? AnyOpened
    : SchemeOf<Url> extends keyof Stores
      ? Wrapped<Stores[SchemeOf<Url>]>
      : never
  : AnyOpened;

/**
 * Opens a store by its URL, and loads the code of this store only.
 *
 * | URL | opens |
 * |-|-|
 * | `memory:` | a `MemoryStore` |
 * | `file:///folder` | a `LocalStore`, on Node, Deno and Bun |
 * | `s3://bucket/prefix?region=eu-west-1` | an `S3Store`; also `endpoint` and `style`; or `AWS_REGION`, `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` |
 * | `az://container/prefix?account=quakes` | an `AzureStore`; also `endpoint`; or `AZURE_STORAGE_ACCOUNT` |
 * | `gs://bucket/prefix` | a `GCSStore`, with `{ gs: { credentials } }`; also `endpoint` |
 * | `https://host/path` | an `HTTPStore`, which only reads |
 * | `indexeddb:database/prefix`, `opfs:folder/prefix` | an `IndexedDBStore`, an `OPFSStore` |
 * | `r2:BINDING/prefix`, `kv:BINDING/prefix` | an `R2Store`, a `KVStore`, with `{ env }` of the Worker |
 *
 * What the URL does not contain is taken from the options, then from the environment. A URL never contains credentials.
 *
 * @throws `SettingsError` for an unknown scheme, and for a URL with missing or unknown parts; `InvalidPath` for an invalid
 * prefix; `NotSupported` if the runtime lacks a feature that the store needs
 *
 * @example
 * ```ts
 * import { openStore } from "edgewater/open";
 *
 * const store = await openStore("s3://quakes/v1?region=eu-west-1"); // an S3Store below v1/
 * ```
 */
export async function openStore<const Url extends string | URL>(url: Url, options: OpenOptions = {}): Promise<Opened<Url>> {
  checkOptions("openStore", options, kinds);
  const parsed = parseStoreURL(url);
  if (!Object.hasOwn(openers, parsed.scheme)) {
    const known = Object.keys(openers).map((scheme) => `${scheme}:`);
    const near = nearest(`${parsed.scheme}:`, known);
    const hint = near === undefined ? "" : `did you mean ${near}? `;
    throw urlError(`Unknown scheme ${parsed.scheme}: of a store URL; ${hint}expected one of ${known.join(", ")}`);
  }
  const { store, prefix = "" } = await openers[parsed.scheme as keyof Stores](parsed, options);
  return withPrefix(store, prefix) as Opened<Url>;
}
