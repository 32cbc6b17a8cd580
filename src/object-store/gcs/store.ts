import { bytesOf, checkBody, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { attributeHeaders } from "../client/attributes.ts";
import { metaIn, overwrite, pathOf } from "../client/cloud.ts";
import { openObject } from "../client/open.ts";
import { checkAttributes, checkMatch } from "../conditions.ts";
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
import { clientFor, conditionOf, type GCSClient } from "./client.ts";
import type { GCSStoreOptions } from "./options.ts";

/**
 * Objects in a bucket of Google Cloud Storage, through `fetch` and its XML API: with an OAuth token or an HMAC key, from
 * browsers, Workers, Node, Deno and Bun.
 *
 * - An etag is the object's generation: every write has its own, and conditions hold for streams too.
 * - A conditional write finds out what became of it when its answer is lost. For that it leaves one entry of metadata,
 *   which is not shown.
 * - A body of known length is one request. A stream that is longer than `chunkSize` is a resumable upload.
 * - The XML API reads no object unless it is of another generation: `ifNoneMatch` is checked when the answer begins, and
 *   the body is then not read.
 * - A copy under a condition goes through this process, and keeps the content type and metadata only.
 * - `signedUrl` needs an HMAC key.
 *
 * In a browser the bucket's CORS rules must allow the page's origin and expose `Content-Range`, `Date`, `Location`,
 * `Range`, `x-goog-generation`, `x-goog-meta-edgewaternonces`, `x-goog-meta-edgewatermetadata` and `x-goog-meta-` with
 * each name of metadata that is read.
 *
 * @example
 * ```ts
 * import { GCSStore } from "edgewater/gcs";
 *
 * const store = new GCSStore({ bucket: "quakes", credentials: async () => ({ accessToken: await freshToken() }) });
 * ```
 */
export class GCSStore implements FullObjectStore, Sign {
  readonly name: string;
  /** It is known to keep conditions. */
  readonly keepsConditions = true;
  readonly #client: GCSClient;

  /** @throws `SettingsError` when the endpoint is not a URL or carries credentials, or for a wrong `chunkSize` */
  constructor(options: GCSStoreOptions) {
    this.#client = clientFor(options);
    this.name = this.#client.name;
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    const { mode = "overwrite" } = options;
    const call = this.#call("write", key, options.signal);
    checkBody(body, call);
    const attributes = attributeHeaders(checkAttributes(options, call) ?? {}, this.#client.metadata);
    const put = async (whole: Uint8Array<ArrayBuffer> | Blob): Promise<PutResult> => {
      if (mode === "overwrite") return overwrite(this.#client, call, whole, attributes);
      const [{ writeOnceIn }, { attemptAt, expectedOf }] = await Promise.all([
        import("../conditional-write/conditional.ts"),
        import("./attempt.ts"),
      ]);
      return writeOnceIn(this.#client, call, mode, attributes, (own) => {
        const headers = { ...own, ...conditionOf(expectedOf(mode)) };
        return attemptAt(this.#client, call, () => this.#client.sign(call, { method: "PUT", path: pathOf(key), headers, body: whole }));
      });
    };
    if (isBuffered(body)) return put(bytesOf(body));
    // A type of its own would become the object's.
    if (body instanceof Blob) return put(body.slice());
    const { putResumably } = await import("./resumable.ts");
    return putResumably(this.#client, call, body, mode, attributes, put);
  }

  async get(key: string, { range, ifMatch, ifNoneMatch, signal }: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    const call = this.#call("read", key, signal);
    const opened = await openObject(this.#client, call, range, conditionOf(ifMatch));
    try {
      checkMatch({ ifNoneMatch }, opened.meta.etag, call);
    } catch (error) {
      await opened.stream().cancel();
      throw error;
    }
    return opened;
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    const call = this.#call("read", key, signal);
    return metaIn(this.#client, call, await this.#client.request(call, { method: "HEAD", path: pathOf(key) }));
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const calls = checkKeys(this.name, keys).map((key) => this.#call("delete", key, signal));
    const { deleteEach } = await import("../client/delete.ts");
    await deleteEach(this.#client, calls, this.#client.transport.concurrency ?? 4);
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
