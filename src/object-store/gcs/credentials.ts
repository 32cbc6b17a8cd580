import type { Expiring, Provider } from "../client/credential-cache.ts";

/** An OAuth 2.0 access token with the scope `devstorage.read_write`. */
export interface GCSAccessToken extends Expiring {
  /** The token, without `Bearer`. */
  readonly accessToken: string;
}

/** An HMAC key of a service account. It can sign URLs. */
export interface GCSHMACKey extends Expiring {
  /** Access ID. */
  readonly accessId: string;
  /** Secret. */
  readonly secret: string;
}

/** Any credentials that a `GCSStore` takes. */
export type GCSCredentials = GCSAccessToken | GCSHMACKey;

/**
 * Credentials, or a function that returns them. The function is called before every request, unless its last result has an
 * `expiration` more than a minute ahead; requests that run at the same time share one call. When the server refuses a token,
 * the function is called again and the request repeated, once.
 */
export type GCSCredentialProvider = Provider<GCSCredentials>;
