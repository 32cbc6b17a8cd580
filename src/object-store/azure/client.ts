import { orAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { MetadataHeaders } from "../client/attributes.ts";
import { type BucketClient, createBucketClient, pathOf } from "../client/bucket-client.ts";
import { checkExpiry } from "../client/checks.ts";
import { ServerClock } from "../client/clock-skew.ts";
import { cachedCredentials } from "../client/credential-cache.ts";
import type { Failure, ServiceErrors } from "../client/error-codes.ts";
import type { SignOptions } from "../types.ts";
import type { AzureCredentials } from "./credentials.ts";
import { type AzureStoreOptions, checkOptions } from "./options.ts";
import { AzureSigner } from "./signer.ts";

/**
 * Azure takes metadata names that are C# identifiers and ignores their case. Underscores are left out: Azure's signature sorts
 * names as a dictionary does, which differs from the order of their bytes.
 */
const metadataHeaders: MetadataHeaders = {
  prefix: "x-ms-meta-",
  names: /^[a-z][a-z0-9]*$/,
  defaultContentType: "application/octet-stream",
};

/** Azure's error codes (Microsoft, "Common REST API error codes" and "Blob service error codes"). */
const errors: ServiceErrors = {
  missingBucket: "ContainerNotFound",
  codes: {
    AuthenticationFailed: ["Unauthenticated", "the key or signature is wrong or has expired, or this machine's clock is wrong"],
    AuthorizationFailure: ["PermissionDenied", "the credentials or the account's network rules do not permit it"],
    BlobArchived: ["NotSupported", "the blob is archived"],
    BlobImmutableDueToPolicy: ["PermissionDenied", "a policy makes the blob immutable"],
    ContainerNotFound: ["NotFound", "the container does not exist"],
    InvalidAuthenticationInfo: ["Unauthenticated", "the token is wrong or has expired"],
    InvalidBlobType: ["NotSupported", "it is not a block blob"],
    InvalidBlockList: ["Unavailable", "another write has dropped the blocks"],
    InternalError: ["Unavailable", "the server failed"],
    InvalidResourceName: ["InvalidPath", "the name is invalid"],
    InvalidUri: ["InvalidPath", "the name is invalid"],
    LeaseIdMissing: ["PermissionDenied", "the blob has an active lease"],
    MetadataTooLarge: ["MetadataError", "the metadata is too large"],
    Md5Mismatch: ["Unavailable", "the body was changed on its way"],
    OperationTimedOut: ["Unavailable", "the server took too long"],
    OutOfRangeInput: ["InvalidPath", "the name is too long"],
    RequestBodyTooLarge: ["NotSupported", "the object is too large"],
    ServerBusy: ["Unavailable", "the server is busy"],
  },
};

/** Sends the requests of an `AzureStore`. */
export interface AzureClient extends BucketClient<AzureStoreOptions> {
  /** URL of the container. */
  readonly url: string;
  readonly credentials: (call: Call) => Promise<AzureCredentials>;
  /** A URL with a signature. Throws `SettingsError` for a wrong `expiresInSeconds`, `NotSupported` without an account key. */
  readonly signUrl: (call: Call, options: SignOptions) => Promise<string>;
}

/** @throws `SettingsError` for wrong options */
export function createAzureClient(options: AzureStoreOptions): AzureClient {
  const { account, container } = options;
  const name = `AzureStore(${account}/${container})`;
  const url = checkOptions(options, name);
  const signer = new AzureSigner({ account, container, store: name });
  const clock = new ServerClock();
  const cache = cachedCredentials(options.credentials, name);
  const credentials = (call: Call): Promise<AzureCredentials> => orAborted(cache.get(), call.signal, call);
  const isDenied = ({ error }: Failure): boolean => error.code === "Unauthenticated";
  return {
    ...createBucketClient({
      name,
      options,
      metadata: metadataHeaders,
      errors,
      sign: async (call, { method, path, headers = {}, body }) =>
        signer.sign({ method, url: url + path, headers, body }, await credentials(call), clock.now()),
      corrections: [clock.correction(isDenied), () => (failure) => isDenied(failure) && cache.forget()],
    }),
    url,
    credentials,
    signUrl: async (call, signOptions) => {
      checkExpiry(call, signOptions.expiresInSeconds ?? 3600);
      return signer.signUrl(call, url + pathOf(call.key), await credentials(call), clock.now(), signOptions);
    },
  };
}
