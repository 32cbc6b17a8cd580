import { isEdgewaterError } from "../../errors.ts";
import { checkBody, openedBytes, openedResponse } from "../body.ts";
import { type Call, explain, notFound } from "../call.ts";
import { listEntries, merged } from "../client/list.ts";
import { checkAttributes, checkMatch, resolveRange } from "../conditions.ts";
import { checkKey, checkKeys, checkPrefix } from "../path.ts";
import type {
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
  PutResult,
  StreamBody,
} from "../types.ts";
import { checkVerbOptions } from "../verb-options.ts";
import { attributesFor, attributesOf } from "./attributes.ts";
import type { R2BucketBinding, R2Object } from "./binding.ts";
import { perform } from "./errors.ts";
import { bareEtag, checkOptions, checkTypes, type R2StoreOptions, Writer } from "./write.ts";

/** The most keys of one call of R2's `list` and `delete`. */
const pageSize = 1000;

/**
 * A store that keeps objects in a Cloudflare R2 bucket, through a Worker's binding. R2 is atomic and strongly consistent.
 *
 * - An etag identifies the content: two writes of the same bytes have the same etag.
 * - If R2 fails during a conditional write, the store finds out whether it was done. For this it adds one metadata entry,
 *   which reads do not return.
 * - R2 accepts one write per second and key. A write that is refused for this reason is retried, as `retry` allows.
 * - Bytes, text and Blobs are written in one call. A stream longer than `partSize` is uploaded in parts. With a condition,
 *   such an upload overwrites a write that happens between its last check and its end. A failed upload is aborted.
 * - A copy goes through this Worker, as a stream.
 *
 * @example
 * ```ts
 * import { R2Store } from "edgewater/r2";
 *
 * export default { fetch: (request, env) => respond(request, new R2Store(env.ASSETS)) };
 * ```
 */
export class R2Store implements FullObjectStore {
  /** Two writes of the same bytes give the object the same etag. */
  readonly etags = "content";
  readonly name: string;
  /** R2 checks conditions, so `requireConditions` need not test it. */
  readonly keepsConditions = true;
  readonly #bucket: R2BucketBinding;
  readonly #options: R2StoreOptions;
  readonly #writer: Writer;

  /**
   * Creates a store over a binding.
   *
   * @param bucket the binding, such as `env.ASSETS`
   * @throws `SettingsError` for a wrong option
   */
  constructor(bucket: R2BucketBinding, options: R2StoreOptions = {}) {
    checkTypes(bucket, options);
    this.name = options.bucket === undefined ? "R2Store" : `R2Store(${options.bucket})`;
    checkOptions(options, this.name);
    this.#bucket = bucket;
    this.#options = options;
    this.#writer = new Writer(bucket, options);
  }

