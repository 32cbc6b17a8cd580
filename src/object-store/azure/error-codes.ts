import type { Meanings } from "../client/failure.ts";

/** Azure's names for what went wrong, from its Common REST API and Blob service error codes. */
export const meanings: Meanings = {
  AuthenticationFailed: ["Unauthenticated", "the key or signature is wrong or has expired, or this machine's clock is wrong"],
  AuthorizationFailure: ["PermissionDenied", "the credentials or the account's network rules do not permit it"],
  BlobArchived: ["NotSupported", "it is archived"],
  BlobImmutableDueToPolicy: ["PermissionDenied", "a policy holds it"],
  ContainerNotFound: ["NotFound", "the container does not exist"],
  InvalidAuthenticationInfo: ["Unauthenticated", "the token is wrong or has expired"],
  InvalidBlobType: ["NotSupported", "it is no block blob"],
  InvalidBlockList: ["Unavailable", "another write has dropped its blocks"],
  InvalidResourceName: ["InvalidPath"],
  InvalidUri: ["InvalidPath"],
  LeaseIdMissing: ["PermissionDenied", "someone holds a lease on it"],
  MetadataTooLarge: ["MetadataError", "its metadata is too large"],
  OutOfRangeInput: ["InvalidPath"],
  RequestBodyTooLarge: ["NotSupported", "it is too large"],
};
