import type { Expiring, Provider } from "../client/credential-cache.ts";

/** An OAuth 2.0 token with the scope `devstorage.read_write`. */
export interface GCSAccessToken extends Expiring {
  readonly accessToken: string;
}

/** An HMAC key of a service account. It can sign URLs. */
export interface GCSHMACKey extends Expiring {
  readonly accessId: string;
  readonly secret: string;
}

export type GCSCredentials = GCSAccessToken | GCSHMACKey;

/**
 * Credentials, or where to get them. A function is asked before every request, unless what it gave has an expiration
 * that is still to come; by several requests at once it is asked once. When the server refuses a token, it is asked again
 * and the request repeated, once.
 */
export type GCSCredentialProvider = Provider<GCSCredentials>;
