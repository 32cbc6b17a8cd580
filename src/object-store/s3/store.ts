import { isEdgewaterError } from "../../errors.ts";
import { bytesOf, checkBody, isAtHand, openedBytes } from "../body.ts";
import { type Call, failed } from "../call.ts";
import { checkAttributes, resolveRange } from "../conditions.ts";
import { checkKey, checkKeys, checkPrefix } from "../path.ts";
import { attributeHeaders, noncesHeader } from "../transport/attributes.ts";
import { openedAnswer } from "../transport/body.ts";
import { Histories } from "../transport/histories.ts";
import { hidden, metaOf, needed } from "../transport/meta.ts";
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
import { headOf, metadataHeaders, pathOf, type S3Bucket } from "./bucket.ts";
import { S3Client } from "./client.ts";
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
  readonly #bucket: S3Bucket;
  /** Whether an answer has ever shown the entry that this store writes. */
  #seesNonces = false;

  /** @throws `SettingsError` when the endpoint is not a URL or carries credentials */
  constructor(options: S3StoreOptions) {
    const client = new S3Client(options);
    this.name = client.name;
    this.keepsConditions = options.endpoint ? undefined : true;
    this.#bucket = { client, options, histories: new Histories(), isQuoted: this.keepsConditions };
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    const { mode = "overwrite" } = options;
    const call = this.#call("write", key, options.signal);
    checkBody(body, call);
    const attributes = attributeHeaders(checkAttributes(options, call) ?? {}, metadataHeaders);
    const put = async (whole: Uint8Array<ArrayBuffer> | Blob): Promise<PutResult> => {
      if (mode === "overwrite") return overwrite(this.#bucket, call, whole, attributes);
      const { putConditionally } = await import("./conditional.ts");
      return putConditionally(this.#bucket, call, whole, mode, attributes);
    };
    if (isAtHand(body)) return put(bytesOf(body));
    // A type of its own would become the object's.
    if (body instanceof Blob && body.size <= largestRequest) return put(body.slice());
    const { putParts } = await import("./parts.ts");
    return putParts(this.#bucket, call, body, mode, attributes, put);
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    const { range, ifMatch, ifNoneMatch, signal } = options;
    const call = this.#call("read", key, signal);
    const part = range && resolveRange(range, Number.MAX_SAFE_INTEGER, call);
    const headers = {
      ...(ifMatch !== undefined && { "if-match": ifMatch }),
      ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
      ...(part && { range: `bytes=${part.start}-${part.end - 1}` }),
    };
    const { client, options: settings } = this.#bucket;
    let response: Response;
    try {
      response = await client.request(call, { method: "GET", path: pathOf(key), headers });
    } catch (error) {
      if (part?.start !== 0 || !isEdgewaterError(error, "InvalidRange")) throw error;
      // An empty object has no first byte that a range could begin with.
      const meta = await this.head(key, { signal });
      if (meta.size > 0) throw error;
      return openedBytes(meta, new Uint8Array());
    }
    if (part && response.status !== 206) throw failed(call, "NotSupported", "the server reads no ranges");
    return openedAnswer(this.#metaOf(call, response), response, call, settings);
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    const call = this.#call("read", key, signal);
    return this.#metaOf(call, await headOf(this.#bucket, call));
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = checkKeys(this.name, keys);
    if (all[0] === undefined) return;
    const { deleteAll } = await import("./delete.ts");
    await deleteAll(this.#bucket, this.#call("delete", all[0], signal), all);
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(
    prefix = "",
    { signal, ...page }: PagedListOptions | DelimitedListOptions = {},
  ): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const start = checkPrefix(this.name, prefix);
    const { listEntries } = await import("./list.ts");
    yield* listEntries(this.#bucket.client, { store: this.name, verb: "list", key: prefix, signal }, start, page);
  }

  async copy(from: string, to: string, { mode = "overwrite", signal }: ConditionalCopyOptions = {}): Promise<PutResult> {
    const call = this.#call("copy", from, signal);
    checkKey(this.name, to);
    const { copyTo, copyThroughHere } = await import("./copy.ts");
    return mode === "overwrite" ? copyTo(this.#bucket, call, to) : copyThroughHere(this, call, to, mode);
  }

  async signedUrl(key: string, options: SignOptions = {}): Promise<string> {
    const call = this.#call("sign", key, options.signal);
    const { signedUrl } = await import("./signed-url.ts");
    return signedUrl(this.#bucket, call, options);
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    checkKey(this.name, key);
    return { store: this.name, verb, key, signal };
  }

  #metaOf(call: Call, response: Response): FullObjectMeta {
    const meta = metaOf(call, response, metadataHeaders);
    const name = noncesHeader(metadataHeaders);
    const nonces = response.headers.get(name);
    this.#seesNonces ||= nonces !== null;
    const { histories } = this.#bucket;
    const isHidden = response.type === "cors" && !this.#seesNonces && histories.recall(call.key, meta.etag ?? "");
    if (isHidden) hidden(call, name);
    histories.remember(call.key, meta.etag, nonces);
    return meta;
  }
}

/** Writes whatever is there now; sent again, it is the same. */
async function overwrite(
  { client, histories }: S3Bucket,
  call: Call,
  body: Uint8Array<ArrayBuffer> | Blob,
  headers: Record<string, string>,
): Promise<PutResult> {
  const response = await client.request(call, { method: "PUT", path: pathOf(call.key), headers, body });
  const etag = needed(call, response, "ETag");
  histories.remember(call.key, etag, headers[noncesHeader(metadataHeaders)] ?? null);
  return { etag };
}
