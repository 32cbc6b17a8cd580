/**
 * What the stores of S3, Azure and Google Cloud Storage share: requests and retries, checks of answers, metadata headers,
 * credentials, lists, and uploads in parts.
 *
 * @module
 */
import { encodeKey } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import { LineageCache } from "../conditional-write/lineage-cache.ts";
import { unexpected } from "./answer/answer.ts";
import { textBody } from "./answer/body.ts";
import { readDocument, statusOfCode } from "./answer/document.ts";
import { parseXml, textAt, type XmlElement } from "./answer/xml.ts";
import type { MetadataHeaders } from "./attributes.ts";
import { type Correction, errorOf, type Failure, failureOf, type ServiceErrors, withCorrections } from "./error-codes.ts";
import { defaultTimeoutMs, type HTTPRequest, type TransportOptions } from "./exchange.ts";
import { send } from "./send-with-retry.ts";

/** A request to a bucket, before it is signed. */
export interface BucketRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Below the bucket, encoded: a slash and a key, a query, or both. */
  readonly path: string;
  readonly headers?: Record<string, string> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | undefined;
}

/** How an answer is read as a document. */
export interface DocumentRequestOptions {
  /** Name of its root element. */
  readonly root: string;
  /** Number of bytes that it may have; 64 kB unless given. */
  readonly maxBytes?: number;
  /** Whether the server may be at work while it answers, as for a copy, so that the answer may take 20 times as long. */
  readonly isSlow?: boolean;
  /** Whether an answer of nothing is as good as the document; it is then returned without children. */
  readonly mayBeEmpty?: boolean;
}

/** Sends the requests of a store to its bucket or container. */
export interface BucketClient<Options extends TransportOptions = TransportOptions> {
  /** Name of the store. */
  readonly name: string;
  /** Options of the store. */
  readonly options: Options;
  readonly metadata: MetadataHeaders;
  readonly lineages: LineageCache;
  /** Whether an answer has ever shown a lineage header. */
  hasSeenLineage: boolean;
  /** Whether `Last-Modified` is the time of the write that made the object with this etag. True unless given. */
  readonly isDated?: ((etag: string) => boolean) | undefined;
  readonly sign: (call: Call, request: BucketRequest) => Promise<HTTPRequest>;
  /**
   * Sends a request that may happen more than once. Resolves with the answer when it reports success.
   *
   * @throws the error that any other answer stands for
   */
  readonly request: (call: Call, request: BucketRequest) => Promise<Response>;
  /**
   * Sends a request that may happen more than once, and reads its answer as one whole XML document. An answer that is no document, or
   * an `<Error>` with status 200, is retried like an answer of failure.
   *
   * @throws like `request`; `Unavailable` when the last answer is no whole document
   */
  readonly document: (call: Call, request: BucketRequest, options: DocumentRequestOptions) => Promise<XmlElement>;
  /** Like `document`, for an answer whose headers matter and whose body may be empty. */
  readonly emptyOrDocument: (call: Call, request: BucketRequest, options: DocumentRequestOptions) => Promise<Response>;
  /** Reads an answer of success as one whole XML document. Throws like `document`. */
  readonly readDocument: (call: Call, response: Response, options: DocumentRequestOptions) => Promise<XmlElement>;
  /** Reads an answer that reports a failure. */
  readonly failureOf: (call: Call, response: Response) => Promise<Failure>;
  /** Repeats the work with the server's clock or with new credentials, once each, when its failure calls for that. */
  readonly corrected: <Value extends object>(work: () => Promise<Value | Failure>) => Promise<Value>;
}

/** What differs between the services. */
export interface BucketClientSetup<Options extends TransportOptions>
  extends Pick<BucketClient<Options>, "name" | "options" | "metadata" | "isDated" | "sign"> {
  readonly errors: ServiceErrors;
  readonly corrections: readonly Correction[];
  /** Whether to retry after an answer; by its status unless given. */
  readonly isRetried?: (response: Response) => boolean;
  /** Replaces an answer of failure by another that says more. */
  readonly explained?: (call: Call, request: BucketRequest, response: Response) => Promise<Response>;
}

/** A client for one bucket or container. */
export function createBucketClient<Options extends TransportOptions>(setup: BucketClientSetup<Options>): BucketClient<Options> {
  const { name, options, metadata, isDated, sign, errors, corrections, isRetried, explained } = setup;
  const readFailure = (call: Call, response: Response): Promise<Failure> => failureOf(call, response, errors, options.timeoutMs);
  const corrected: BucketClient["corrected"] = (work) => withCorrections(work, corrections);
  const requestWith = (call: Call, request: BucketRequest, read: (response: Response) => Promise<void>): Promise<Response> =>
    corrected(async () => {
      const rules = { isRetried, read, errorOf: async (answer: Response) => (await readFailure(call, answer)).error };
      const response = await send(call, () => sign(call, request), options, rules);
      if (response.ok) return response;
      return readFailure(call, explained ? await explained(call, request, response) : response);
    });
  const readWhole: BucketClient["readDocument"] = (call, response, { maxBytes = maxDocumentBytes, isSlow = false, ...which }) => {
    const { timeoutMs = defaultTimeoutMs } = options;
    const limits = { timeoutMs: isSlow ? timeoutMs * slowFactor : timeoutMs, idleMs: timeoutMs, maxBytes };
    return readDocument(call, response, { ...which, ...limits }, errors);
  };
  return {
    name,
    options,
    metadata,
    isDated,
    sign,
    corrected,
    lineages: new LineageCache(),
    hasSeenLineage: false,
    failureOf: readFailure,
    request: (call, request) => requestWith(call, request, (response) => checkSuccess(call, request, response, errors, options.timeoutMs)),
    document: async (call, request, documentOptions) => {
      let document: XmlElement | undefined;
      await requestWith(call, request, async (response) => {
        document = await readWhole(call, response, documentOptions);
      });
      return document as XmlElement;
    },
    emptyOrDocument: (call, request, documentOptions) =>
      requestWith(call, request, async (response) => {
        await readWhole(call, response, { ...documentOptions, mayBeEmpty: true });
      }),
    readDocument: readWhole,
  };
}

/** How many times longer the server's work on a copy, or at the end of an upload, may take. */
export const slowFactor = 20;

/** Bytes of a document that is no list. */
const maxDocumentBytes = 65_536;

/**
 * Compares an answer of success with its request. An answer to GET is compared where it is read.
 *
 * @throws `Unavailable` for a web page, such as that of a captive portal, and for a delete that is answered with an error
 */
async function checkSuccess(
  call: Call,
  { method }: BucketRequest,
  response: Response,
  errors: ServiceErrors,
  timeoutMs: number | undefined,
): Promise<void> {
  const { status, headers } = response;
  if (method === "GET") return;
  if (method === "HEAD") {
    if (status > 202) throw unexpected(call, `the status ${status}; HEAD has 200`);
    return;
  }
  if (headers.get("content-type")?.startsWith("text/html")) throw unexpected(call, "a web page");
  if (method !== "DELETE" || status !== 200) return;
  const text = await textBody(call, response, { timeoutMs, maxBytes: maxDocumentBytes });
  const document = parseXml(text);
  if (text.trim() === "" || (document && !/^(?:error|html)$/i.test(document.name))) return;
  const code = document?.name === "Error" ? textAt(document, "Code") : undefined;
  throw code === undefined
    ? unexpected(call, "something else than the confirmation of a delete")
    : errorOf(statusOfCode(code), code, call, errors);
}

/** The path of a key below its bucket or container. */
export function pathOf(key: string): string {
  return `/${encodeKey(key)}`;
}
