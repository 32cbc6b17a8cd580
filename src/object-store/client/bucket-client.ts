/**
 * What the stores of S3, Azure and Google Cloud Storage share: requests and retries, checks of answers, metadata headers,
 * credentials, lists, and uploads in parts.
 *
 * @module
 */
import { encodeKey } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import { LineageCache } from "../conditional-write/lineage-cache.ts";
import type { MetadataHeaders } from "./attributes.ts";
import { type Correction, type Failure, failureOf, type ServiceErrors, withCorrections } from "./error-codes.ts";
import type { HTTPRequest, TransportOptions } from "./exchange.ts";
import { send } from "./send.ts";

/** A request to a bucket, before it is signed. */
export interface BucketRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Below the bucket, encoded: a slash and a key, a query, or both. */
  readonly path: string;
  readonly headers?: Record<string, string> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | undefined;
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
    request: (call, request) =>
      corrected(async () => {
        const rules = { isRetried, errorOf: async (answer: Response) => (await readFailure(call, answer)).error };
        const response = await send(call, () => sign(call, request), options, rules);
        if (response.ok) return response;
        return readFailure(call, explained ? await explained(call, request, response) : response);
      }),
  };
}

/** The path of a key below its bucket or container. */
export function pathOf(key: string): string {
  return `/${encodeKey(key)}`;
}
