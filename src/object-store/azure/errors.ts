import type { Call } from "../call.ts";
import { errorOf, type Failure, type FailureNames } from "../transport/failure.ts";
import { textOf } from "../transport/xml.ts";

/** Azure's names for what went wrong, from its Common REST API and Blob service error codes. */
const names: FailureNames = {
  codes: {
    AuthenticationFailed: "Unauthenticated",
    BlobAlreadyExists: "AlreadyExists",
    BlobArchived: "NotSupported",
    BlobImmutableDueToPolicy: "PermissionDenied",
    BlobNotFound: "NotFound",
    ContainerNotFound: "NotFound",
    InvalidAuthenticationInfo: "Unauthenticated",
    InvalidBlobType: "NotSupported",
    InvalidResourceName: "InvalidPath",
    InvalidUri: "InvalidPath",
    LeaseIdMissing: "PermissionDenied",
    MetadataTooLarge: "MetadataError",
    RequestBodyTooLarge: "NotSupported",
  },
  remedies: {
    AuthenticationFailed: "the account key or the signature is wrong or has expired, or this machine's clock is",
    AuthorizationPermissionMismatch: "the credentials do not permit this; check the role or the signature's permissions",
    BlobArchived: "it is archived; rehydrate it first",
    BlobImmutableDueToPolicy: "an immutability policy holds it",
    ContainerNotFound: "the container does not exist",
    InvalidAuthenticationInfo: "the token is wrong or has expired",
    InvalidBlobType: "it is no block blob",
    InvalidBlockList: "another write under the same key has dropped the blocks of this one",
    LeaseIdMissing: "someone holds a lease on it",
    MetadataTooLarge: "the metadata is larger than the 8 kB that Azure keeps",
    RequestBodyTooLarge: "it is larger than one request may be",
  },
  missingContainer: "ContainerNotFound",
};

/** What an answer of Azure stands for. An answer to HEAD names its failure in a header alone. */
export async function failureOf(response: Response, call: Call): Promise<Failure> {
  const body = await response.text().catch(() => "");
  const code = response.headers.get("x-ms-error-code") ?? textOf(body, "Code");
  const serverTime = Date.parse(response.headers.get("date") ?? "");
  return { status: response.status, code, error: errorOf(response.status, code, call, names), serverTime };
}
