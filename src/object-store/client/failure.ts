import type { EdgewaterError, ErrorCode } from "../../errors.ts";
import { type Call, failed } from "../call.ts";

/** An answer that is none of success, read to its end. */
export interface Failure {
  readonly status: number;
  /** The cloud's own, such as `NoSuchKey`. */
  readonly code: string | undefined;
  readonly error: EdgewaterError;
  /** The server's clock, in milliseconds since 1970; NaN when it cannot be seen. */
  readonly serverTime: number;
}

/** What a cloud's names for its failures mean that say more than the status, and what to do. */
export type Meanings = Readonly<Record<string, readonly [ErrorCode, string?]>>;

/** What a status means (RFC 9110) when the cloud has no name for the failure; any other is `Unavailable`. */
const byStatus: Meanings = {
  304: ["NotModified", "it is still the same"],
  401: ["Unauthenticated"],
  403: ["PermissionDenied"],
  404: ["NotFound", "it is not there"],
  405: ["NotSupported"],
  410: ["NotFound", "it is not there"],
  412: ["PreconditionFailed", "it is another than expected"],
  416: ["InvalidRange", "it has no such bytes"],
  501: ["NotSupported"],
  507: ["QuotaExceeded"],
};

/**
 * The error of a status and the cloud's name for the failure. It shows these two, never a signature or the server's
 * text. A missing bucket or container, which is `NotFound` by its name, leaves `key` out.
 */
export function errorOf(status: number, name: string | undefined, call: Call, meanings: Meanings = {}, container?: string): EdgewaterError {
  const [code, reason = "the server refused"] = meanings[name ?? ""] ?? byStatus[status] ?? ["Unavailable"];
  const answer = name === undefined ? status : `${status} ${name}`;
  return failed(call, code, `${reason} (${answer})`, name !== undefined && name === container ? { key: undefined } : {});
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
