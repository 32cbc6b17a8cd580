import { encodeKey } from "../../encoding/percent.ts";
import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { aFunction, checkOptions, either, type OptionKinds, stringRecord } from "../../options.ts";
import { openedBytes } from "../body.ts";
import { type Call, failed } from "../call.ts";
import { unlessAborted } from "../client/aborted.ts";
import { openedAnswer, requiredHeader, statedSize } from "../client/answer.ts";
import { checkTransport, parsedUrl, transportKinds } from "../client/checks.ts";
import { errorOf } from "../client/error-codes.ts";
import type { TransportOptions } from "../client/exchange.ts";
import { rangeHeader } from "../client/objects.ts";
import { send } from "../client/send.ts";
import { checkMatch, resolveRange } from "../conditions.ts";
import { checkKey } from "../path.ts";
import type { FullGet, FullGetOptions, FullObjectMeta, GetResult, Head, HeadOptions, Named } from "../types.ts";
import { withoutLeakingHeaders } from "./redirect.ts";

type RequestHeaders = Readonly<Record<string, string>>;

/** The options of an `HTTPStore`. */
export interface HTTPStoreOptions extends TransportOptions {
  /**
   * Headers of every request, such as a token, or a function that returns them before every request. They go to this server
   * only: a redirect to another server is followed without them (in browsers, by the browser's own rules).
   */
  readonly headers?: RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>);
}

const kinds: OptionKinds<HTTPStoreOptions> = { headers: either(aFunction, stringRecord), ...transportKinds };

/**
 * Objects on a web server, below a URL. It reads them, also in ranges and under conditions; it neither writes nor lists, and
 * its type has no such methods.
 *
 * - From a server without ranges, the whole object is read and the range is cut out here.
 * - The size is the one in the headers. Where they have none, because the server compresses or does not know the size, the
 *   whole object is read first. In a browser, a server of another origin that compresses must expose `Content-Encoding` in its
 *   CORS rules.
 * - Conditions need etags. The content type is the server's; there is no metadata.
 *
 * In a browser, the server's CORS rules must allow the page's origin and expose `ETag` and `Content-Range`.
 *
 * @example
 * ```ts
 * import { HTTPStore } from "edgewater/http";
 *
 * const store = new HTTPStore("https://example.org/quakes/v1");
 * ```
 */
export class HTTPStore implements Named, FullGet, Head<FullObjectMeta> {
  /** `HTTPStore(<base>)`, for messages. */
  readonly name: string;
  readonly #base: string;
  readonly #options: HTTPStoreOptions;

  /**
   * Makes a store. Sends nothing.
   *
   * @param base URL of the folder that the keys are below
   * @throws `SettingsError` for a base that is not an http or https URL or carries credentials or a query, and for wrong numbers
   */
  constructor(base: string | URL, options: HTTPStoreOptions = {}) {
    checkOptions("HTTPStore", options, kinds);
    const url = parsedUrl(base);
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
      const message =
        "Invalid base of HTTPStore; expected an http or https URL without credentials, query or fragment; pass credentials as headers";
      throw new EdgewaterError("SettingsError", message, { store: "HTTPStore", field: "base" });
    }
    this.#base = url.href.replace(/\/$/, "");
    this.name = `HTTPStore(${this.#base})`;
    checkTransport(options, this.name);
    this.#options = options.headers === undefined ? options : { ...options, fetch: withoutLeakingHeaders(options.fetch) };
  }

  /** Opens an object, or a range of it. Throws as `Get` describes. */
  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    const { range, ifMatch, ifNoneMatch, signal } = options;
    const call = this.#call(key, signal);
    const part = range && resolveRange(range, Number.MAX_SAFE_INTEGER, call);
    const response = await this.#send(call, "GET", {
      ...(part && { range: rangeHeader(part.start, range.end) }),
      // If-Match never holds for the weak etags that many servers have; ifMatch is checked below.
      ...(ifNoneMatch === undefined ? {} : { "if-none-match": ifNoneMatch }),
    });
    try {
      // An empty object has no first byte for a range to start with.
      const isEmpty = response.status === 416 && part?.start === 0 && /^bytes \*\/0$/.test(response.headers.get("content-range") ?? "");
      if (!response.ok && !isEmpty) throw errorOf(response.status, undefined, call);
      if (ifMatch !== undefined || ifNoneMatch !== undefined) checkMatch(options, requiredHeader(call, response, "ETag"), call);
      const size = isEmpty ? 0 : sizeOf(call, response);
      if (size === undefined) return await openedWhole(call, response, options);
      const { start, end } = resolveRange(range, size, call);
      const meta = metaOf(call, response, size);
      if (isEmpty) return openedBytes(meta, new Uint8Array());
      const isExact = response.status === 206 || (start === 0 && end === size);
      return openedAnswer(meta, isExact ? response : slicedAnswer(response, start, end), call, this.#options);
    } catch (error) {
      void response.body?.cancel().catch(() => undefined);
      throw error;
    }
  }

  /** Reads what the store knows of an object. */
  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    const call = this.#call(key, signal);
    const response = await this.#send(call, "HEAD", {});
    const size = response.ok ? sizeOf(call, response) : undefined;
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
    // A compressed answer has another size and other ranges. Browsers do not let a page set this header.
    const make = async () => ({ method, url, headers: { "accept-encoding": "identity", ...headers, ...(await this.#headers(call)) } });
    return send(call, make, this.#options);
  }

  async #headers(call: Call): Promise<RequestHeaders> {
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

/** Size of the whole object in bytes; undefined when the headers do not state it. */
function sizeOf(call: Call, response: Response): number | undefined {
  const size = statedSize(call, response);
  return typeof size !== "string" || response.headers.has("content-encoding") || !/^\d+$/.test(size) ? undefined : Number(size);
}

/** Opens an object whose size is known only after it has been read. */
async function openedWhole(call: Call, response: Response, { range }: FullGetOptions): Promise<GetResult<FullObjectMeta>> {
  if (response.status === 206) throw failed(call, "NotSupported", "the server does not state the object's size");
  const bytes = await openedAnswer(metaOf(call, response, 0), response, call).bytes();
  const { start, end } = resolveRange(range, bytes.byteLength, call);
  return openedBytes(metaOf(call, response, bytes.byteLength), bytes.slice(start, end));
}

/** An answer with a range of the body of another, which is cancelled as soon as the range has been read. */
function slicedAnswer(response: Response, start: number, end: number): Response {
  let position = 0;
  const reader = response.body?.getReader();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      while (true) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return controller.close();
        const part = value.subarray(Math.max(start - position, 0), Math.max(end - position, 0));
        position += value.byteLength;
        if (part.byteLength > 0) controller.enqueue(part);
        if (position >= end) {
          controller.close();
          await reader?.cancel();
          return;
        }
        if (part.byteLength > 0) return;
      }
    },
    cancel: (reason) => reader?.cancel(reason),
  });
  // The reader of the body notices by this length when it ends too early.
  return new Response(body, { headers: { "content-length": String(end - start) } });
}
