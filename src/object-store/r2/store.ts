import { compareUtf8 } from "../../asset/utf8.ts";
import { isEdgewaterError } from "../../errors.ts";
import { bytesOf, checkBody, isAtHand, openedBytes, openedResponse } from "../body.ts";
import { type Call, explain, notFound } from "../call.ts";
import { checkAttributes, checkMatch, checkMode, conditionFailed, resolveRange } from "../conditions.ts";
import { checkLimit } from "../page.ts";
import { checkKey, checkPrefix } from "../path.ts";
import type {
  Attributes,
  CommonPrefix,
  ConditionalCopyOptions,
  DeleteOptions,
  DelimitedListOptions,
  FullGetOptions,
  FullObjectMeta,
  FullObjectStore,
  FullPutOptions,
  GetResult,
  HeadOptions,
  ObjectMeta,
  PagedListOptions,
  PutMode,
  PutResult,
  StreamBody,
} from "../types.ts";
import type { R2Attributes, R2BucketBinding, R2Conditions, R2Object, R2Page } from "./binding.ts";
import { perform } from "./errors.ts";
import { equalParts, partSize, uploadParts } from "./upload.ts";

/** What one call of R2's `list` and `delete` takes. */
const pageSize = 1000;

/**
 * Objects in a Cloudflare R2 bucket. R2 publishes a put as a whole and is strongly consistent.
 *
 * An etag is that of R2, which names the bytes: two writes of the same bytes have the same. R2 takes one write a second
 * of one key, and this store waits and tries again when it was too many.
 *
 * Bytes, text and Blobs are put in one request, and so are streams up to 8 MiB. A longer stream is uploaded in parts,
 * three of 8 MiB at a time, and aborted when it fails. An upload in parts knows no condition: the object is looked at
 * before it begins and again just before it is published, and a write in between, which takes some milliseconds, is lost.
 *
 * @example
 * ```ts
 * import { R2Store } from "edgewater/r2";
 *
 * export default { fetch: (request, env) => respond(request, new R2Store(env.ASSETS)) };
 * ```
 */
export class R2Store implements FullObjectStore {
  readonly name = "R2Store";
  readonly #bucket: R2BucketBinding;

  constructor(bucket: R2BucketBinding) {
    this.#bucket = bucket;
  }

