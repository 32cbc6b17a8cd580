import { EdgewaterError, type ErrorCode } from "../../errors.ts";
import type { Call } from "../call.ts";

/** An answer that is none of success, read to its end. */
export interface Failure {
  readonly status: number;
  /** The cloud's own, such as `NoSuchKey`. */
  readonly code: string | undefined;
  readonly error: EdgewaterError;
  /** The server's clock, in milliseconds since 1970; NaN when it cannot be seen. */
  readonly serverTime: number;
}

/** What a cloud calls its failures. */
export interface FailureNames {
  /** What its names mean that say more than the status. */
  readonly codes: Readonly<Record<string, ErrorCode>>;
  readonly remedies: Readonly<Record<string, string>>;
  /** The name for a bucket or container that is not there. */
  readonly missingContainer: string;
}

/**
 * What a status means (RFC 9110), when the cloud's name for the failure does not say more:
 *
 * | status | code |
 * |-|-|
 * | 304 | `NotModified` |
 * | 401 | `Unauthenticated` |
 * | 403 | `PermissionDenied` |
 * | 404, 410 | `NotFound` |
 * | 405, 501 | `NotSupported` |
 * | 412 | `PreconditionFailed` |
 * | 416 | `InvalidRange` |
 * | 507 | `QuotaExceeded` |
 * | anything else | `Unavailable` |
 */
const byStatus: Readonly<Record<number, ErrorCode>> = {
  304: "NotModified",
  401: "Unauthenticated",
  403: "PermissionDenied",
  404: "NotFound",
  405: "NotSupported",
  410: "NotFound",
  412: "PreconditionFailed",
  416: "InvalidRange",
  501: "NotSupported",
  507: "QuotaExceeded",
};

const reasons: Readonly<Partial<Record<ErrorCode, string>>> = {
  InvalidRange: "it has no such bytes",
  NotFound: "it is not there",
  NotModified: "it is still the same",
  PreconditionFailed: "it is another than expected",
};

/**
 * The error of a status and the cloud's name for the failure. It shows these two, never a signature or the server's
 * text. A missing container leaves `key` out.
 */
export function errorOf(status: number, name: string | undefined, { store, verb, key }: Call, names: FailureNames): EdgewaterError {
  const code = names.codes[name ?? ""] ?? byStatus[status] ?? "Unavailable";
  const reason = names.remedies[name ?? ""] ?? reasons[code] ?? "the server refused";
  const answer = `${status}${name === undefined ? "" : ` ${name}`}`;
  const details = { store, key: name === names.missingContainer ? undefined : key };
  return new EdgewaterError(code, `Cannot ${verb} ${JSON.stringify(key)} in ${store}: ${reason} (${answer})`, details);
}

/**
 * Does it again when one of the corrections sets right what the answer complains of; each is asked until it has done so
 * once.
 *
 * @throws the error of the failure that none sets right
 */
export async function corrected<Value extends object>(
  work: () => Promise<Value | Failure>,
  ...corrections: ((failure: Failure) => boolean)[]
): Promise<Value> {
  const rest = [...corrections];
  while (true) {
    const result = await work();
    if (!isFailure(result)) return result;
    const used = rest.findIndex((correct) => correct(result));
    if (used === -1) throw result.error;
    rest.splice(used, 1);
  }
}

function isFailure(result: object): result is Failure {
  return "serverTime" in result;
}
