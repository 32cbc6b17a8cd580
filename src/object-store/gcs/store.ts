import { bytesOf, checkBody, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { textAt } from "../client/answer/xml.ts";
import { attributeHeaders } from "../client/attributes.ts";
import { listObjects } from "../client/list.ts";
import { copyWithin, deleteEach, headObject, openObject, overwrite } from "../client/objects.ts";
import { checkAttributes } from "../conditions.ts";
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
  Sign,
  SignOptions,
  StreamBody,
} from "../types.ts";
import { checkVerbOptions } from "../verb-options.ts";
import { createGCSClient, type GCSClient } from "./client.ts";
import { checkTypes, type GCSStoreOptions } from "./options.ts";
import { putStream } from "./resumable.ts";
import { copyByServer, generationHeader, putConditionally } from "./write.ts";

/**
 * Objects in a bucket of Google Cloud Storage, through `fetch` and its XML API: with an OAuth token or an HMAC key. Runs in
 * browsers, Workers, Node, Deno and Bun.
 *
 * - An etag is the object's generation: every write has its own. Conditions also hold for streams.
 * - When the answer to a conditional write is lost, the store finds out whether it happened. For that, every such object has
 *   one metadata entry that callers do not see.
 * - A body of known length is one request. A stream longer than `chunkSize` is a resumable upload.
 * - The XML API has no "unless it is this generation" for reads: `ifNoneMatch` is checked when the answer begins, and its body
 *   is then not read.
 * - A conditional copy passes through this process and keeps only the content type and the metadata.
 * - `signedUrl` needs an HMAC key.
 *
 * In a browser, the bucket's CORS rules must allow the page's origin and expose `Content-Range`, `Date`, `Location`, `Range`,
 * `x-goog-generation`, `x-goog-meta-edgewaternonces`, `x-goog-meta-edgewatermetadata`, and `x-goog-meta-` with the name of
 * each metadata entry that is read.
 *
 * @example
 * ```ts
 * import { GCSStore } from "edgewater/gcs";
 *
 * const store = new GCSStore({ bucket: "quakes", credentials: async () => ({ accessToken: await freshToken() }) });
 * ```
 */
export class GCSStore implements FullObjectStore, Sign {
  /** Every write gives the object another etag. */
  readonly etags = "write";
  /** `GCSStore(<bucket>)`, for messages. */
  readonly name: string;
  /** Google Cloud Storage is known to honour conditions. */
  readonly keepsConditions = true;
  readonly #client: GCSClient;

  /**
   * Makes a store. Sends nothing.
   *
   * @throws `SettingsError` for a bucket with characters that no such name has, for an endpoint that is not an http or https
   * URL or carries credentials, and for wrong numbers
   */
  constructor(options: GCSStoreOptions) {
    checkTypes(options);
    this.#client = createGCSClient(options);
    this.name = this.#client.name;
  }

  /** Writes an object, replacing an earlier one. Throws as `Put` describes. */
  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "put", options);
    const { mode = "overwrite" } = options;
    const call = this.#call("write", key, options.signal);
    checkBody(body, call);
    const attributes = attributeHeaders(checkAttributes(options, call) ?? {}, this.#client.metadata);
    const put = (whole: Uint8Array<ArrayBuffer> | Blob): Promise<PutResult> =>
      mode === "overwrite"
        ? overwrite(this.#client, call, whole, attributes)
        : putConditionally(this.#client, call, whole, mode, attributes);
    if (isBuffered(body)) return put(bytesOf(body));
    // A slice has no type, which would become the object's content type.
    if (body instanceof Blob) return put(body.slice());
    return putStream(this.#client, call, body, mode, attributes, put);
  }

  /** Opens an object, or a range of it. Throws as `Get` describes. */
  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkVerbOptions(this.name, "get", options);
    const { range, ifMatch, ifNoneMatch, signal } = options;
    const headers = generationHeader(ifMatch);
    return openObject(this.#client, this.#call("read", key, signal), { range, ifMatch, ifNoneMatch, headers });
  }

  /** Reads what the store knows of an object. */
  async head(key: string, options: HeadOptions = {}): Promise<FullObjectMeta> {
    checkVerbOptions(this.name, "head", options);
    const { signal } = options;
    return headObject(this.#client, this.#call("read", key, signal));
  }

  /** Deletes one object or several. Missing objects count as deleted. */
  async delete(keys: string | readonly string[], options: DeleteOptions = {}): Promise<void> {
    checkVerbOptions(this.name, "delete", options);
    const { signal } = options;
    const calls = checkKeys(this.name, keys).map((key) => this.#call("delete", key, signal));
    await deleteEach(this.#client, calls, this.#client.options.concurrency ?? 4);
  }

  /** Lists the objects below a prefix in UTF-8 order. */
  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  /** Lists one level: the objects below a prefix, and the prefixes below it. */
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(prefix = "", options: PagedListOptions | DelimitedListOptions = {}): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    checkVerbOptions(this.name, "list", options);
    const { signal, ...page } = options;
    const start = checkPrefix(this.name, prefix);
    const call = { store: this.name, verb: "list", key: prefix, signal } as const;
    yield* listObjects(this.#client, call, start, page, { etagOf: (content) => textAt(content, "Generation"), alwaysEncodes: true });
  }

  /** Copies an object with its attributes. */
  async copy(from: string, to: string, options: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "copy", options);
    const { mode = "overwrite", signal } = options;
    const call = this.#call("copy", from, signal);
    checkKey(this.name, to);
    return copyWithin(this, call, to, mode, () => copyByServer(this.#client, call, to));
  }

  /**
   * Signs a URL for one method on one object, valid for up to a week.
   *
   * @throws `SettingsError` for a wrong `expiresInSeconds`; `NotSupported` without an HMAC key
   */
  async signedUrl(key: string, options: SignOptions = {}): Promise<string> {
    checkVerbOptions(this.name, "signedUrl", options);
    return this.#client.signUrl(this.#call("sign", key, options.signal), options);
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    checkKey(this.name, key);
    return { store: this.name, verb, key, signal };
  }
}
