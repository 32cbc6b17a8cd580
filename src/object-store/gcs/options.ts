import { aName, anyValue, aURL, checkOptions as checkOptionTypes, type OptionKinds, required } from "../../options.ts";
import {
  bucketName,
  bucketNameRule,
  checkCounts,
  checkEndpoint,
  checkName,
  checkTransport,
  credentialsKind,
  transportKinds,
  wrongOption,
} from "../client/checks.ts";
import type { TransportOptions } from "../client/exchange.ts";
import type { GCSCredentialProvider } from "./credentials.ts";

/** The options of a `GCSStore`. */
export interface GCSStoreOptions extends TransportOptions {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Credentials, or a function that returns them. */
  readonly credentials: GCSCredentialProvider;
  /** Base URL of the XML API when it is not `https://storage.googleapis.com`. */
  readonly endpoint?: string | URL | undefined;
  /**
   * Size of the chunks in which a stream is uploaded, in bytes; a multiple of 256 KiB. 8 MiB unless given. A stream that fits
   * into one chunk is put in one request.
   */
  readonly chunkSize?: number | undefined;
  /** Number of deletes sent at the same time: 4 unless given. */
  readonly concurrency?: number | undefined;
}

const kinds: OptionKinds<GCSStoreOptions> = {
  bucket: required(aName),
  credentials: required(credentialsKind(["accessToken"], ["accessId", "secret"])),
  endpoint: aURL,
  chunkSize: anyValue,
  concurrency: anyValue,
  ...transportKinds,
};

/**
 * Checks the names and types of the options.
 *
 * @throws `SettingsError`
 */
export function checkTypes(options: unknown): void {
  checkOptionTypes("GCSStore", options, kinds);
}

/** Every chunk but the last is a multiple of this many bytes. */
const granularity = 256 * 1024;

/**
 * Checks the options.
 *
 * @returns the URL of the bucket, without a slash at its end
 * @throws `SettingsError`
 */
export function checkOptions(options: GCSStoreOptions, store: string): string {
  const { bucket, endpoint, chunkSize, concurrency } = options;
  checkName("GCSStore", "bucket", bucket, bucketName, bucketNameRule);
  checkTransport(options, store);
  checkCounts({ chunkSize, concurrency }, store);
  if (chunkSize !== undefined && chunkSize % granularity > 0) {
    throw wrongOption(store, "chunkSize", chunkSize, `a multiple of ${granularity}`);
  }
  const { url, path } = checkEndpoint(endpoint ?? "https://storage.googleapis.com", store);
  return `${url.origin}${path}/${bucket}`;
}
