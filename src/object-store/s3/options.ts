import { EdgewaterError } from "../../errors.ts";
import type { TransportOptions } from "../client/exchange.ts";
import type { CredentialProvider } from "./credentials.ts";

export interface S3StoreOptions extends TransportOptions {
  readonly bucket: string;
  /** Such as `eu-west-1`; most other servers take `us-east-1`. */
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** Base URL of a server that is not AWS, such as `http://127.0.0.1:9000`. */
  readonly endpoint?: string | URL | undefined;
  /**
   * Where the bucket goes: before the host (`virtual-host`, for AWS unless given) or into the path (`path`, for an
   * endpoint unless given, and for buckets with a dot in their name, which no certificate covers).
   */
  readonly style?: "virtual-host" | "path" | undefined;
  /**
   * Bytes of every part of a stream's upload, of which there may be 10,000: 5 MiB unless given, the least that S3 takes.
   * What fits into one part is put in one request.
   */
  readonly partSize?: number | undefined;
  /**
   * How many parts are under way at once: 2 unless given. A runtime may hold each three times (not Node), so that a stream of any
   * length then takes 30 MiB and what is not collected yet. Also how many batches of deletes: 4 unless given.
   */
  readonly concurrency?: number | undefined;
}

/** The URL of the bucket, without a slash at the end. */
export function bucketUrl({ bucket, region, endpoint, style }: S3StoreOptions, store: string): string {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = endpoint === undefined ? new URL(`https://s3.${region}.${domain}`) : parsed(endpoint, store);
  const isInHost = (style ?? (endpoint === undefined && !bucket.includes(".") ? "virtual-host" : "path")) === "virtual-host";
  const path = url.pathname.replace(/\/$/, "");
  return isInHost ? `${url.protocol}//${bucket}.${url.host}${path}` : `${url.origin}${path}/${bucket}`;
}

function parsed(endpoint: string | URL, store: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(endpoint);
  } catch {}
  // What cannot be parsed may hold a secret, and so may the error that says so.
  if (url && url.username === "" && url.password === "") return url;
  throw new EdgewaterError("SettingsError", `The endpoint of ${store} must be a URL, without credentials; pass them as credentials`, {
    store,
    field: "endpoint",
  });
}
