import { EdgewaterError } from "../../errors.ts";
import type { TransportOptions } from "../client/exchange.ts";
import type { GCSCredentialProvider } from "./credentials.ts";

export interface GCSStoreOptions extends TransportOptions {
  readonly bucket: string;
  readonly credentials: GCSCredentialProvider;
  /** Base URL of the XML API when it is not `https://storage.googleapis.com`. */
  readonly endpoint?: string | URL | undefined;
  /**
   * Bytes that a stream's upload sends at once, a multiple of 256 KiB: 8 MiB unless given. What fits into one such chunk is
   * put in one request.
   */
  readonly chunkSize?: number | undefined;
  /** How many deletes are under way at once: 4 unless given. */
  readonly concurrency?: number | undefined;
}

/** What every chunk but the last is a multiple of. */
const granularity = 256 * 1024;

/** The URL of the bucket, without a slash at the end. */
export function bucketUrl({ bucket, endpoint, chunkSize = granularity }: GCSStoreOptions, store: string): string {
  const url = URL.parse(endpoint ?? "https://storage.googleapis.com");
  const problem = url === null ? "is not a URL" : url.search || url.username || url.password ? "must not carry credentials" : undefined;
  if (url === null || problem !== undefined) {
    throw new EdgewaterError("SettingsError", `The endpoint of ${store} ${problem}`, { store, field: "endpoint" });
  }
  if (!Number.isSafeInteger(chunkSize) || chunkSize <= 0 || chunkSize % granularity > 0) {
    throw new EdgewaterError("SettingsError", `The chunkSize of ${store} is not a multiple of 262144`, { store, field: "chunkSize" });
  }
  return `${url.origin}${url.pathname.replace(/\/$/, "")}/${bucket}`;
}