  /** @throws `MetadataError` when content type and metadata are more than the 8,192 bytes that R2 keeps */
  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    const { mode = "overwrite", signal } = options;
    checkKey(this.name, key);
    checkBody(body, this.name, key);
    const call = this.#call("write", key, signal);
    const attributes = attributesOf(checkAttributes(options, call));
    if (!isAtHand(body) && !(body instanceof Blob)) {
      return this.#putStream(call, body, mode, attributes);
    }
    return this.#put(call, isAtHand(body) ? bytesOf(body) : body, mode, attributes);
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    const { range, ifMatch, ifNoneMatch, signal } = options;
    checkKey(this.name, key);
    const call = this.#call("read", key, signal);
    const { start } = resolveRange(range, Number.MAX_SAFE_INTEGER, call);
    const wanted = {
      onlyIf: {
        ...(ifMatch === undefined ? {} : { etagMatches: bare(ifMatch) }),
        ...(ifNoneMatch === undefined ? {} : { etagDoesNotMatch: bare(ifNoneMatch) }),
      },
      ...(range === undefined ? {} : { range: { offset: start, ...(range.end === undefined ? {} : { length: range.end - start }) } }),
    };
    try {
      const found = await perform(call, () => this.#bucket.get(key, wanted));
      if (found === null) throw notFound(this.name, key);
      checkMatch(options, found.httpEtag, call);
      if (!("body" in found)) throw explain(call, new Error("R2 gave no body"));
      return openedResponse(metaOf(found), new Response(found.body), call);
    } catch (error) {
      return await this.#readNothing(call, options, error);
    }
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    checkKey(this.name, key);
    const found = await perform(this.#call("read", key, signal), () => this.#bucket.head(key));
    if (found === null) throw notFound(this.name, key);
    return metaOf(found);
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = typeof keys === "string" ? [keys] : [...keys];
    for (const key of all) checkKey(this.name, key);
    for (let start = 0; start < all.length; start += pageSize) {
      const page = all.slice(start, start + pageSize);
      await perform(this.#call("delete", page[0] ?? "", signal), () => this.#bucket.delete(page));
    }
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(
    prefix = "",
    { delimiter, startAfter, limit, signal }: PagedListOptions | DelimitedListOptions = {},
  ): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const start = checkPrefix(this.name, prefix);
    const call = this.#call("list", prefix, signal);
    const wanted = { prefix: start, ...(delimiter === undefined ? {} : { delimiter }) };
    let rest = checkLimit(limit);
    let place: { cursor?: string; startAfter?: string } = startAfter === undefined ? {} : { startAfter };
    while (rest > 0) {
      const options = { ...wanted, ...place, limit: Math.min(rest, pageSize) };
      const page = await perform(call, () => this.#bucket.list(options));
      for (const [name, entry] of entriesOf(page)) {
        // R2 starts after the text in the order of keys, where what lies below a prefix comes after the prefix.
        if (startAfter !== undefined && compareUtf8(name, startAfter) <= 0) continue;
        yield entry;
        rest--;
      }
      if (page.cursor === undefined || !page.truncated) return;
      place = { cursor: page.cursor };
    }
  }

  /** The bytes go through this Worker, because R2's binding cannot copy. */
  async copy(from: string, to: string, { mode = "overwrite", signal }: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkKey(this.name, to);
    const call = this.#call("copy", to, signal);
    const { meta, stream } = await this.get(from, { signal });
    const { contentType, metadata } = meta;
    return this.#put(call, stream(), mode, attributesOf({ contentType, metadata }));
  }

  /** The body has a known length. */
  async #put(
    call: Call,
    body: Uint8Array<ArrayBuffer> | Blob | ReadableStream,
    mode: PutMode,
    attributes: R2Attributes,
  ): Promise<PutResult> {
    const onlyIf = conditionsOf(mode);
    const written = await perform(call, () =>
      this.#bucket.put(call.key, body, { ...attributes, ...(onlyIf === undefined ? {} : { onlyIf }) }),
    );
    if (written !== null) return { etag: written.httpEtag };
    throw mode === "overwrite" ? explain(call, new Error("R2 did not write it")) : conditionFailed(mode, call);
  }

  async #putStream(call: Call, body: ReadableStream<Uint8Array>, mode: PutMode, attributes: R2Attributes): Promise<PutResult> {
    const parts = equalParts(body, partSize, call);
    try {
      const first = (await parts.next()).value ?? new Uint8Array();
      if (first.byteLength < partSize) return await this.#put(call, first, mode, attributes);
      const check = async (): Promise<void> => {
        if (mode !== "overwrite") checkMode(mode, await this.#etag(call), call);
      };
      await check();
      const upload = await perform(call, () => this.#bucket.createMultipartUpload(call.key, attributes));
      const { httpEtag } = await uploadParts(upload, first, parts, check, call);
      return { etag: httpEtag };
    } finally {
      await parts.return();
    }
  }

  async #etag(call: Call): Promise<string | undefined> {
    return (await perform(call, () => this.#bucket.head(call.key)))?.httpEtag;
  }

  /** R2 refuses every range of an empty object, and one that starts beyond the end without telling how long the object is. */
  async #readNothing(call: Call, options: FullGetOptions, error: unknown): Promise<GetResult<FullObjectMeta>> {
    const { range, signal } = options;
    const isRefused = isEdgewaterError(error, "InvalidRange", "Unavailable");
    if (range === undefined || !isRefused) throw error;
    const meta = await this.head(call.key, { signal });
    checkMatch(options, meta.etag, call);
    resolveRange(range, meta.size, call);
    if (meta.size > 0) throw error;
    return openedBytes(meta, new Uint8Array());
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    return { store: this.name, verb, key, signal };
  }
}

function metaOf({ key, size, httpEtag, uploaded, httpMetadata, customMetadata = {} }: R2Object): FullObjectMeta {
  return { ...listed({ key, size, httpEtag, uploaded }), contentType: httpMetadata?.contentType, metadata: { ...customMetadata } };
}

function listed({ key, size, httpEtag, uploaded }: Pick<R2Object, "key" | "size" | "httpEtag" | "uploaded">): ObjectMeta {
  return { key, size, etag: httpEtag, lastModified: uploaded };
}

function attributesOf({ contentType, metadata }: Attributes = {}): R2Attributes {
  return {
    ...(contentType === undefined ? {} : { httpMetadata: { contentType } }),
    ...(metadata === undefined ? {} : { customMetadata: { ...metadata } }),
  };
}

function conditionsOf(mode: PutMode): R2Conditions | undefined {
  if (mode === "overwrite") return undefined;
  return mode === "create" ? { etagDoesNotMatch: "*" } : { etagMatches: bare(mode.ifMatch) };
}

/** Without the quotes, as R2 wants it. What is no etag of R2, its wildcard among it, becomes one that no object has. */
function bare(etag: string): string {
  return /^"([^"*]+)"$/.exec(etag)?.[1] ?? "none";
}

/** Objects and prefixes of a page in the one order of both. A key that ends with a slash is a folder to some tools. */
function entriesOf({ objects, delimitedPrefixes }: R2Page): [string, ObjectMeta | CommonPrefix][] {
  const keys = objects.filter(({ key }) => !key.endsWith("/")).map((object) => [object.key, listed(object)] as const);
  const prefixes = delimitedPrefixes.map((prefix) => [prefix, { prefix }] as const);
  return [...keys, ...prefixes].sort(([left], [right]) => compareUtf8(left, right)) as [string, ObjectMeta | CommonPrefix][];
}
