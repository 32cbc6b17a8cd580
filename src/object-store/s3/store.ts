import { bytesOf, checkBody, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { attributeHeaders } from "../client/attributes.ts";
import { metaIn, overwrite, pathOf } from "../client/cloud.ts";
import { openObject } from "../client/open.ts";
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
import { clientFor, type S3Client } from "./client.ts";
import type { S3StoreOptions } from "./options.ts";

/** What one request may carry. */
const largestRequest = 5 * 2 ** 30;

/**
 * Objects in an S3 bucket, signed with Signature Version 4 and sent with `fetch`: no native client, so the same code
 * runs in browsers, Workers, Node, Deno and Bun. S3 publishes a put as a whole and shows it to every later read.
 *
 * - An etag names the content, as S3's do: two writes of the same bytes share one.
 * - A conditional write finds out what became of it when its answer is lost. For that it leaves one entry of metadata,
 *   which is not shown.
 * - A body of known length is one request, up to 5 GiB. A stream that is longer than `partSize` is uploaded in parts;
 *   with a condition, a write between the last check and its end is replaced. An upload that fails is aborted.
 * - A copy under a condition goes through this process, and keeps the content type and metadata only.
 *
 * In a browser the bucket's CORS rules must allow the page's origin and expose `ETag`, `Content-Range`,
 * `x-amz-meta-edgewaternonces`, `x-amz-meta-edgewatermetadata` and `x-amz-meta-` with each name of metadata that is read.
 *
 * @example
 * ```ts
 * import { fromEnvironment, S3Store } from "edgewater/s3";
 *
 * const store = new S3Store({ bucket: "quakes", region: "eu-west-1", credentials: fromEnvironment() });
 * ```
 */
export class S3Store implements FullObjectStore, Sign {
  readonly name: string;
  /** Whether it is AWS, which is known to keep conditions. */
  readonly keepsConditions: true | undefined;
  readonly #client: S3Client;

  /** @throws `SettingsError` when the endpoint is not a URL or carries credentials */
  constructor(options: S3StoreOptions) {
    this.#client = clientFor(options);
    this.name = this.#client.name;
    this.keepsConditions = options.endpoint ? undefined : true;
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    const { mode = "overwrite" } = options;
    const call = this.#call("write", key, options.signal);
    checkBody(body, call);
    const attributes = attributeHeaders(checkAttributes(options, call) ?? {}, this.#client.metadata);
    const put = async (whole: Uint8Array<ArrayBuffer> | Blob): Promise<PutResult> => {
      if (mode === "overwrite") return overwrite(this.#client, call, whole, attributes);
      const { putConditionally } = await import("./conditional.ts");
      return putConditionally(this.#client, call, whole, mode, attributes);
    };
    if (isBuffered(body)) return put(bytesOf(body));
    // A type of its own would become the object's.
    if (body instanceof Blob && body.size <= largestRequest) return put(body.slice());
    const { putParts } = await import("./parts.ts");
    return putParts(this.#client, call, body, mode, attributes, put);
  }

  async get(key: string, { range, ifMatch, ifNoneMatch, signal }: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    return openObject(this.#client, this.#call("read", key, signal), range, {
      ...(ifMatch !== undefined && { "if-match": ifMatch }),
      ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
    });
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    const call = this.#call("read", key, signal);
    return metaIn(this.#client, call, await this.#client.request(call, { method: "HEAD", path: pathOf(key) }));
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = checkKeys(this.name, keys);
    if (all[0] === undefined) return;
    const { deleteAll } = await import("./delete.ts");
    await deleteAll(this.#client, this.#call("delete", all[0], signal), all);
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(
    prefix = "",
    { signal, ...page }: PagedListOptions | DelimitedListOptions = {},
  ): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const start = checkPrefix(this.name, prefix);
    const { listEntries } = await import("./list.ts");
    yield* listEntries(this.#client, { store: this.name, verb: "list", key: prefix, signal }, start, page);
  }

  async copy(from: string, to: string, { mode = "overwrite", signal }: ConditionalCopyOptions = {}): Promise<PutResult> {
    const call = this.#call("copy", from, signal);
    checkKey(this.name, to);
    const [{ copyWithin }, { copyTo }] = await Promise.all([import("../client/copy.ts"), import("./copy.ts")]);
    return copyWithin(this, call, to, mode, () => copyTo(this.#client, call, to));
  }

  async signedUrl(key: string, options: SignOptions = {}): Promise<string> {
    const call = this.#call("sign", key, options.signal);
    const { signedUrl } = await import("./signed-url.ts");
    return signedUrl(this.#client, call, options);
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    checkKey(this.name, key);
    return { store: this.name, verb, key, signal };
  }
}
