import type { EdgewaterError, ErrorCode } from "../../errors.ts";
import { type Call, failed, printable } from "../call.ts";
import { textPrefix } from "./answer/body.ts";
import { isRedirect, redirectError } from "./answer/redirect.ts";
import { firstText } from "./answer/xml.ts";

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
  301: ["SettingsError", "the server is at another address; check the endpoint and the region"],
  304: ["NotModified", "the object has not changed"],
  401: ["Unauthenticated"],
  403: ["PermissionDenied"],
  404: ["NotFound", "the object does not exist"],
  402: ["PermissionDenied"],
  405: ["NotSupported"],
  407: ["Unauthenticated", "a proxy requires credentials"],
  410: ["NotFound", "the object does not exist"],
  411: ["NotSupported"],
  412: ["PreconditionFailed", "the object is not the expected one"],
  413: ["NotSupported", "the object is too large"],
  414: ["InvalidPath", "the key is too long"],
  415: ["NotSupported"],
  416: ["InvalidRange", "the range starts past the end of the object"],
  431: ["MetadataError", "the headers are too large"],
  451: ["PermissionDenied"],
  501: ["NotSupported"],
  505: ["NotSupported"],
  507: ["QuotaExceeded"],
};

/** The error codes of one service. */
export interface ServiceErrors {
  readonly codes: ErrorCodes;
  /** The service's code for a missing bucket or container. Its error names no key. */
  readonly missingBucket: string;
}

/**
 * The error for a status and the server's own error code. The message shows these two, cut and printable, and never a
 * signature or other text of the server. A 400 with a code is the service's own refusal, which another try does not change;
 * without one it may come from something in between.
 */
export function errorOf(status: number, code: string | undefined, call: Call, service?: ServiceErrors): EdgewaterError {
  const known = code !== undefined && service !== undefined && Object.hasOwn(service.codes, code) ? service.codes[code] : undefined;
  const refused = status === 400 && code !== undefined ? (["NotSupported"] as const) : undefined;
  const [kind, reason = "the server refused"] = known ?? byStatus[status] ?? refused ?? ["Unavailable"];
  const answer = code === undefined ? status : `${status} ${printable(code)}`;
  const isBucketMissing = code !== undefined && code === service?.missingBucket;
  return failed(call, kind, `${reason} (${answer})`, isBucketMissing ? { key: undefined } : {});
}

/** Bytes of an answer of failure that are read: services send less than a tenth of them. */
const maxFailureBytes = 65_536;

/** Reads an answer that reports a failure. Azure's answers to HEAD have the error code in a header only. */
export async function failureOf(call: Call, response: Response, service: ServiceErrors, timeoutMs: number | undefined): Promise<Failure> {
  const { status, headers } = response;
  const { text } = await textPrefix(call, response, { timeoutMs, maxBytes: maxFailureBytes });
  const code = headers.get("x-ms-error-code") ?? firstText(text, "Code");
  const serverTime = Date.parse(firstText(text, "ServerTime") ?? headers.get("date") ?? "");
  const isRegionKnown = code !== undefined && Object.hasOwn(service.codes, code) && !headers.has("location");
  const error = isRedirect(response) && !isRegionKnown ? redirectError(call, response, response.url) : errorOf(status, code, call, service);
  return { status, code, error, serverTime };
}

/** Changes something, such as the clock or the credentials; returns whether the request may succeed now. */
export type Correct = (failure: Failure) => boolean;

/** Called before each attempt, because parallel requests may meet the same failure: what matters is what an attempt began with. */
export type Correction = () => Correct;

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
    const corrects = rest.map((prepare) => prepare());
    const result = await work();
    if (!isFailure(result)) return result;
    const used = corrects.findIndex((correct) => correct(result));
    if (used === -1) throw result.error;
    rest.splice(used, 1);
  }
}

function isFailure(result: object): result is Failure {
  return "serverTime" in result;
}
