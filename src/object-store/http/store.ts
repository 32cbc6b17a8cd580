import { encodeKey } from "../../encoding/percent.ts";
import { EdgewaterError, isEdgewaterError, orAborted } from "../../errors.ts";
import { aFunction, checkOptions, either, type OptionKinds, stringRecord } from "../../options.ts";
import { openedBytes } from "../body.ts";
import { type Call, failed, printable } from "../call.ts";
import { checkExtent, codingOf, hiddenHeader, statedLength, unexpected } from "../client/answer/answer.ts";
import { openedAnswer } from "../client/answer/body.ts";
import { isRedirect, redirectError } from "../client/answer/redirect.ts";
import { validDate } from "../client/answer/xml.ts";
import { checkTransport, parsedUrl, transportKinds } from "../client/checks.ts";
import { errorOf } from "../client/error-codes.ts";
import { leavesBodies, type TransportOptions } from "../client/exchange.ts";
import { rangeHeader } from "../client/objects.ts";
import { send } from "../client/send-with-retry.ts";
import { checkMatch, resolveRange } from "../conditions.ts";
import { checkKey } from "../path.ts";
import type { FullGet, FullGetOptions, FullObjectMeta, GetResult, Head, HeadOptions, Named } from "../types.ts";
import { checkVerbOptions } from "../verb-options.ts";
import { withoutLeakingHeaders } from "./redirect.ts";

type RequestHeaders = Readonly<Record<string, string>>;

/** The options of an `HTTPStore`. */
export interface HTTPStoreOptions extends TransportOptions {
  /**
   * Headers of every request, such as a token, or a function that returns them before every request. They go to this server
   * only: a redirect to another server is followed without them. Browsers do not show redirects, so with headers there are none.
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
  /** Whether `fetch` leaves compressed bodies as they are. */
  readonly #leavesBodies: boolean;

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
    this.#leavesBodies = leavesBodies(options);
    this.#options = options.headers === undefined ? options : { ...options, fetch: withoutLeakingHeaders(options.fetch) };
  }

  /** Opens an object, or a range of it. Throws as `Get` describes. */
  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkVerbOptions(this.name, "get", options);
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
      if (!response.ok && !isEmpty) throw this.#errorOf(call, response, options);
      if (ifMatch !== undefined || ifNoneMatch !== undefined) {
        const etag = response.headers.get("etag");
        if (etag === null) throw hiddenHeader(call, "ETag");
        checkMatch(options, etag, call);
      }
      if (isEmpty) return openedBytes(metaOf(call, response, 0), new Uint8Array());
      const { start: first, end: last, size } = checkExtent(call, response, range);
      const isPart = response.status === 206;
      if (isPart && codingOf(response)) throw failed(call, "NotSupported", "the server sends a range of a compressed object");
      if (size === undefined || last === undefined) return await this.#openedWhole(call, response, options);
      const { start, end } = resolveRange(range, size, call);
      const meta = metaOf(call, response, size);
      const { timeoutMs } = this.#options;
      if (isPart || (start === 0 && end === size)) return openedAnswer(meta, response, call, { timeoutMs, length: last - first });
      const whole = openedAnswer(meta, response, call, { timeoutMs, length: size }).stream();
      return openedAnswer(meta, slicedAnswer(whole, start, end), call, { timeoutMs, length: end - start });
    } catch (error) {
      if (!response.body?.locked) void response.body?.cancel().catch(() => undefined);
      throw error;
    }
  }

  /** Reads what the store knows of an object. */
  async head(key: string, options: HeadOptions = {}): Promise<FullObjectMeta> {
    checkVerbOptions(this.name, "head", options);
    const { signal } = options;
    const call = this.#call(key, signal);
    const response = await this.#send(call, "HEAD", {});
    const size = response.status === 200 && !codingOf(response) ? statedLength(call, response) : undefined;
    if (size !== undefined) return metaOf(call, response, size);
    if (!response.ok && response.status !== 405 && response.status !== 501) throw this.#errorOf(call, response, {});
    const { meta, stream } = await this.get(key, { signal });
    void stream()
      .cancel()
      .catch(() => undefined);
    return meta;
  }

  /** The error of an answer that reports a failure. */
  #errorOf(call: Call, response: Response, { range, ifNoneMatch }: FullGetOptions): Error {
    const { status } = response;
    if (isRedirect(response)) return redirectError(call, response, response.url || this.#base);
    if ((status === 304 && ifNoneMatch === undefined) || status === 412 || (status === 416 && range === undefined)) {
      return unexpected(call, "the refusal of a condition or range that it was not asked for");
    }
    return errorOf(status, undefined, call);
  }

  #call(key: string, signal: AbortSignal | undefined): Call {
    checkKey(this.name, key);
    return { store: this.name, verb: "read", key, signal };
  }

  /** Opens an object whose size is known only after it has been read. */
  async #openedWhole(call: Call, response: Response, { range }: FullGetOptions): Promise<GetResult<FullObjectMeta>> {
    const body = codingOf(response) && this.#leavesBodies ? decodedAnswer(call, response) : response;
    const { timeoutMs } = this.#options;
    const bytes = await openedAnswer(metaOf(call, response, 0), body, call, { timeoutMs }).bytes();
    const { start, end } = resolveRange(range, bytes.byteLength, call);
    return openedBytes(metaOf(call, response, bytes.byteLength), bytes.slice(start, end));
  }

  #send(call: Call, method: string, headers: Record<string, string>): Promise<Response> {
    const url = `${this.#base}/${encodeKey(call.key)}`;
    // A compressed answer has another size and other ranges. Browsers do not let a page set this header.
    const redirect = this.#options.headers === undefined ? ("follow" as const) : undefined;
    const make = async () => ({
      method,
      url,
      headers: { "accept-encoding": "identity", ...headers, ...(await this.#headers(call)) },
      redirect,
    });
    return send(call, make, this.#options);
  }

  async #headers(call: Call): Promise<RequestHeaders> {
    const { headers = {} } = this.#options;
    if (typeof headers !== "function") return headers;
    try {
      return await orAborted(Promise.resolve(headers()), call.signal, call);
    } catch (cause) {
      throw isEdgewaterError(cause) ? cause : failed(call, "Unauthenticated", "the function for its headers failed", { cause });
    }
  }
}

