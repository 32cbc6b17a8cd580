import type { Meanings } from "../client/failure.ts";

/** S3's names for what went wrong, from the error responses of its API reference. */
export const meanings: Meanings = {
  AuthorizationHeaderMalformed: ["Unauthenticated", "the region is wrong"],
  EntityTooLarge: ["NotSupported", "it is too large"],
  ExpiredToken: ["Unauthenticated", "the session token has expired"],
  InvalidAccessKeyId: ["Unauthenticated", "this server does not know the access key"],
  InvalidToken: ["Unauthenticated", "the session token is wrong"],
  KeyTooLongError: ["InvalidPath"],
  MetadataTooLarge: ["MetadataError", "its metadata is too large"],
  NoSuchBucket: ["NotFound", "the bucket does not exist"],
  PermanentRedirect: ["SettingsError", "the region is wrong"],
  QuotaExceeded: ["QuotaExceeded"],
  RequestTimeTooSkewed: ["Unauthenticated", "this machine's clock is wrong"],
  SignatureDoesNotMatch: ["Unauthenticated", "the secret access key or the region is wrong"],
  TokenRefreshRequired: ["Unauthenticated", "the session token has expired"],
};
