import type { EdgewaterError, ErrorCode } from "../../errors.ts";
import { type Call, failed } from "../call.ts";
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
const meanings: Readonly<Record<string, readonly [ErrorCode, string?]>> = {
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
  304: ["NotModified", "it is still the same"],
  401: ["Unauthenticated"],
  403: ["PermissionDenied"],
  404: ["NotFound", "it is not there"],
  405: ["NotSupported"],
  412: ["PreconditionFailed", "it is another than expected"],
  416: ["InvalidRange", "it has no such bytes"],
  501: ["NotSupported"],
  507: ["QuotaExceeded"],
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
export function errorOf(status: number, s3Code: string | undefined, call: Call): EdgewaterError {
  const [code, reason = "the server refused"] = meanings[s3Code ?? ""] ?? meanings[status] ?? ["Unavailable"];
  const answer = s3Code === undefined ? status : `${status} ${s3Code}`;
  return failed(call, code, `${reason} (${answer})`, s3Code === "NoSuchBucket" ? { key: undefined } : {});
}
