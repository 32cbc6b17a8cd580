/**
 * `edgewater/r2`: objects in a Cloudflare R2 bucket, through a Worker's binding.
 *
 * @module
 */
import { bytesOf, openedResponse } from "./body.ts";
import { type Call, notFound, perform } from "./call.ts";
import { checkKey, checkPrefix } from "./path.ts";
import type {
  Body,
  DeleteOptions,
  GetOptions,
  GetResult,
  HeadOptions,
  ListOptions,
  ObjectMeta,
  ObjectStore,
  PutOptions,
  PutResult,
} from "./types.ts";

/** The part of a Worker's `R2Bucket` binding that is used, so that no Cloudflare types are needed. */
export interface R2BucketBinding {
  put(key: string, value: Uint8Array<ArrayBuffer>): Promise<R2Object | null>;
  get(key: string): Promise<(R2Object & { readonly body: ReadableStream }) | null>;
  head(key: string): Promise<R2Object | null>;
  delete(keys: string[]): Promise<void>;
  list(options: { prefix?: string; cursor?: string }): Promise<R2Page>;
}

interface R2Object {
  readonly key: string;
  readonly size: number;
  readonly httpEtag: string;
  readonly uploaded: Date;
}

interface R2Page {
  readonly objects: readonly R2Object[];
  readonly truncated: boolean;
  readonly cursor?: string;
}

/** What one call of R2's `delete` takes. */
const deletePageSize = 1000;

/**
 * Objects in a Cloudflare R2 bucket. R2 publishes a put as a whole and is strongly consistent.
 *
 * @example
 * ```ts
 * import { R2Store } from "edgewater/r2";
 *
 * export default { fetch: (request, env) => respond(request, new R2Store(env.ASSETS)) };
 * ```
 */
export class R2Store implements ObjectStore {
  readonly name = "R2Store";
  readonly #bucket: R2BucketBinding;

  constructor(bucket: R2BucketBinding) {
    this.#bucket = bucket;
  }

  async put(key: string, body: Body, { signal }: PutOptions = {}): Promise<PutResult> {
    checkKey(this.name, key);
    const written = await perform(this.#call("write", key, signal), () => this.#bucket.put(key, bytesOf(body)));
    return { etag: written?.httpEtag };
  }

  async get(key: string, { signal }: GetOptions = {}): Promise<GetResult> {
    checkKey(this.name, key);
    const call = this.#call("read", key, signal);
    const found = await perform(call, () => this.#bucket.get(key));
    if (found === null) throw notFound(this.name, key);
    return openedResponse(metaOf(found), new Response(found.body), call);
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<ObjectMeta> {
    checkKey(this.name, key);
    const found = await perform(this.#call("read", key, signal), () => this.#bucket.head(key));
    if (found === null) throw notFound(this.name, key);
    return metaOf(found);
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = typeof keys === "string" ? [keys] : [...keys];
    for (const key of all) checkKey(this.name, key);
    for (let start = 0; start < all.length; start += deletePageSize) {
      const page = all.slice(start, start + deletePageSize);
      await perform(this.#call("delete", page[0] ?? "", signal), () => this.#bucket.delete(page));
    }
  }

  async *list(prefix = "", { signal }: ListOptions = {}): AsyncGenerator<ObjectMeta, void, void> {
    const start = checkPrefix(this.name, prefix);
    let cursor: string | undefined;
    do {
      const options = { prefix: start, ...(cursor === undefined ? {} : { cursor }) };
      const page = await perform(this.#call("list", prefix, signal), () => this.#bucket.list(options));
      for (const object of page.objects) yield metaOf(object);
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    return { store: this.name, verb, key, signal };
  }
}

function metaOf({ key, size, httpEtag, uploaded }: R2Object): ObjectMeta {
  return { key, size, etag: httpEtag, lastModified: uploaded };
}