  /**
   * Writes an object.
   *
   * @throws `MetadataError` if content type and metadata exceed the 8,192 bytes that R2 allows
   */
  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "put", options);
    const call = this.#call("write", key, options.signal);
    checkBody(body, call);
    const attributes = checkAttributes(options, call);
    return this.#writer.write(call, body, options.mode ?? "overwrite", attributesFor(attributes ?? {}));
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkVerbOptions(this.name, "get", options);
    const { range, ifMatch, ifNoneMatch, signal } = options;
    const call = this.#call("read", key, signal);
    const { start } = resolveRange(range, Number.MAX_SAFE_INTEGER, call);
    const conditions = {
      onlyIf: {
        ...(ifMatch === undefined ? {} : { etagMatches: bareEtag(ifMatch) }),
        ...(ifNoneMatch === undefined ? {} : { etagDoesNotMatch: bareEtag(ifNoneMatch) }),
      },
      ...(range === undefined ? {} : { range: { offset: start, ...(range.end === undefined ? {} : { length: range.end - start }) } }),
    };
    let found: Awaited<ReturnType<R2BucketBinding["get"]>>;
    try {
      found = await this.#perform(call, () => this.#bucket.get(key, conditions));
    } catch (error) {
      if (range === undefined || !isEdgewaterError(error, "InvalidRange", "Unavailable")) throw error;
      // R2 refuses every range of an empty object, and its error does not contain the size of the object.
      const meta = await this.head(key, { signal });
      checkMatch(options, meta.etag, call);
      resolveRange(range, meta.size, call);
      if (meta.size > 0) throw error;
      return openedBytes(meta, new Uint8Array());
    }
    if (found === null) throw notFound(this.name, key);
    checkMatch(options, found.httpEtag, call);
    if (!("body" in found)) throw explain(call, new Error("R2 returned no body"));
    return openedResponse(this.#metaOf(call, found), new Response(found.body), call);
  }

  async head(key: string, options: HeadOptions = {}): Promise<FullObjectMeta> {
    checkVerbOptions(this.name, "head", options);
    const { signal } = options;
    const call = this.#call("read", key, signal);
    const found = await this.#perform(call, () => this.#bucket.head(key));
    if (found === null) throw notFound(this.name, key);
    return this.#metaOf(call, found);
  }

  async delete(keys: string | readonly string[], options: DeleteOptions = {}): Promise<void> {
    checkVerbOptions(this.name, "delete", options);
    const { signal } = options;
    const all = checkKeys(this.name, keys);
    const calls = all.map((key) => this.#call("delete", key, signal));
    for (let start = 0; start < all.length; start += pageSize) {
      const page = all.slice(start, start + pageSize);
      await this.#perform(calls[start] as Call, () => this.#bucket.delete(page));
    }
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(prefix = "", options: PagedListOptions | DelimitedListOptions = {}): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    checkVerbOptions(this.name, "list", options);
    const start = checkPrefix(this.name, prefix);
    const { delimiter, startAfter, signal } = options;
    const call = { store: this.name, verb: "list", key: prefix, signal } as const;
    const query = { prefix: start, ...(delimiter === undefined ? {} : { delimiter }) };
    yield* listEntries(call, start, options, {
      readPage: async (cursor, rest) => {
        const position = cursor === undefined ? (startAfter === undefined ? {} : { startAfter }) : { cursor };
        const request = { ...query, ...position, limit: Math.min(rest, pageSize) };
        const { objects, delimitedPrefixes, cursor: next, truncated } = await this.#perform(call, () => this.#bucket.list(request));
        const prefixes = delimitedPrefixes.map((each) => ({ prefix: each }));
        return { entries: merged(objects.map(listed), prefixes), next, isTruncated: truncated };
      },
    });
  }

  async copy(from: string, to: string, options: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "copy", options);
    const { mode = "overwrite", signal } = options;
    const call = this.#call("copy", to, signal);
    const first = await this.get(from, { signal });
    let opened: GetResult | undefined = first;
    const content = async (): Promise<ReadableStream> => {
      // Only the first attempt can use the stream that is already open.
      const source = opened ?? (await this.get(from, { signal }));
      opened = undefined;
      if (source.meta.etag !== first.meta.etag) throw explain(call, new Error("the source was replaced during the copy; copy it again"));
      return source.stream();
    };
    return this.#writer.writeWhole(call, content, mode, attributesFor(first.meta));
  }

  #perform<Value>(call: Call, work: () => Promise<Value>): Promise<Value> {
    return perform(call, this.#options.retry, work);
  }

  /** @throws `InvalidPath` */
  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    checkKey(this.name, key);
    return { store: this.name, verb, key, signal };
  }

  #metaOf(call: Call, object: R2Object): FullObjectMeta {
    this.#writer.remember(object);
    return { ...listed(object), ...attributesOf(object, call) };
  }
}

function listed({ key, size, httpEtag, uploaded }: R2Object): ObjectMeta {
  return { key, size, etag: httpEtag, lastModified: uploaded };
}
