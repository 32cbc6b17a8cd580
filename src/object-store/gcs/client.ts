import { orAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { MetadataHeaders } from "../client/attributes.ts";
import { type BucketClient, createBucketClient, pathOf } from "../client/bucket-client.ts";
import { checkExpiry } from "../client/checks.ts";
import { ServerClock } from "../client/clock-skew.ts";
import { cachedCredentials } from "../client/credential-cache.ts";
import type { ServiceErrors } from "../client/error-codes.ts";
import type { SignOptions } from "../types.ts";
import type { GCSCredentials } from "./credentials.ts";
import { checkOptions, type GCSStoreOptions } from "./options.ts";
import { sign, signUrl } from "./signer.ts";

const metadataHeaders: MetadataHeaders = {
  prefix: "x-goog-meta-",
  names: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  defaultContentType: "application/octet-stream",
  etag: "x-goog-generation",
};

/** Google's error codes ("HTTP status and error codes for XML"). */
const errors: ServiceErrors = {
  missingBucket: "NoSuchBucket",
  codes: {
    AuthenticationRequired: ["Unauthenticated", "the credentials are missing or have expired"],
    EntityTooLarge: ["NotSupported", "the object is too large"],
    BadDigest: ["Unavailable", "the body was changed on its way"],
    ExpiredToken: ["Unauthenticated", "the token has expired"],
    IncompleteBody: ["Unavailable", "the body did not arrive whole"],
    InternalError: ["Unavailable", "the server failed"],
    InvalidAccessKeyId: ["Unauthenticated", "Google does not know the access ID"],
    InvalidSecurity: ["Unauthenticated", "the credentials are invalid"],
    KeyTooLong: ["InvalidPath", "the key is too long"],
    MetadataTooLarge: ["MetadataError", "the metadata is too large"],
    NoSuchBucket: ["NotFound", "the bucket does not exist"],
    RequestTimeTooSkewed: ["Unauthenticated", "this machine's clock is wrong"],
    RequestTimeout: ["Unavailable", "the body did not arrive in time"],
    SlowDown: ["Unavailable", "the server is busy"],
    SignatureDoesNotMatch: ["Unauthenticated", "the secret of the HMAC key is wrong"],
    TokenRefreshRequired: ["Unauthenticated", "the token has expired"],
  },
};

/** The longest time that a signed URL may be valid: a week, in seconds. */
const longestExpiry = 604_800;

/** Sends the requests of a `GCSStore`. */
export interface GCSClient extends BucketClient<GCSStoreOptions> {
  /** URL of the bucket. */
  readonly url: string;
  /** A URL with a signature. Throws `SettingsError` for a wrong `expiresInSeconds`, `NotSupported` without an HMAC key. */
  readonly signUrl: (call: Call, options: SignOptions) => Promise<string>;
}

/** @throws `SettingsError` for wrong options */
export function createGCSClient(options: GCSStoreOptions): GCSClient {
  const name = `GCSStore(${options.bucket})`;
  const url = checkOptions(options, name);
  const clock = new ServerClock();
  const cache = cachedCredentials(options.credentials, name);
  const credentials = (call: Call): Promise<GCSCredentials> => orAborted(cache.get(), call.signal, call);
  return {
    ...createBucketClient({
      name,
      options,
      metadata: metadataHeaders,
      errors,
      sign: async (call, { method, path, headers = {}, body }) =>
        sign({ method, url: url + path, headers, body }, await credentials(call), clock.now()),
      corrections: [
        clock.correction(({ code }) => code === "RequestTimeTooSkewed"),
        () =>
          ({ error }) =>
            error.code === "Unauthenticated" && cache.forget(),
      ],
    }),
    url,
    signUrl: async (call, signOptions) => {
      checkExpiry(call, signOptions.expiresInSeconds ?? 3600, longestExpiry);
      return signUrl(call, url + pathOf(call.key), await credentials(call), clock.now(), signOptions);
    },
  };
}
