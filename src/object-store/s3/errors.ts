import { EdgewaterError, type ErrorCode } from "../../errors.ts";
import type { Call } from "../call.ts";
import { textOf } from "./xml.ts";

/**
 * What a status means, from the error responses of the S3 API reference. The code in the body, when there is one, wins.
 *
 * | status | code |
 * |-|-|
 * | 400 with an expired or malformed token, 401 | `Unauthenticated` |
 * | 403 `SignatureDoesNotMatch`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`, `ExpiredToken` | `Unauthenticated` |
 * | 403 otherwise | `PermissionDenied` |
 * | 404 | `NotFound`, saying whether it is the bucket |
 * | 507, `QuotaExceeded` | `QuotaExceeded` |
 * | anything else | `Unavailable` |
 */
const byCode: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: "PermissionDenied",
  ExpiredToken: "Unauthenticated",
  InvalidAccessKeyId: "Unauthenticated",
  InvalidToken: "Unauthenticated",
  KeyTooLongError: "InvalidPath",
  NoSuchBucket: "NotFound",
  NoSuchKey: "NotFound",
  QuotaExceeded: "QuotaExceeded",
  RequestTimeTooSkewed: "Unauthenticated",
  SignatureDoesNotMatch: "Unauthenticated",
  TokenRefreshRequired: "Unauthenticated",
};

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: "Unauthenticated",
  403: "PermissionDenied",
  404: "NotFound",
  507: "QuotaExceeded",
};

const remedies: Readonly<Partial<Record<string, string>>> = {
  InvalidAccessKeyId: "this server does not know the access key; check the credentials",
  NoSuchBucket: "the bucket does not exist",
  RequestTimeTooSkewed: "this machine's clock and the server's differ too much",
  SignatureDoesNotMatch: "the secret access key or the region is wrong",
};

/** The error that an answer of S3 stands for. Shows the status and S3's code, never the signature or the server's text. A missing bucket leaves `key` out. */
export async function errorOf(response: Response, { store, verb, key }: Call): Promise<EdgewaterError> {
  const body = await response.text().catch(() => "");
  const s3Code = textOf(body, "Code");
  const code = byCode[s3Code ?? ""] ?? byStatus[response.status] ?? "Unavailable";
  const reason = remedies[s3Code ?? ""] ?? (code === "NotFound" ? "it is not there" : "the server refused");
  const answer = `${response.status}${s3Code === undefined ? "" : ` ${s3Code}`}`;
  const details = { store, key: s3Code === "NoSuchBucket" ? undefined : key };
  return new EdgewaterError(code, `Cannot ${verb} ${JSON.stringify(key)} in ${store}: ${reason} (${answer})`, details);
}
