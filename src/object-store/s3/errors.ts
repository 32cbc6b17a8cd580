import { EdgewaterError, type ErrorCode } from "../../errors.ts";
import type { Call } from "../call.ts";
import { textOf } from "./xml.ts";

/** An answer that is none of success, read to its end. */
export interface Failure {
  readonly status: number;
  /** S3's own, such as `NoSuchKey`. */
  readonly code: string | undefined;
  readonly error: EdgewaterError;
  /** The server's clock, in milliseconds since 1970; NaN when it cannot be seen. */
  readonly serverTime: number;
}

/**
 * What a status means, from the error responses of the S3 API reference. The code in the body, when there is one, wins.
 *
 * | status | code |
 * |-|-|
 * | 304 | `NotModified` |
 * | 400 with an expired or malformed token, 401 | `Unauthenticated` |
 * | 403 `SignatureDoesNotMatch`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`, `ExpiredToken` | `Unauthenticated` |
 * | 403 otherwise | `PermissionDenied` |
 * | 404 | `NotFound`, saying whether it is the bucket |
 * | 405, 501 | `NotSupported` |
 * | 412 | `PreconditionFailed` |
 * | 416 | `InvalidRange` |
 * | 507, `QuotaExceeded` | `QuotaExceeded` |
 * | anything else | `Unavailable` |
 */
const byCode: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: "PermissionDenied",
  AuthorizationHeaderMalformed: "Unauthenticated",
  EntityTooLarge: "NotSupported",
  ExpiredToken: "Unauthenticated",
  InvalidAccessKeyId: "Unauthenticated",
  InvalidToken: "Unauthenticated",
  KeyTooLongError: "InvalidPath",
  MetadataTooLarge: "MetadataError",
  NoSuchBucket: "NotFound",
  NoSuchKey: "NotFound",
  PermanentRedirect: "SettingsError",
  QuotaExceeded: "QuotaExceeded",
  RequestTimeTooSkewed: "Unauthenticated",
  SignatureDoesNotMatch: "Unauthenticated",
  TokenRefreshRequired: "Unauthenticated",
};

const byStatus: Readonly<Record<number, ErrorCode>> = {
  304: "NotModified",
  401: "Unauthenticated",
  403: "PermissionDenied",
  404: "NotFound",
  405: "NotSupported",
  412: "PreconditionFailed",
  416: "InvalidRange",
  501: "NotSupported",
  507: "QuotaExceeded",
};

const remedies: Readonly<Partial<Record<string, string>>> = {
  AuthorizationHeaderMalformed: "the region is wrong",
  EntityTooLarge: "it is larger than one request may be",
  ExpiredToken: "the session token has expired",
  InvalidAccessKeyId: "this server does not know the access key; check the credentials",
  MetadataTooLarge: "the metadata is larger than the 2 kB that S3 keeps",
  NoSuchBucket: "the bucket does not exist",
  PermanentRedirect: "the bucket is in another region",
  RequestTimeTooSkewed: "this machine's clock and the server's differ too much",
  SignatureDoesNotMatch: "the secret access key or the region is wrong",
};

const reasons: Readonly<Partial<Record<ErrorCode, string>>> = {
  InvalidRange: "it has no such bytes",
  NotFound: "it is not there",
  NotModified: "it is still the same",
  PreconditionFailed: "it is another than expected",
};

/**
 * What an answer of S3 stands for. The error shows the status and S3's code, never the signature or the server's text. A
 * missing bucket leaves `key` out.
 */
export async function failureOf(response: Response, call: Call): Promise<Failure> {
  const body = await response.text().catch(() => "");
  const code = textOf(body, "Code");
  const serverTime = Date.parse(textOf(body, "ServerTime") ?? response.headers.get("date") ?? "");
  return { status: response.status, code, error: errorOf(response.status, code, call), serverTime };
}

/** The error of a status and S3's code. */
export function errorOf(status: number, s3Code: string | undefined, { store, verb, key }: Call): EdgewaterError {
  const code = byCode[s3Code ?? ""] ?? byStatus[status] ?? "Unavailable";
  const reason = remedies[s3Code ?? ""] ?? reasons[code] ?? "the server refused";
  const answer = `${status}${s3Code === undefined ? "" : ` ${s3Code}`}`;
  const details = { store, key: s3Code === "NoSuchBucket" ? undefined : key };
  return new EdgewaterError(code, `Cannot ${verb} ${JSON.stringify(key)} in ${store}: ${reason} (${answer})`, details);
}
