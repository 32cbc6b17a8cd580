import { encodeKey } from "../../encoding/percent.ts";
import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { openedBytes } from "../body.ts";
import { type Call, failed } from "../call.ts";
import { unlessAborted } from "../client/aborted.ts";
import { openedAnswer } from "../client/body.ts";
import { cut } from "../client/cut.ts";
import type { TransportOptions } from "../client/exchange.ts";
import { errorOf } from "../client/failure.ts";
import { needed } from "../client/meta.ts";
import { rangeHeader } from "../client/open.ts";
import { following } from "../client/redirect.ts";
import { send } from "../client/send.ts";
import { checkMatch, resolveRange } from "../conditions.ts";
import { checkKey } from "../path.ts";
import type { FullGet, FullGetOptions, FullObjectMeta, GetResult, Head, HeadOptions, Named } from "../types.ts";

export interface HTTPStoreOptions extends TransportOptions {
  /**
   * What every request carries, such as a token; a function is asked before every one. It goes to this server only: where
   * a redirect leads to another, it is left out (in browsers, by their own rules).
   */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
}

/**
 * Objects on a web server, below a URL: to be read, in ranges and depending on their etag. It neither writes nor lists,
 * and its type says so.
 *
 * - Of a server that reads no ranges the whole object is fetched and cut here.
 * - The size is what the headers say. Where they do not, because the server compresses or does not know, the whole object
 *   is read first. A server of another origin that compresses must show a browser `Content-Encoding` by its CORS rules.
 * - Conditions need etags. The content type is the server's; there is no metadata.
 *
 * In a browser the server's CORS rules must allow the page's origin and expose `ETag` and `Content-Range`.
 *
 * @example
 * ```ts
 * import { HTTPStore } from "edgewater/http";
 *
 * const store = new HTTPStore("https://example.org/quakes/v1");
 * ```
 */
export class HTTPStore implements Named, FullGet, Head<FullObjectMeta> {
  readonly name: string;
  readonly #base: string;
  readonly #options: HTTPStoreOptions;

  /** @throws `SettingsError` when the base is no URL of a web server, or carries credentials or a query */
  constructor(base: string | URL, options: HTTPStoreOptions = {}) {
    const url = URL.parse(base);
    const isPlain = url !== null && /^https?:$/.test(url.protocol) && !(url.search || url.hash || url.username || url.password);
    if (!isPlain) {
      const message = "The base of an HTTPStore is an http or https URL without credentials or a query; pass those as headers";
      throw new EdgewaterError("SettingsError", message, { store: "HTTPStore", field: "base" });
    }
    this.#base = url.href.replace(/\/$/, "");
    this.name = `HTTPStore(${this.#base})`;
    this.#options = options.headers === undefined ? options : { ...options, fetch: following(options.fetch) };
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    const { range, ifMatch, ifNoneMatch, signal } = options;
    const call = this.#call(key, signal);
    const part = range && resolveRange(range, Number.MAX_SAFE_INTEGER, call);
    const response = await this.#send(call, "GET", {
      ...(part && { range: rangeHeader(part.start, range.end) }),
      // If-Match never holds for the weak etags that many servers have; it is checked below.
      ...(ifNoneMatch === undefined ? {} : { "if-none-match": ifNoneMatch }),
    });
    try {
      // An empty object has no first byte that a range could begin with.
      const isEmpty = response.status === 416 && part?.start === 0 && /^bytes \*\/0$/.test(response.headers.get("content-range") ?? "");
      if (!response.ok && !isEmpty) throw errorOf(response.status, undefined, call);
      if (ifMatch !== undefined || ifNoneMatch !== undefined) checkMatch(options, needed(call, response, "ETag"), call);
      const size = isEmpty ? 0 : sizeIn(call, response);
      if (size === undefined) return await openedWhole(call, response, options);
      const { start, end } = resolveRange(range, size, call);
      const meta = metaOf(call, response, size);
      if (isEmpty) return openedBytes(meta, new Uint8Array());
      const isWhole = response.status === 206 || (start === 0 && end === size);
      return openedAnswer(meta, isWhole ? response : cut(response, start, end), call, this.#options);
    } catch (error) {
      void response.body?.cancel().catch(() => undefined);
      throw error;
    }
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    const call = this.#call(key, signal);
    const response = await this.#send(call, "HEAD", {});
    const size = response.ok ? sizeIn(call, response) : undefined;
    if (size !== undefined) return metaOf(call, response, size);
    if (!response.ok && response.status !== 405 && response.status !== 501) throw errorOf(response.status, undefined, call);
    const { meta, stream } = await this.get(key, { signal });
    await stream().cancel();
    return meta;
  }

  #call(key: string, signal: AbortSignal | undefined): Call {
    checkKey(this.name, key);
    return { store: this.name, verb: "read", key, signal };
  }

  #send(call: Call, method: string, headers: Record<string, string>): Promise<Response> {
    const url = `${this.#base}/${encodeKey(call.key)}`;
    // What is compressed on its way has another size and other ranges. Browsers let nobody ask for that.
    const make = async () => ({ method, url, headers: { "accept-encoding": "identity", ...headers, ...(await this.#headers(call)) } });
    return send(call, make, this.#options);
  }

  async #headers(call: Call): Promise<Readonly<Record<string, string>>> {
    const { headers = {} } = this.#options;
    if (typeof headers !== "function") return headers;
    try {
      return await unlessAborted(Promise.resolve(headers()), call.signal, call);
    } catch (cause) {
      throw isEdgewaterError(cause) ? cause : failed(call, "Unauthenticated", "the function for its headers failed", { cause });
    }
  }
}

function metaOf(call: Call, { headers }: Response, size: number): FullObjectMeta {
  const lastModified = Date.parse(headers.get("last-modified") ?? "");
  return {
    key: call.key,
    size,
    etag: headers.get("etag") ?? undefined,
    lastModified: Number.isNaN(lastModified) ? undefined : new Date(lastModified),
    contentType: headers.get("content-type") ?? undefined,
    metadata: {},
  };
}

/** Bytes of the whole object; undefined when the headers do not say. */
function sizeIn(call: Call, response: Response): number | undefined {
  const { status, headers } = response;
  const size = status === 206 ? needed(call, response, "Content-Range").split("/")[1] : headers.get("content-length");
  return typeof size !== "string" || headers.has("content-encoding") || !/^\d+$/.test(size) ? undefined : Number(size);
}

/** An object whose size is known only when it has been read. */
async function openedWhole(call: Call, response: Response, { range }: FullGetOptions): Promise<GetResult<FullObjectMeta>> {
  if (response.status === 206) throw failed(call, "NotSupported", "the server does not tell its size");
  const bytes = await openedAnswer(metaOf(call, response, 0), response, call).bytes();
  const { start, end } = resolveRange(range, bytes.byteLength, call);
  return openedBytes(metaOf(call, response, bytes.byteLength), bytes.slice(start, end));
}