function metaOf(call: Call, { headers }: Response, size: number): FullObjectMeta {
  return {
    key: call.key,
    size,
    etag: headers.get("etag") ?? undefined,
    lastModified: validDate(headers.get("last-modified")),
    contentType: headers.get("content-type") ?? undefined,
    metadata: {},
  };
}

/** The codings that every runtime can undo. */
const streamFormats: Readonly<Record<string, CompressionFormat>> = { gzip: "gzip", "x-gzip": "gzip", deflate: "deflate" };

/**
 * Undoes the coding of a body where `fetch` has not.
 *
 * @throws `NotSupported` for another coding
 */
function decodedAnswer(call: Call, response: Response): Response {
  const coding = response.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  const format = Object.hasOwn(streamFormats, coding) ? streamFormats[coding] : undefined;
  if (format === undefined)
    throw failed(call, "NotSupported", `the server compresses with ${printable(coding)}, although it was not asked to`);
  return new Response(response.body?.pipeThrough(new DecompressionStream(format)) ?? null);
}

/** An answer with a range of a whole object, which is cancelled as soon as the range has been read. */
function slicedAnswer(whole: ReadableStream<Uint8Array>, start: number, end: number): Response {
  let position = 0;
  const reader = whole.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        while (true) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          const part = value.subarray(Math.max(start - position, 0), Math.max(end - position, 0));
          position += value.byteLength;
          if (part.byteLength > 0) controller.enqueue(part);
          if (position >= end) {
            controller.close();
            await reader.cancel();
            return;
          }
          if (part.byteLength > 0) return;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(body);
}
