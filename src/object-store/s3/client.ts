import { orAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { MetadataHeaders } from "../client/attributes.ts";
import { type BucketClient, type BucketRequest, createBucketClient, pathOf } from "../client/bucket-client.ts";
import { checkExpiry } from "../client/checks.ts";
import { ServerClock } from "../client/clock-skew.ts";
import { cachedCredentials } from "../client/credential-cache.ts";
import type { ServiceErrors } from "../client/error-codes.ts";
import { exchange, type HTTPRequest } from "../client/exchange.ts";
import { isTransient } from "../client/send-with-retry.ts";
import type { SignOptions } from "../types.ts";
import { checkOptions, type S3StoreOptions } from "./options.ts";
import { createSigner } from "./signer.ts";

const metadataHeaders: MetadataHeaders = {
  prefix: "x-amz-meta-",
  names: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  defaultContentType: "binary/octet-stream",
};

/** The error codes of S3 (Amazon S3 API Reference, "Error responses"). */
export const s3Errors: ServiceErrors = {
  missingBucket: "NoSuchBucket",
  codes: {
    AuthorizationHeaderMalformed: ["Unauthenticated", "the region is wrong"],
    EntityTooLarge: ["NotSupported", "the object is too large"],
    ExpiredToken: ["Unauthenticated", "the session token has expired"],
    InvalidAccessKeyId: ["Unauthenticated", "the server does not know the access key"],
    InvalidRequest: ["NotSupported", "the server does not support this request"],
    InvalidToken: ["Unauthenticated", "the session token is wrong"],
    IncompleteBody: ["Unavailable", "the body did not arrive whole"],
    InternalError: ["Unavailable", "the server failed"],
    KeyTooLongError: ["InvalidPath", "the key is too long"],
    MetadataTooLarge: ["MetadataError", "the metadata is too large"],
    MissingContentMD5: ["NotSupported", "the server requires an MD5 of the body"],
    NoSuchBucket: ["NotFound", "the bucket does not exist"],
    PermanentRedirect: ["SettingsError", "the region is wrong"],
    QuotaExceeded: ["QuotaExceeded"],
    BadDigest: ["Unavailable", "the body was changed on its way"],
    XAmzContentSHA256Mismatch: ["Unavailable", "the body was changed on its way"],
    RequestTimeout: ["Unavailable", "the body did not arrive in time"],
    RequestTimeTooSkewed: ["Unauthenticated", "this machine's clock is wrong"],
    SlowDown: ["Unavailable", "the server is busy"],
    SignatureDoesNotMatch: ["Unauthenticated", "the secret access key or the region is wrong"],
    TokenRefreshRequired: ["Unauthenticated", "the session token has expired"],
  },
};

/** The longest time that a signed URL may be valid: a week, in seconds. */
const longestExpiry = 604_800;

/** Sends the requests of an `S3Store`. */
export interface S3Client extends BucketClient<S3StoreOptions> {
  /**
   * Whether the server takes `If-Match` with the quotes of the etag, as the standard has it; Ceph takes it without. Undefined
   * until one form has worked.
   */
  sendsQuotedEtags: boolean | undefined;
  /** A URL with a signature. Throws `SettingsError` for a wrong `expiresInSeconds`. */
  readonly signUrl: (call: Call, options: SignOptions) => Promise<string>;
}

/** @throws `SettingsError` for wrong options */
export function createS3Client(options: S3StoreOptions): S3Client {
  const name = `S3Store(${options.bucket})`;
  const bucket = checkOptions(options, name);
  const signer = createSigner(options.region);
  const clock = new ServerClock();
  const credentials = cachedCredentials(options.credentials, name);
  const sign = async (call: Call, { method, path, headers = {}, body }: BucketRequest, isInUrl = false): Promise<HTTPRequest> => {
    const current = await orAborted(credentials.get(), call.signal, call);
    return signer.sign({ method, url: bucket + path, headers, body }, current, clock.now(), isInUrl);
  };
  return {
    ...createBucketClient({
      name,
      options,
      metadata: metadataHeaders,
      errors: s3Errors,
      sign,
      // An object that was uploaded in parts carries the time at which its upload began.
      isDated: (etag) => !etag.includes("-"),
      corrections: [
        clock.correction(({ code }) => code === "RequestTimeTooSkewed"),
        () =>
          ({ code }) =>
            code === "ExpiredToken" && credentials.forget(),
      ],
      // With 409 S3 reports that another write was in progress.
      isRetried: (response) => response.status === 409 || isTransient(response),
      // An answer to HEAD has no body with an error code; an answer to GET has one.
      explained: async (call, request, response) => {
        if (request.method !== "HEAD" || (response.status !== 400 && response.status !== 403)) return response;
        const get = { ...request, method: "GET", headers: { range: "bytes=0-0" } } as const;
        const answer = await exchange(call, await sign(call, get), options);
        return answer.ok ? response : answer;
      },
    }),
    sendsQuotedEtags: options.endpoint ? undefined : true,
    signUrl: async (call, { method = "GET", expiresInSeconds = 3600 }) => {
      checkExpiry(call, expiresInSeconds, longestExpiry);
      const { url } = await sign(call, { method, path: `${pathOf(call.key)}?X-Amz-Expires=${expiresInSeconds}` }, true);
      return String(url);
    },
  };
}
