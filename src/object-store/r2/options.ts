import type { RetryPolicy } from "../../retry.ts";

export interface R2StoreOptions {
  /** Shown in the store's name, such as `R2Store(quakes)`: a binding does not tell its bucket. */
  readonly bucket?: string | undefined;
  /** How calls that failed are tried again. */
  readonly retry?: RetryPolicy | undefined;
  /**
   * Bytes of every part of a stream's upload, of which there may be 10,000: 5 MiB unless given, the least that R2 takes.
   * What fits into one part is put in one request.
   */
  readonly partSize?: number | undefined;
  /** How many parts are under way at once: 4 unless given. */
  readonly concurrency?: number | undefined;
}
