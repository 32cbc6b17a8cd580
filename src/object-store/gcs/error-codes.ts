import type { Meanings } from "../client/failure.ts";

/** Google's names for what went wrong, from "HTTP status and error codes for XML". */
export const meanings: Meanings = {
  AuthenticationRequired: ["Unauthenticated", "the credentials are missing or have expired"],
  EntityTooLarge: ["NotSupported", "it is too large"],
  ExpiredToken: ["Unauthenticated", "the token has expired"],
  InvalidAccessKeyId: ["Unauthenticated", "Google does not know the access id"],
  InvalidSecurity: ["Unauthenticated", "the credentials are not valid"],
  KeyTooLong: ["InvalidPath", "it is too long"],
  MetadataTooLarge: ["MetadataError", "its metadata is too large"],
  NoSuchBucket: ["NotFound", "the bucket does not exist"],
  RequestTimeTooSkewed: ["Unauthenticated", "this machine's clock is wrong"],
  SignatureDoesNotMatch: ["Unauthenticated", "the secret of the HMAC key is wrong"],
  TokenRefreshRequired: ["Unauthenticated", "the token has expired"],
};
