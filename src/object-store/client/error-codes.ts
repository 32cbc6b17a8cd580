import type { EdgewaterError, ErrorCode } from "../../errors.ts";
import { type Call, failed } from "../call.ts";
import { textBody } from "./answer.ts";
import { textOf } from "./xml.ts";

/** An answer that reports a failure, read to its end. */
export interface Failure {
  readonly status: number;
  /** The server's own error code, such as `NoSuchKey`. */
  readonly code: string | undefined;
  readonly error: EdgewaterError;
  /** The server's clock, in milliseconds since 1970; NaN when the answer does not show it. */
  readonly serverTime: number;
}

/** What a server's own error codes mean, where they say more than the status: the code of the error, and the reason or remedy. */
export type ErrorCodes = Readonly<Record<string, readonly [ErrorCode, string?]>>;

/** What a status means (RFC 9110, section 15) without a known error code. Any other status is `Unavailable`. */
const byStatus: Readonly<Record<number, readonly [ErrorCode, string?]>> = {
  304: ["NotModified", "the object has not changed"],
  401: ["Unauthenticated"],
  403: ["PermissionDenied"],
  404: ["NotFound", "the object does not exist"],
  405: ["NotSupported"],
  410: ["NotFound", "the object does not exist"],
  412: ["PreconditionFailed", "the object is not the expected one"],
  416: ["InvalidRange", "the range starts past the end of the object"],
  501: ["NotSupported"],
  507: ["QuotaExceeded"],
};

/** The error codes of one service. */
export interface ServiceErrors {
  readonly codes: ErrorCodes;
  /** The service's code for a missing bucket or container. Its error names no key. */
  readonly missingBucket: string;
}

/**
 * The error for a status and the server's own error code. The message shows these two, never a signature or text of the
 * server.
 */
export function errorOf(status: number, code: string | undefined, call: Call, service?: ServiceErrors): EdgewaterError {
  const [kind, reason = "the server refused"] = service?.codes[code ?? ""] ?? byStatus[status] ?? ["Unavailable"];
  const answer = code === undefined ? status : `${status} ${code}`;
  const isBucketMissing = code !== undefined && code === service?.missingBucket;
  return failed(call, kind, `${reason} (${answer})`, isBucketMissing ? { key: undefined } : {});
}

/** Reads an answer that reports a failure. Azure's answers to HEAD have the error code in a header only. */
export async function failureOf(call: Call, response: Response, service: ServiceErrors, timeoutMs: number | undefined): Promise<Failure> {
  const { status, headers } = response;
  const body = await textBody(call, response, { timeoutMs }).catch(() => "");
  const code = headers.get("x-ms-error-code") ?? textOf(body, "Code");
  const serverTime = Date.parse(textOf(body, "ServerTime") ?? headers.get("date") ?? "");
  return { status, code, error: errorOf(status, code, call, service), serverTime };
}

/** Changes something, such as the clock or the credentials; returns whether the request may succeed now. */
export type Correction = (failure: Failure) => boolean;

/**
 * Repeats the work when a correction applies to its failure. Each correction applies at most once.
 *
 * @throws the error of a failure that no correction applies to
 */
export async function withCorrections<Value extends object>(
  work: () => Promise<Value | Failure>,
  corrections: readonly Correction[],
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
