import { aName, anyValue, aURL, checkOptions as checkOptionTypes, type OptionKinds, oneOf, required } from "../../options.ts";
import {
  bucketName,
  bucketNameRule,
  checkCounts,
  checkEndpoint,
  checkName,
  checkTransport,
  credentialsKind,
  transportKinds,
} from "../client/checks.ts";
import type { TransportOptions } from "../client/exchange.ts";
import type { CredentialProvider } from "./credentials.ts";

/** The options of an `S3Store`. */
export interface S3StoreOptions extends TransportOptions {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Region of the bucket, such as `eu-west-1`; most servers other than AWS accept `us-east-1`. */
  readonly region: string;
  /** Credentials, or a function that returns them. */
  readonly credentials: CredentialProvider;
  /** Base URL of a server other than AWS, such as `http://127.0.0.1:9000`. Unless given, the one of `fromEnvironment()`. */
  readonly endpoint?: string | URL | undefined;
  /**
   * Where the bucket's name goes in URLs: before the host (`virtual-host`) or into the path (`path`). Unless given,
   * `virtual-host` for AWS, and `path` for an endpoint and for a bucket with a dot in its name, which AWS's certificates do
   * not cover.
   */
  readonly style?: "virtual-host" | "path" | undefined;
  /**
   * Size of the parts in which a stream is uploaded, in bytes; there may be 10,000. 5 MiB unless given, the smallest that S3
   * accepts. A stream that fits into one part is put in one request.
   */
  readonly partSize?: number | undefined;
  /**
   * Number of parts uploaded at the same time: 2 unless given. Some runtimes (not Node) hold each part three times, so a
   * stream then takes about 30 MiB. Also the number of batches deleted at the same time: 4 unless given.
   */
  readonly concurrency?: number | undefined;
}

const kinds: OptionKinds<S3StoreOptions> = {
  bucket: required(aName),
  region: required(aName),
  credentials: required(credentialsKind(["accessKeyId", "secretAccessKey"])),
  endpoint: aURL,
  style: oneOf("virtual-host", "path"),
  partSize: anyValue,
  concurrency: anyValue,
  ...transportKinds,
};

/**
 * Checks the names and types of the options.
 *
 * @throws `SettingsError`
 */
export function checkTypes(options: unknown): void {
  checkOptionTypes("S3Store", options, kinds);
}

/**
 * Checks the options.
 *
 * @returns the URL of the bucket, without a slash at its end
 * @throws `SettingsError`
 */
export function checkOptions(options: S3StoreOptions, store: string): string {
  const { bucket, region, endpoint, style, partSize, concurrency } = options;
  checkName("S3Store", "bucket", bucket, bucketName, bucketNameRule);
  checkName(store, "region", region, /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "letters, digits, hyphens and underscores");
  checkTransport(options, store);
  checkCounts({ partSize, concurrency }, store);
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const { url, path } = checkEndpoint(endpoint ?? `https://s3.${region}.${domain}`, store);
  const isInHost = (style ?? (endpoint === undefined && !bucket.includes(".") ? "virtual-host" : "path")) === "virtual-host";
  return isInHost ? `${url.protocol}//${bucket}.${url.host}${path}` : `${url.origin}${path}/${bucket}`;
}
