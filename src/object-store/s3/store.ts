import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { checkBody, openedBytes } from "../body.ts";
import { type Call, explain, notFound } from "../call.ts";
import { checkAttributes, resolveRange } from "../conditions.ts";
import { checkKey, checkPrefix } from "../path.ts";
import { attributeHeaders, noncesHeader } from "../transport/attributes.ts";
import { openedAnswer } from "../transport/body.ts";
import { encodeKey, encodeSegment } from "../transport/encode.ts";
import type { Seen } from "../transport/fate.ts";
import { Histories } from "../transport/histories.ts";
import { hidden, metaOf, needed } from "../transport/meta.ts";
import { readHistory } from "../transport/nonces.ts";
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
import { S3Client } from "./client.ts";
import { deleteAll } from "./delete.ts";
import { errorOf } from "./errors.ts";
import { listEntries } from "./list.ts";
import type { S3StoreOptions } from "./options.ts";
import { metadataHeaders, Writer } from "./write.ts";
import { etagOf, textOf } from "./xml.ts";

/** The longest life of a signed URL: a week, in seconds. */
const longestExpiry = 604_800;

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
  readonly #options: S3StoreOptions;
  readonly #client: S3Client;
  readonly #writer: Writer;
  readonly #histories = new Histories();
  /** Whether an answer has ever shown the entry that this store writes. */
  #seesNonces = false;

  /** @throws `SettingsError` when the endpoint is not a URL or carries credentials */
  constructor(options: S3StoreOptions) {
    this.#options = options;
    this.#client = new S3Client(options);
    this.name = this.#client.name;
    const { partSize, concurrency, endpoint } = options;
    const writing = { partSize, concurrency, isAWS: endpoint === undefined };
    this.#writer = new Writer(this.#client, this.#histories, writing, (call) => this.#look(call));
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    const call = this.#call("write", key, options.signal);
    checkBody(body, this.name, key);
    const attributes = checkAttributes(options, call);
    return this.#writer.write(call, body, options.mode ?? "overwrite", attributeHeaders(attributes ?? {}, metadataHeaders));
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    const { range, ifMatch, ifNoneMatch, signal } = options;
    const call = this.#call("read", key, signal);
    const conditions = {
      ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
      ...(ifNoneMatch === undefined ? {} : { "if-none-match": ifNoneMatch }),
    };
    const part = range && resolveRange(range, Number.MAX_SAFE_INTEGER, call);
    const bytes = part && { range: `bytes=${part.start}-${range.end === undefined ? "" : part.end - 1}` };
    const path = `/${encodeKey(key)}`;
    let response: Response;
    try {
      response = await this.#client.request(call, { method: "GET", path, headers: { ...conditions, ...bytes } });
    } catch (error) {
      if (part?.start !== 0 || !isEdgewaterError(error, "InvalidRange")) throw error;
      // An empty object has no first byte that a range could begin with.
      const meta = this.#metaOf(call, await this.#client.request(call, { method: "HEAD", path, headers: conditions }));
      if (meta.size > 0) throw error;
      return openedBytes(meta, new Uint8Array());
    }
    if (part && response.status !== 206) {
      throw explain(call, undefined, () => ({ code: "NotSupported", reason: "the server reads no ranges" }));
    }
    return openedAnswer(this.#metaOf(call, response), response, call, this.#options);
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    const call = this.#call("read", key, signal);
    return this.#metaOf(call, await this.#head(call));
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = typeof keys === "string" ? [keys] : keys;
    const calls = all.map((key) => this.#call("delete", key, signal));
    if (calls[0]) await deleteAll(this.#client, calls[0], all, this.#options.concurrency ?? 4);
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(
    prefix = "",
    { signal, ...page }: PagedListOptions | DelimitedListOptions = {},
  ): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const start = checkPrefix(this.name, prefix);
    yield* listEntries(this.#client, { store: this.name, verb: "list", key: prefix, signal }, start, page);
  }

  async copy(from: string, to: string, { mode = "overwrite", signal }: ConditionalCopyOptions = {}): Promise<PutResult> {
    const call = this.#call("copy", from, signal);
    checkKey(this.name, to);
    if (mode !== "overwrite") {
      const object = await this.get(from, { signal });
      const { contentType, metadata } = object.meta;
      return this.put(to, await object.bytes(), { mode, contentType, metadata, signal });
    }
    // S3 refuses to copy an object onto itself.
    if (from === to) return { etag: (await this.head(from, { signal })).etag };
    const headers = { "x-amz-copy-source": `/${encodeSegment(this.#options.bucket)}/${encodeKey(from)}` };
    const response = await this.#client.request(call, { method: "PUT", path: `/${encodeKey(to)}`, headers });
    const answer = await response.text().catch((cause: unknown) => {
      throw explain(call, cause);
    });
    const etag = etagOf(answer);
    // An error may come as a success.
    if (etag === undefined) throw errorOf(500, textOf(answer, "Code"), call);
    return { etag };
  }

  async signedUrl(key: string, { method = "GET", expiresIn = 3600, signal }: SignOptions = {}): Promise<string> {
    const call = this.#call("sign", key, signal);
    if (Number.isSafeInteger(expiresIn) && expiresIn > 0 && expiresIn <= longestExpiry) {
      return this.#client.presign(call, method, `/${encodeKey(key)}`, expiresIn);
    }
    const message = `A signed URL of ${this.name} lives 1 to ${longestExpiry} whole seconds, not ${expiresIn}`;
    throw new EdgewaterError("SettingsError", message, { store: this.name, key, field: "expiresIn" });
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    checkKey(this.name, key);
    return { store: this.name, verb, key, signal };
  }

  async #head(call: Call): Promise<Response> {
    try {
      return await this.#client.request(call, { method: "HEAD", path: `/${encodeKey(call.key)}` });
    } catch (error) {
      throw isEdgewaterError(error, "NotFound") ? notFound(call.store, call.key) : error;
    }
  }

  #metaOf(call: Call, response: Response): FullObjectMeta {
    const meta = metaOf(call, response, metadataHeaders);
    const name = noncesHeader(metadataHeaders);
    const nonces = response.headers.get(name);
    this.#seesNonces ||= nonces !== null;
    const isWritten = this.#histories.recall(call.key, meta.etag ?? "")?.history !== undefined;
    if (isWritten && !this.#seesNonces && response.type === "cors") hidden(call, name);
    this.#histories.remember(call.key, meta.etag, readHistory(call.key, nonces));
    return meta;
  }

  /** What is under a key that was written to. */
  async #look(call: Call): Promise<Seen | undefined> {
    let response: Response;
    try {
      response = await this.#head(call);
    } catch (error) {
      if (isEdgewaterError(error, "NotFound")) return undefined;
      throw error;
    }
    const { headers, type } = response;
    const etag = needed(call, response, "etag");
    const nonces = headers.get(noncesHeader(metadataHeaders));
    const age = Date.parse(headers.get("date") ?? "") - Date.parse(headers.get("last-modified") ?? "");
    // What came in parts carries the time at which it was begun.
    const isDated = !Number.isNaN(age) && !etag.includes("-");
    return {
      etag,
      nonces,
      age: isDated ? age : undefined,
      hidden: nonces === null && type === "cors" ? noncesHeader(metadataHeaders) : undefined,
    };
  }
}
