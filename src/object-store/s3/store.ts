import { bytesOf, checkBody, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { etagAt } from "../client/answer/xml.ts";
import { attributeHeaders } from "../client/attributes.ts";
import { listObjects } from "../client/list.ts";
import { copyWithin, headObject, matchHeaders, openObject, overwrite } from "../client/objects.ts";
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
import { createS3Client, type S3Client } from "./client.ts";
import { endpointOf } from "./credentials.ts";
import { deleteAll } from "./delete.ts";
import { putStream } from "./multipart.ts";
import { checkTypes, type S3StoreOptions } from "./options.ts";
import { copyByServer, putConditionally } from "./write.ts";

/** The most bytes of one request: 5 GiB. */
const largestRequest = 5 * 2 ** 30;

/**
 * Objects in an S3 bucket. Requests are signed with Signature Version 4 and sent with `fetch`, so the same code runs in
 * browsers, Workers, Node, Deno and Bun. S3 publishes every put as a whole, and every later read sees it.
 *
 * - An etag names the content: two writes of the same bytes have the same etag.
 * - When the answer to a conditional write is lost, the store finds out whether it happened. For that, every such object has
 *   one metadata entry that callers do not see.
 * - A body of known length is one request, up to 5 GiB. A stream longer than `partSize` is uploaded in parts; with a
 *   condition, a write between the last check and the end of the upload is replaced. A failed upload is aborted.
 * - A conditional copy passes through this process and keeps only the content type and the metadata.
 *
 * In a browser, the bucket's CORS rules must allow the page's origin and expose `ETag`, `Content-Range`,
 * `x-amz-meta-edgewaternonces`, `x-amz-meta-edgewatermetadata`, and `x-amz-meta-` with the name of each metadata entry that
 * is read.
 *
 * @example
 * ```ts
 * import { fromEnvironment, S3Store } from "edgewater/s3";
 *
 * const store = new S3Store({ bucket: "quakes", region: "eu-west-1", credentials: fromEnvironment() });
 * ```
 */
export class S3Store implements FullObjectStore, Sign {
  /** Two writes of the same bytes give the object the same etag. */
  readonly etags = "content";
  /** `S3Store(<bucket>)`, for messages. */
  readonly name: string;
  /** True for AWS, which is known to honour conditions; undefined for other servers. */
  readonly keepsConditions: true | undefined;
  readonly #client: S3Client;

  /**
   * Makes a store. Sends nothing.
   *
   * @throws `SettingsError` for a bucket or region with characters that no such name has, for an endpoint that is not an http or https
   * URL or carries credentials, and for wrong numbers
   */
  constructor(options: S3StoreOptions) {
    checkTypes(options);
    const endpoint = options.endpoint ?? endpointOf(options.credentials);
    this.#client = createS3Client({ ...options, endpoint });
    this.name = this.#client.name;
    this.keepsConditions = endpoint === undefined ? true : undefined;
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
    if (body instanceof Blob && body.size <= largestRequest) return put(body.slice());
    return putStream(this.#client, call, body, mode, attributes, put);
  }

  /** Opens an object, or a range of it. Throws as `Get` describes. */
  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkVerbOptions(this.name, "get", options);
    const { range, signal, ...match } = options;
    return openObject(this.#client, this.#call("read", key, signal), { range, ...match, headers: matchHeaders(match) });
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
    const all = checkKeys(this.name, keys);
    if (all[0] !== undefined) await deleteAll(this.#client, this.#call("delete", all[0], signal), all);
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
    yield* listObjects(this.#client, call, start, page, { etagOf: (content) => etagAt(content, "ETag"), alwaysEncodes: false });
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
   * @throws `SettingsError` for a wrong `expiresInSeconds`
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
