import { bytesOf, checkBody, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { attributeHeaders } from "../client/attributes.ts";
import { pathOf } from "../client/bucket-client.ts";
import { copyWithin, deleteEach, headObject, matchHeaders, openObject, overwrite } from "../client/objects.ts";
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
import { checkVerbOptions } from "../verb-options.ts";
import { type AzureClient, createAzureClient } from "./client.ts";
import { listBlobs } from "./list.ts";
import { type AzureStoreOptions, checkBlobName, checkTypes } from "./options.ts";
import { copyByServer, putOnce, putStream } from "./write.ts";

/** The most bytes of one request: 5000 MiB. */
const largestRequest = 5000 * 2 ** 20;

/**
 * Objects as block blobs in a container of Azure Blob Storage, through `fetch`: with an account key, a shared access signature,
 * or a token of Microsoft Entra ID. Runs in browsers, Workers, Node, Deno and Bun. For accounts without a hierarchical
 * namespace.
 *
 * - Every write has its own etag. Conditions also hold for streams.
 * - When the answer to a conditional write is lost, the store finds out whether it happened. For that, every such object has
 *   one metadata entry that callers do not see.
 * - A body of known length is one request, up to 5000 MiB. A stream longer than `blockSize` is uploaded in blocks and then
 *   committed. Uncommitted blocks are not visible; Azure drops them with the next write of the key, or after a week. So when a
 *   stream and another write of the same key overlap, the stream's may fail.
 * - A list with `startAfter` reads everything before it, because Azure's lists begin at the first object.
 * - A conditional copy passes through this process and keeps only the content type and the metadata.
 * - `signedUrl` needs an account key. A PUT to a signed URL must send the header `x-ms-blob-type: BlockBlob`.
 * - Keys with a backslash, or with a dot at the end of a segment, are refused, because Azure would change them. A key has at
 *   most 1,024 characters.
 *
 * In a browser, the account's CORS rules must allow the page's origin and expose `ETag`, `Content-Range`, `Date`,
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
  /** Every write gives the object another etag. */
  readonly etags = "write";
  /** `AzureStore(<account>/<container>)`, for messages. */
  readonly name: string;
  /** Azure is known to honour conditions. */
  readonly keepsConditions = true;
  readonly #client: AzureClient;

  /**
   * Makes a store. Sends nothing.
   *
   * @throws `SettingsError` for a account or container with characters that no such name has, for an endpoint that is not an http or https
   * URL or carries credentials, and for wrong numbers
   */
  constructor(options: AzureStoreOptions) {
    checkTypes(options);
    this.#client = createAzureClient(options);
    this.name = this.#client.name;
  }

  /** Writes an object, replacing an earlier one. Throws as `Put` describes. */
  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "put", options);
    const { mode = "overwrite" } = options;
    const call = this.#call("write", key, options.signal);
    checkBody(body, call);
    const attributes = withBlobContentType(attributeHeaders(checkAttributes(options, call) ?? {}, this.#client.metadata));
    const put = (whole: Uint8Array<ArrayBuffer> | Blob): Promise<PutResult> => {
      const headers = { ...attributes, "x-ms-blob-type": "BlockBlob" };
      if (mode === "overwrite") return overwrite(this.#client, call, whole, headers);
      return putOnce(this.#client, call, mode, headers, { method: "PUT", path: pathOf(key), body: whole });
    };
    if (isBuffered(body)) return put(bytesOf(body));
    // A slice has no type: fetch would send the Blob's own, which the signature does not cover.
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
    const calls = checkKeys(this.name, keys).map((key) => this.#call("delete", key, signal));
    // Azure deletes a blob with snapshots only together with them.
    await deleteEach(this.#client, calls, this.#client.options.concurrency ?? 4, { "x-ms-delete-snapshots": "include" });
  }

  /** Lists the objects below a prefix in UTF-8 order. */
  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  /** Lists one level: the objects below a prefix, and the prefixes below it. */
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(prefix = "", options: PagedListOptions | DelimitedListOptions = {}): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    checkVerbOptions(this.name, "list", options);
    const { signal, ...page } = options;
    const start = checkPrefix(this.name, prefix);
    yield* listBlobs(this.#client, { store: this.name, verb: "list", key: prefix, signal }, start, page);
  }

  /** Copies an object with its attributes. */
  async copy(from: string, to: string, options: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "copy", options);
    const { mode = "overwrite", signal } = options;
    const call = this.#call("copy", from, signal);
    checkBlobName(this.name, to);
    return copyWithin(this, call, to, mode, () => copyByServer(this.#client, call, to));
  }

  /**
   * Signs a URL for one method on one object.
   *
   * @throws `SettingsError` for a wrong `expiresInSeconds`; `NotSupported` without an account key
   */
  async signedUrl(key: string, options: SignOptions = {}): Promise<string> {
    checkVerbOptions(this.name, "signedUrl", options);
    return this.#client.signUrl(this.#call("sign", key, options.signal), options);
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    checkBlobName(this.name, key);
    return { store: this.name, verb, key, signal };
  }
}

/** Moves the content type into Azure's own header: `Content-Type` of a block list is that of its XML. */
function withBlobContentType({ "content-type": type, ...others }: Record<string, string>): Record<string, string> {
  return type === undefined ? others : { ...others, "x-ms-blob-content-type": type };
}
