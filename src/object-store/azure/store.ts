import { bytesOf, checkBody, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { attributeHeaders } from "../client/attributes.ts";
import { metaIn, overwrite, pathOf } from "../client/cloud.ts";
import { openObject } from "../client/open.ts";
import { checkAttributes } from "../conditions.ts";
import { checkKeys, checkPrefix } from "../path.ts";
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
import { type AzureClient, clientFor } from "./client.ts";
import { checkBlobName } from "./names.ts";
import type { AzureStoreOptions } from "./options.ts";

/** What one request may carry: 5000 MiB. */
const largestRequest = 5000 * 2 ** 20;

/**
 * Objects as block blobs in a container of Azure Blob Storage, through `fetch`: with an account key, a shared access
 * signature, or a token of Microsoft Entra ID, from browsers, Workers, Node, Deno and Bun. For accounts without a
 * hierarchical namespace.
 *
 * - Every write has an etag of its own, and conditions hold for streams too.
 * - A conditional write finds out what became of it when its answer is lost. For that it leaves one entry of metadata,
 *   which is not shown.
 * - A body of known length is one request, up to 5000 MiB. A stream that is longer than `blockSize` is uploaded in blocks
 *   and then committed. Nothing is left to abort: blocks that are not committed are not to be seen, and Azure drops them
 *   with the next write under the key, or after a week. So of two writes of one key at once, a stream's may fail.
 * - A list with `startAfter` reads all that comes before, because Azure's begin at the first object.
 * - A copy under a condition goes through this process, and keeps the content type and metadata only.
 * - `signedUrl` needs an account key. Whoever puts to such a URL sends the header `x-ms-blob-type: BlockBlob`.
 * - Keys with a backslash, or with a dot at the end of a segment, are refused: Azure would change them. It takes no more
 *   than 1,024 characters.
 *
 * In a browser the account's CORS rules must allow the page's origin and expose `ETag`, `Content-Range`, `Date`,
 * `x-ms-error-code` and `x-ms-meta-*`.
 *
 * @example
 * ```ts
 * import { AzureStore, fromEnvironment } from "edgewater/azure";
 *
 * const store = new AzureStore({ account: "quakes", container: "v1", credentials: fromEnvironment() });
 * ```
 */
export class AzureStore implements FullObjectStore, Sign {
  readonly name: string;
  /** It is known to keep conditions. */
  readonly keepsConditions = true;
  readonly #client: AzureClient;

  /** @throws `SettingsError` when the endpoint is not a URL or carries credentials */
  constructor(options: AzureStoreOptions) {
    this.#client = clientFor(options);
    this.name = this.#client.name;
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    const { mode = "overwrite" } = options;
    const call = this.#call("write", key, options.signal);
    checkBody(body, call);
    const attributes = ownContentType(attributeHeaders(checkAttributes(options, call) ?? {}, this.#client.metadata));
    const put = async (whole: Uint8Array<ArrayBuffer> | Blob): Promise<PutResult> => {
      const all = { ...attributes, "x-ms-blob-type": "BlockBlob" };
      if (mode === "overwrite") return overwrite(this.#client, call, whole, all);
      const [{ writeOnceIn }, { attemptAt }] = await Promise.all([import("../conditional-write/conditional.ts"), import("./attempt.ts")]);
      return writeOnceIn(this.#client, call, mode, all, (headers) =>
        attemptAt(this.#client, call, mode, { method: "PUT", path: pathOf(key), headers, body: whole }),
      );
    };
    if (isBuffered(body)) return put(bytesOf(body));
    // A slice has no type, which would be signed as another than fetch sends.
    if (body instanceof Blob && body.size <= largestRequest) return put(body.slice());
    const { putBlocks } = await import("./blocks.ts");
    return putBlocks(this.#client, call, body, mode, attributes, put);
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
    const calls = checkKeys(this.name, keys).map((key) => this.#call("delete", key, signal));
    const { deleteEach } = await import("../client/delete.ts");
    // Without its snapshots a blob that has some is not deleted.
    await deleteEach(this.#client, calls, this.#client.transport.concurrency ?? 4, { "x-ms-delete-snapshots": "include" });
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
    checkBlobName(this.name, to);
    const [{ copyWithin }, { copyTo }] = await Promise.all([import("../client/copy.ts"), import("./copy.ts")]);
    return copyWithin(this, call, to, mode, () => copyTo(this.#client, call, to));
  }

  async signedUrl(key: string, options: SignOptions = {}): Promise<string> {
    const call = this.#call("sign", key, options.signal);
    const { signedUrl } = await import("./signed-url.ts");
    return signedUrl(this.#client, call, options);
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    checkBlobName(this.name, key);
    return { store: this.name, verb, key, signal };
  }
}

/** The content's type has a header of its own, because that of a list of blocks is XML's. */
function ownContentType({ "content-type": type, ...others }: Record<string, string>): Record<string, string> {
  return type === undefined ? others : { ...others, "x-ms-blob-content-type": type };
}
